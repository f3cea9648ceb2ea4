"""What the database holds before a table of the starter content is loaded."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from portal.models import StarterRow
from portal.starter.schema import Table
from publishing.models import Slugged, readable_slug


class Stored:
    """The objects of a table's model as the database has them, locked until the load is over."""

    def __init__(self, table: Table, memory: Iterable[StarterRow]) -> None:
        self.table = table
        rows = table.model._base_manager.select_for_update().order_by("pk")
        self.objects = {str(found.pk): found for found in rows}
        self.by_identity = {self.identity(found.__dict__): found for found in self.objects.values()}
        label = table.model._meta.label_lower
        ours = {starter.object_pk for starter in memory if starter.model == label}
        self.by_address = {
            self.identity(found.__dict__ | {"name": found.slug}): found
            for pk, found in self.objects.items()
            if pk not in ours and isinstance(found, Slugged)
        }
        self._links: dict[str, dict[str, set[str]]] = {}

    def same_as(self, values: dict[str, Any]) -> models.Model | None:
        """The object that staff made for the same thing: of this identity, or at this address."""
        links = {name: value for name, value in values.items() if isinstance(value, models.Model)}
        plain = values | {f"{name}_id": linked.pk for name, linked in links.items()}
        found = self.by_identity.get(self.identity(plain))
        if found is None and "name" in self.table.identity:
            address = readable_slug(values["name"])
            # Only one row can mean it.
            found = self.by_address.pop(self.identity(plain | {"name": address}), None)
        return found

    def identity(self, values: dict[str, Any]) -> tuple[Any, ...]:
        """What tells an object from all others of the table, from a dictionary of its columns."""
        return tuple(values.get(f"{name}_id", values.get(name)) for name in self.table.identity)

    def links(self, name: str, pk: str) -> set[str]:
        """The keys of the objects that an object is linked to by a many-to-many relation."""
        if name not in self._links:
            found = self._links[name] = {}
            pairs = self.table.model._base_manager.filter(**{f"{name}__isnull": False})
            for owner, linked in pairs.values_list("pk", name):
                found.setdefault(str(owner), set()).add(str(linked))
        return self._links[name].get(pk, set())
