"""Convert the value of one field to a cell and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.content.moments import format_full_moment
from publishing.content.near_words import nearest
from publishing.import_export.cell_coordinates import LATITUDE, LONGITUDE, coordinate
from publishing.import_export.cell_dates import (
    day_text,
    is_part_of_date,
    parse_datetime,
    parse_day,
)
from publishing.import_export.cell_numbers import (
    decimal_number,
    is_nothing,
    names_nothing,
    whole_number,
)
from publishing.import_export.cell_text import to_text
from publishing.import_export.references import NaturalKeys, RecordFinder, ReferenceResolver
from publishing.import_export.refusals import refusal
from publishing.revisions.snapshots import plain

# In the languages of the United Nations and some more, folded.
YES = frozenset(map(fold, "yes y true 1 x oui vrai sí verdadero да 是 نعم ja wahr sim".split()))
NO = frozenset(map(fold, "no n false 0 non faux falso нет 否 不 لا nein falsch não".split()))
_NUMBERS = models.IntegerField | models.FloatField
_TICKS, _CROSSES = frozenset("✓✔☑"), frozenset("✗✘☐")


class CellConverter:
    """Converter of a field's values to cells, and of cells to values as a form's field does it."""

    # The order of days in numbers, if the column or the user says which.
    date_order: str | None = None

    def __init__(self, field: models.Field[Any, Any]) -> None:
        self.field: Any = field
        self.target: Any = field.related_model
        self.is_moment = isinstance(field, models.DateTimeField)
        self.is_day = isinstance(field, models.DateField) and not self.is_moment
        self.form: forms.Field | None = None if self.target else field.formfield(required=False)
        # Labels first, so that a value counts before a label that is equal to it.
        self.choices = {
            fold(str(text)): value
            for position in (1, 0)
            for value, text in ((pair[0], pair[position]) for pair in field.flatchoices or ())
        }

    @property
    def hint(self) -> str:
        if self.target:
            message = _("the name, code, address or year of a %(kind)s, or its number as #1")
            return message % {"kind": self.target._meta.verbose_name}
        if self.field.flatchoices:
            return ", ".join(str(value) for value, _label in self.field.flatchoices)
        match self.field:
            case models.BooleanField():
                return _("yes or no")
            case models.DateTimeField():
                return _("a date and time: 2024-02-14 09:00")
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
        if value is not None and self.is_moment:
            return to_text(self.field.to_python(value))
        return to_text(value) if isinstance(value, bool) else value

    # -- From a cell -----------------------------------------------------------------------

    def from_cell(self, text: str, resolver: RecordFinder) -> Any:
        """Return the snapshot's value for a text. Raises ValidationError."""
        if self.target:
            return None if not text or names_nothing(text) else self._find(text, resolver)
        if isinstance(self.field, models.BooleanField):
            return self._parse_bool(text)
        is_text = isinstance(self.field, models.CharField | models.TextField) and not self.choices
        if is_nothing(text) and not is_text:
            text = ""
        if text and self.choices:
            return self._parse_choice(text)
        assert self.form is not None  # noqa: S101 (only what points at a record has none)
        value = self._parse(text) if text else text
        try:
            return plain(self.form.clean(value))
        except ValidationError as error:
            [first, *_others] = error.error_list
            raise ValidationError(refusal(self.field, text, first)) from error

    def valid_from_cell(self, text: str, resolver: RecordFinder) -> Any:
        """Return the value for a text after the validators of the field. Raises ValidationError.

        The model runs them as well; here the sentence has the text as it stands.
        """
        value = self.from_cell(text, resolver)
        if self.is_day or self.is_moment or isinstance(self.field, _NUMBERS):
            try:
                self.field.run_validators(self.field.to_python(value))
            except ValidationError as error:
                [first, *_others] = error.error_list
                raise ValidationError(refusal(self.field, text, first)) from error
        return value

    def _find(self, text: str, resolver: RecordFinder) -> Any:
        try:
            return resolver.find(self.target, text)
        except ValidationError:
            # “NA” is Namibia before it is “not available”.
            if is_nothing(text) and self.field.null:
                return None
            raise

    def _parse_choice(self, text: str) -> Any:
        if fold(text) in self.choices:
            return self.choices[fold(text)]
        labels = {str(value): str(label) for value, label in self.field.flatchoices}
        message = _("“%(text)s” is none of: %(labels)s.")
        message %= {"text": text, "labels": "; ".join(labels.values())}
        if near := nearest(fold(text), list(self.choices)):
            label = labels[str(self.choices[near])]
            message += " " + _("Did you mean %(label)s?") % {"label": label}
        raise ValidationError(message)

    def _parse_bool(self, text: str) -> bool:
        if text in _TICKS or fold(text) in YES:
            return True
        if text in _CROSSES or fold(text) in NO:
            return False
        if not text:
            raise ValidationError(_("Write yes or no."))
        raise ValidationError(_("“%(text)s” is neither yes nor no.") % {"text": text})

    def _parse(self, text: str) -> Any:
        """Return the number, day or moment that a text spells; other text as it is."""
        if self.is_day:
            return self._parse_day(text)
        if self.is_moment:
            return parse_datetime(text, self.date_order)
        if isinstance(self.field, models.IntegerField):
            return whole_number(text)
        if isinstance(self.field, models.FloatField):
            is_coordinate = self.field.name in (LATITUDE, LONGITUDE)
            return coordinate(text, self.field.name) if is_coordinate else decimal_number(text)
        return text

    def _parse_day(self, text: str) -> date:
        try:
            return parse_day(text, self.date_order)
        except ValidationError as error:
            year = self._year_field()
            if not is_part_of_date(text) or year is None:
                raise
            hint = _("If only the year is known, put it into “%(column)s”.")
            hint %= {"column": capfirst(str(year.verbose_name))}
            raise ValidationError(f"{error.message} {hint}") from error

    def _year_field(self) -> Any:
        """Return the field for the year of a day: `joined_year` for `joined_on`."""
        name = self.field.name.removesuffix("_on") + "_year"
        return next((f for f in self.field.model._meta.fields if f.name == name), None)

    # -- As it was understood --------------------------------------------------------------

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        """Return the value of a text in words; "" if the text stands for itself."""
        if not text or (isinstance(self.field, models.TextField) and not self.choices):
            return ""
        if value in (None, ""):
            return _("empty")
        if self.target:
            is_spelt = resolver.is_spelt(self.target, value, text)
            return "" if is_spelt else resolver.label(self.target, value)
        if self.choices:
            label = str(dict(self.field.flatchoices)[value])
            return "" if text.casefold() in (str(value).casefold(), label.casefold()) else label
        return self._spelling(text, self.field.to_python(value))

    def _spelling(self, text: str, value: Any) -> str:
        spelling = as_is = to_text(value)
        if self.is_day:
            spelling = day_text(value)
        elif self.is_moment and isinstance(value, datetime):
            spelling = format_full_moment(value)
            if text == as_is or (len(text) > len("2024-02-14") and as_is.startswith(text)):
                return ""
        elif isinstance(value, float) and _is_plain_number(text):
            return ""
        return "" if text.casefold() in (spelling.casefold(), as_is.casefold()) else spelling


def _is_plain_number(text: str) -> bool:
    return text.isascii() and text.lstrip("-").replace(".", "", 1).isdecimal()
