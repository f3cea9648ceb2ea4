"""Find the record that each row of a file is about: by its key, or by its natural key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.columns import TableColumn
from publishing.import_export.models import BatchRow
from publishing.import_export.references import handle_name, key_name, there

Keys = dict[str, Any]


class RowRefused(Exception):
    """A row is not imported; the text says why."""


class RecordMatcher:
    """The records that rows of a file may be about, as far as the person may see them."""

    def __init__(
        self, desk: Any, request: HttpRequest, headings: Mapping[int, TableColumn | str]
    ) -> None:
        self.desk, self.request = desk, request
        self.model: type[models.Model] = desk.model
        # The positions of the key and of the natural key.
        self.key = next((p for p, column in headings.items() if isinstance(column, str)), None)
        name = handle_name(self.model)
        self.handle = next(
            (p for p, c in headings.items() if not isinstance(c, str) and c.name == name), None
        )

    def slugs_of(self, rows: list[BatchRow]) -> set[str]:
        """Return the natural keys that the rows name, in small letters."""
        return set() if self.handle is None else {row.cells[self.handle].lower() for row in rows}

    def keys_of(self, rows: list[BatchRow]) -> Keys:
        """Return the keys of the records that the rows name and the person may see, by name."""
        mine = there(self.desk.get_queryset(self.request)).prefetch_related(None).order_by()
        every = self.desk.get_queryset(self.request).prefetch_related(None).order_by()
        found: Keys = {}
        if self.key is not None:
            found |= self._look(every, "pk", {row.cells[self.key] for row in rows})
        name = handle_name(self.model)
        if self.handle is not None and name:
            named = self._look(mine, name, self.slugs_of(rows))
            found |= {f"={said}": key for said, key in named.items()}
        return found

    def _look(self, rows: models.QuerySet[Any], name: str, texts: set[str]) -> Keys:
        field: Any = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
        values: dict[Any, str] = {}
        for text in texts - {""}:
            said = text.upper() if field.primary_key and key_name(self.model) != "id" else text
            try:
                values[field.to_python(said.removesuffix(".0"))] = text
            except ValidationError:
                continue
        found: Keys = {}
        for some in slices(values):
            try:
                pairs = list(rows.filter(**{f"{name}__in": some}).values_list(name, "pk"))
            except (OverflowError, models.ProtectedError):
                continue
            found |= {values[value]: key for value, key in pairs}
        return found

    def key_of(self, row: BatchRow, keys: Keys) -> Any:
        """Return the key of the record that a row is about (None: new). Raises RowRefused."""
        said = row.cells[self.key] if self.key is not None else ""
        if said and said in keys:
            return keys[said]
        if said and key_name(self.model) == "id":
            raise RowRefused(
                _(
                    "There is no %(kind)s with the id “%(key)s” that you may change. "
                    "Leave the id empty to add a new one."
                )
                % {"kind": self.model._meta.verbose_name, "key": said}
            )
        if self.handle is not None:
            return keys.get(f"={row.cells[self.handle].lower()}")
        return None
