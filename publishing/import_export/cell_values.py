"""Convert the value of one field to a cell and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.cell_text import to_text
from publishing.import_export.references import NaturalKeys, RecordFinder
from publishing.revisions.snapshots import plain

# The serial numbers of spreadsheets for the days from 1954 to 2119.
SERIALS = range(20_000, 80_001)
YES, NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")


class CellConverter:
    """Converter of a field's values to cells, and of cells to values as a form's field does it."""

    def __init__(self, field: models.Field[Any, Any]) -> None:
        self.field: Any = field
        self.target: Any = field.related_model
        self.is_day = isinstance(field, models.DateField) and not isinstance(
            field, models.DateTimeField
        )
        self.form: forms.Field | None = None if self.target else field.formfield(required=False)
        self.choices = {
            text.casefold(): value
            for value, label in field.flatchoices or ()
            for text in (str(label), str(value))
        }

    @property
    def hint(self) -> str:
        if self.target:
            message = _("the code, address or year of a %(kind)s, or its number as #1")
            return message % {"kind": self.target._meta.verbose_name}
        if self.field.flatchoices:
            return ", ".join(str(value) for value, _label in self.field.flatchoices)
        match self.field:
            case models.BooleanField():
                return _("yes or no")
            case models.DateTimeField():
                return _("a moment: 2024-02-14 09:00")
            case models.DateField():
                return _("a day: 2024-02-14")
            case models.IntegerField() | models.FloatField():
                return _("a number")
        return ""

    def to_cell(self, value: Any, natural_keys: NaturalKeys) -> Any:
        """Return the value as a cell: numbers and days as such, everything else as text."""
        if self.target:
            return natural_keys.of(self.target, value)
        if value is not None and self.is_day:
            return date.fromisoformat(value)
        if value is not None and isinstance(self.field, models.DateTimeField):
            return to_text(self.field.to_python(value))
        return to_text(value) if isinstance(value, bool) else value

    def from_cell(self, text: str, resolver: RecordFinder) -> Any:
        """Return the snapshot's value for a text. Raises ValidationError."""
        if self.target:
            return resolver.find(self.target, text) if text else None
        if text and self.choices:
            if text.casefold() not in self.choices:
                raise ValidationError(
                    _("“%(text)s” is none of: %(choices)s") % {"text": text, "choices": self.hint}
                )
            return self.choices[text.casefold()]
        if isinstance(self.field, models.BooleanField):
            return self._parse_bool(text)
        assert self.form is not None  # noqa: S101 (only what points at a record has none)
        return plain(self.form.clean(self._normalise(text)))

    def _parse_bool(self, text: str) -> bool:
        if text.casefold() in (*YES, _("yes")):
            return True
        if text.casefold() in (*NO, _("no")):
            return False
        raise ValidationError(_("write yes or no"))

    def _normalise(self, text: str) -> Any:
        """Return the text as a form field accepts it; a date for a serial number."""
        if self.is_day and text.isdecimal() and int(text) in SERIALS:
            # Imported late for the reason given in `readers`.
            from openpyxl.utils.datetime import from_excel

            return from_excel(int(text)).date()
        if isinstance(self.field, models.IntegerField | models.FloatField):
            text = text.replace("−", "-")
            if isinstance(self.field, models.FloatField) and "." not in text:
                text = text.replace(",", ".", 1)
        return text
