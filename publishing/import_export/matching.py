"""Match each row of a file with its record: by key, or by natural key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.content.publishable import not_trashed
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.columns import TableColumn
from publishing.import_export.models import BatchRow
from publishing.import_export.references import key_name, natural_key_name

Keys = dict[str, Any]


class RowRefused(Exception):
    """A row is not imported; the text says why."""


class RecordMatcher:
    """Matcher of the rows of a file with the records that the user may view."""

    def __init__(
        self, model_admin: Any, request: HttpRequest, headings: Mapping[int, TableColumn | str]
    ) -> None:
        self.model_admin, self.request = model_admin, request
        self.model: type[models.Model] = model_admin.model
        # The positions of the key and of the natural key.
        self.key = next((p for p, column in headings.items() if isinstance(column, str)), None)
        name = natural_key_name(self.model)
        self.natural_key = next(
            (p for p, c in headings.items() if not isinstance(c, str) and c.name == name), None
        )

    def slugs_of(self, rows: list[BatchRow]) -> set[str]:
        """Return the natural keys in the rows, in lower case."""
        position = self.natural_key
        return set() if position is None else {row.cells[position].lower() for row in rows}

    def keys_of(self, rows: list[BatchRow]) -> Keys:
        """Return the keys of the records that the user may view, by the row's text."""
        visible = self.model_admin.get_queryset(self.request).prefetch_related(None).order_by()
        keys: Keys = {}
        if self.key is not None:
            keys |= self._find_keys(visible, "pk", {row.cells[self.key] for row in rows})
        name = natural_key_name(self.model)
        if self.natural_key is not None and name:
            by_natural_key = self._find_keys(not_trashed(visible), name, self.slugs_of(rows))
            keys |= {f"={text}": key for text, key in by_natural_key.items()}
        return keys

    def _find_keys(self, rows: models.QuerySet[Any], name: str, texts: set[str]) -> Keys:
        field: Any = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
        is_code = field.primary_key and key_name(self.model) != "id"
        values: dict[Any, str] = {}
        for text in texts - {""}:
            code = text.upper() if is_code else text
            try:
                values[field.to_python(code.removesuffix(".0"))] = text
            except ValidationError:
                continue
        keys: Keys = {}
        for chunk in slices(values):
            try:
                pairs = list(rows.filter(**{f"{name}__in": chunk}).values_list(name, "pk"))
            except (OverflowError, models.ProtectedError):
                continue
            keys |= {values[value]: key for value, key in pairs}
        return keys

    def key_of(self, row: BatchRow, keys: Keys) -> Any:
        """Return the key of a row's record; None for a new one. Raises RowRefused."""
        text = row.cells[self.key] if self.key is not None else ""
        if text and text in keys:
            return keys[text]
        if text and key_name(self.model) == "id":
            raise RowRefused(
                _(
                    "There is no %(kind)s with the id “%(key)s” that you may change. "
                    "Leave the id empty to add a new one."
                )
                % {"kind": self.model._meta.verbose_name, "key": text}
            )
        if self.natural_key is not None:
            return keys.get(f"={row.cells[self.natural_key].lower()}")
        return None
