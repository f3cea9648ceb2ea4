"""Versions of a record: the content to restore one, and the content without one change."""

from __future__ import annotations

from publishing.content.publishable import EDITABLE_MOMENTS
from publishing.revisions import snapshots
from publishing.revisions.models import Revision
from publishing.revisions.snapshots import MergeResult, Snapshot


def version_of(revision: Revision, *, before: bool = False) -> Snapshot | None:
    """Return the snapshot that an entry of the history left, or the one before it."""
    version: Snapshot | None = revision.base if before else revision.content
    model = revision.model_class
    return snapshots.renewed(model, version) if model and version else version


def restored_content(version: Snapshot | None, present: Snapshot) -> Snapshot | None:
    """Return the snapshot to apply to restore a version: its content with the present dates."""
    return with_moments(version, present) if version else None


def undone_content(revision: Revision, present: Snapshot, *, moments: bool) -> MergeResult | None:
    """Return the present content without the change of an entry; None if it has none.

    A three-way merge: from the content after the change, one side goes back to the content before
    it, and the other is what was done since. Without `moments` the dates stay as they are.
    """
    base, content = version_of(revision, before=True), version_of(revision)
    if not base or not content:
        return None
    before = base if moments else with_moments(base, content)
    return snapshots.merge(content, before, present)


def with_moments(content: Snapshot, dates: Snapshot) -> Snapshot:
    """Return a snapshot with the dates of another one."""
    fields = {n: value for n, value in content["fields"].items() if n not in EDITABLE_MOMENTS}
    moments = {n: value for n, value in dates["fields"].items() if n in EDITABLE_MOMENTS}
    return {**content, "fields": fields | moments}
