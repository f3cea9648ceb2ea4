"""Choices between two versions of a text, and their result, which is seen before it is public."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from publishing.revisions.diff import conflict_rows, merged_values
from publishing.revisions.save_options import SaveOptions
from publishing.revisions.snapshots import MergeResult, Snapshot, fingerprint, resolve


def current_choices(theirs: Snapshot, options: SaveOptions) -> Mapping[str, str]:
    """Return the person's choices; those between outdated texts do not count."""
    return options.choices if options.seen == fingerprint(theirs) else {}


def chosen(merged: MergeResult, theirs: Snapshot, options: SaveOptions) -> MergeResult:
    """Return the merge with the person's choices."""
    return resolve(merged, current_choices(theirs, options))


def is_unseen(result: MergeResult, options: SaveOptions) -> bool:
    """Return whether the result has to be shown before it may become public.

    That is so if it has both versions of a text and the person has not confirmed it, or if the
    person asks for it.
    """
    if result.conflicts:
        return False
    has_both = "both" in options.choices.values()
    return options.asks_result or (has_both and options.confirmed != fingerprint(result.content))


def conflict_context(
    model: type[models.Model], merged: MergeResult, theirs: Snapshot, options: SaveOptions
) -> dict[str, Any]:
    """Return the context of a page that asks for choices, and shows their result if all are made.

    `merged` is the merge without choices.
    """
    result = chosen(merged, theirs, options)
    is_decided = bool(merged.conflicts) and not result.conflicts
    return {
        "conflicts": conflict_rows(model, merged.conflicts, current_choices(theirs, options)),
        "results": merged_values(model, merged.conflicts, result.content) if is_decided else [],
        "confirmed": fingerprint(result.content) if is_decided else "",
        "seen": fingerprint(theirs),
    }
