"""Renew stored text in a migration: its normal form, and all columns that are folded from it.

A migration that follows a change of the normal form or of folding calls `renew_texts`. It writes
the columns that change and no others: no history, no new `updated_at`. A text that in its new form
breaks a constraint or is too long, and a required one of which nothing can be seen, stay until
somebody edits them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db import DataError, IntegrityError, models, transaction

from publishing.content.folding import FoldedField
from publishing.content.identity import IdentityField, tolerated
from publishing.content.richtext import RichTextField
from publishing.content.text import is_visible, normal

SLICE = 1000


def renew_texts(app_label: str, *names: str) -> Callable[[Any, Any], None]:
    """Return a function for RunPython that renews the texts of these models."""

    def renew(apps: Any, schema_editor: Any) -> None:
        for name in names:
            Renewal(apps.get_model(app_label, name), schema_editor.connection).run()

    return renew


class Renewal:
    """The renewal of the texts of one model, as a migration knows it."""

    def __init__(self, model: type[models.Model], database: Any) -> None:
        self.model, self.database = model, database
        fields: list[Any] = list(model._meta.concrete_fields)
        self.folded = [field for field in fields if isinstance(field, FoldedField)]
        self.typed = [
            field
            for field in fields
            if isinstance(field, models.CharField | models.TextField)
            and field not in self.folded
            and not (field.choices or field.primary_key)
        ]
        self.identities: set[str] = set()

    def run(self) -> None:
        fields = (*self.folded, *self.typed)
        changes = self._changes([field.attname for field in fields])
        while chunk := list(islice(changes, SLICE)):
            self._write([str(field.column) for field in fields], chunk)

    def _changes(self, columns: list[str]) -> Iterator[tuple[Any, list[str]]]:
        """Yield the key and the new values of each row that changes."""
        last: Any = None
        while True:
            # By key, so that rows can be written while others are still to be read.
            rows = self.model._base_manager.using(self.database.alias).order_by("pk")
            chunk = list((rows if last is None else rows.filter(pk__gt=last))[:SLICE])
            for record in chunk:
                before = [getattr(record, column) for column in columns]
                self._renew(record)
                after = [getattr(record, column) for column in columns]
                if after != before:
                    yield record.pk, after
            if len(chunk) < SLICE:
                return
            last = chunk[-1].pk

    def _renew(self, record: Any) -> None:
        for field in self.typed:
            text = getattr(record, field.attname)
            if isinstance(field, RichTextField):
                renewed = field.sanitize(text)
            else:
                renewed = normal(text, is_multiline=isinstance(field, models.TextField))
            if field.blank or is_visible(renewed):
                setattr(record, field.attname, renewed)
        for field in self.folded:
            value = field.value_for(record)
            if isinstance(field, IdentityField) and not getattr(record, "trashed_at", None):
                value = tolerated(value, record.pk) if value in self.identities else value
                self.identities.add(value)
            setattr(record, field.attname, value)

    def _write(self, columns: list[str], rows: list[tuple[Any, list[str]]]) -> None:
        """Write the rows at once; if a text does not fit, row by row, and column by column."""
        key, quote = self.model._meta.pk, self.database.ops.quote_name
        places = ", ".join(f"{quote(column)} = %s" for column in columns)
        table = quote(self.model._meta.db_table)
        statement = f"UPDATE {table} SET {places} WHERE {quote(key.column)} = %s"  # noqa: S608
        values = [
            (*texts, key.get_db_prep_value(pk, self.database, prepared=False)) for pk, texts in rows
        ]
        try:
            with transaction.atomic(self.database.alias), self.database.cursor() as cursor:
                cursor.executemany(statement, values)
        except (IntegrityError, DataError):
            if rows[1:]:
                for row in rows:
                    self._write(columns, [row])
            elif columns[1:]:
                ((pk, texts),) = rows
                for column, text in zip(columns, texts, strict=True):
                    self._write([column], [(pk, [text])])
