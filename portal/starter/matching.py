"""The records of a model before its rows of the starter content are loaded."""

from collections.abc import Collection
from typing import Any

from django.db import models

from portal.starter.schema import StarterFile
from publishing.import_export.bulk_snapshots import load_snapshots
from publishing.models import Slugged, readable_slug
from publishing.revisions.snapshots import link_names


class ExistingRecords:
    """The records of a file's model and their snapshots, locked until the load is over."""

    def __init__(self, file: StarterFile, loaded: Collection[str]) -> None:
        """Lock and load; `loaded` are the keys of the records that rows became before."""
        self.fields: list[Any] = [file.model._meta.get_field(name) for name in file.identity]
        keys = file.model._base_manager.select_for_update().order_by("pk")
        self.records, self.snapshots = load_snapshots(file.model, keys.values_list("pk", flat=True))
        for name in set(file.link_names) - set(link_names(file.model)):
            self._add_links(file.model, name)
        self.by_identity = {self.identity(record): record for record in self.records.values()}
        self.by_slug = {
            self.identity(record, record.slug): record
            for key, record in self.records.items()
            if isinstance(record, Slugged) and str(key) not in loaded
        }

    def _add_links(self, model: type[models.Model], name: str) -> None:
        """Add a relation to the snapshots that is a field of the other model, not of this one."""
        for content in self.snapshots.values():
            content["links"][name] = []
        pairs = model._base_manager.filter(**{f"{name}__isnull": False})
        for key, linked in sorted(pairs.values_list("pk", name)):
            self.snapshots[key]["links"][name].append(linked)

    def identity(self, record: models.Model, name: str | None = None) -> tuple[Any, ...]:
        """Return the values that identify a record, under another name if one is given."""
        return tuple(
            name if name is not None and field.name == "name" else getattr(record, field.attname)
            for field in self.fields
        )

    def find_same(self, record: Any) -> models.Model | None:
        """Return the record of staff for the same thing: with its identity, or else its slug."""
        match = self.by_identity.get(self.identity(record))
        if match is None and any(field.name == "name" for field in self.fields):
            # Each record matches one row only.
            match = self.by_slug.pop(self.identity(record, readable_slug(record.name)), None)
        return match
