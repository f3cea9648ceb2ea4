"""First entries of the history: what was loaded, so that it can be restored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone

from portal.models import StarterRow
from publishing.import_export.bulk_snapshots import load_snapshots, slices
from publishing.revisions.models import Action, Revision, entry
from publishing.revisions.snapshots import row_models


def log_loaded(rows: Iterable[StarterRow]) -> None:
    """Add the first entry to the history of each record of starter content that has none.

    In a database that was used before there were such entries, it is what stood there before the
    first change.
    """
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        keys[row.model].add(row.object_pk)
    for label, wanted in keys.items():
        model = apps.get_model(label)
        if model in row_models():
            continue
        logged = Revision.objects.filter(model=label, action=Action.LOADED)
        missing = wanted.difference(logged.values_list("object_pk", flat=True))
        for chunk in slices(sorted(missing)):
            Revision.objects.bulk_create(_entries(model, chunk), batch_size=100)


def _entries(model: type[models.Model], keys: list[str]) -> Iterator[Revision]:
    """Yield the first entries of the records with these keys; none for what staff began."""
    records, contents = load_snapshots(model, map(model._meta.pk.to_python, keys))
    first: dict[str, Any] = {}
    changes = Revision.objects.filter(model=model._meta.label_lower, object_pk__in=keys)
    for change in changes.order_by("made_at", "pk").only("object_pk", "made_at", "base"):
        first.setdefault(change.object_pk, change)
    for key, record in records.items():
        began = first.get(str(key))
        content: Any = began.base if began else contents[key]
        if content:
            moment = getattr(record, "created_at", None) or timezone.now()
            if began:
                moment = min(moment, began.made_at - timedelta(microseconds=1))
            yield entry(record, Action.LOADED, content=content, made_at=moment)
