"""The form that matches the headings of a file with columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.content.publishable import EDITABLE_MOMENTS
from publishing.import_export.cell_dates import ambiguous_dates, day_text, parse_moment
from publishing.import_export.columns import columns_of
from publishing.import_export.date_orders import day_positions, texts_at
from publishing.import_export.headings import (
    MOST_TITLES,
    KnownHeadings,
    heading_labels,
    recall,
)
from publishing.import_export.matching import BY_KEY, BY_NAME, BY_NATURAL_KEY
from publishing.import_export.models import Batch
from publishing.import_export.readers import UploadedTable
from publishing.import_export.record_index import distinguishing_fields
from publishing.import_export.references import key_name, natural_key_name
from publishing.import_export.text_tables import SEPARATORS, TextSource
from publishing.import_export.uploads import (
    is_read_so,
    longer_row_message,
    missing_columns,
    missing_message,
    reading_of,
)

SAMPLES = 3
LONGEST_SAMPLE = 60
# A person may leave the order of days open; the option is empty then.
UNKNOWN = "unknown"
ORDER_LABELS = {
    "dmy": gettext_lazy("Day first: %s"),
    "mdy": gettext_lazy("Month first: %s"),
    "ymd": gettext_lazy("Year first: %s"),
}
SEPARATOR_LABELS = {
    "\t": gettext_lazy("Tab"),
    ";": gettext_lazy("Semicolon ;"),
    ",": gettext_lazy("Comma ,"),
    "|": gettext_lazy("Bar |"),
    "^": gettext_lazy("Caret ^"),
    "~": gettext_lazy("Tilde ~"),
    ":": gettext_lazy("Colon :"),
}


class HeadingRow(NamedTuple):
    """A heading of the file with its first values and the choice of a column."""

    label: str
    samples: list[str]
    field: forms.BoundField


def reading_choices(data: QueryDict) -> dict[str, Any]:
    """Return the posted choices about how the file is read."""
    choices = {name: data[name] for name in ("encoding", "separator", "sheet") if name in data}
    row = data.get("header_row", "")
    return choices | ({"header_row": int(row)} if re.fullmatch(r"\d{1,7}", row) else {})


class ColumnsForm(forms.Form):
    """A choice of a column for each heading, of how rows are matched, and of how the file is read.

    The fields depend on the table; posted choices for another table are not taken up.
    """

    def __init__(
        self,
        table: UploadedTable,
        known: KnownHeadings,
        batch: Batch,
        options: dict[str, Any],
        data: Any = None,
    ) -> None:
        self.table, self.known, self.model, self.batch = table, known, known.model, batch
        self.is_current = data is not None and data.get("shape") == self.shape
        super().__init__(data if self.is_current else None)
        self.recalled = recall(self.model, table.headings)
        self.guessed = self._guessed_columns(options)
        self._add_reading()
        self._add_columns()
        self._add_matching(options)
        if day := self.ambiguous_day():
            self._add_date_order(day, options)

    @property
    def shape(self) -> str:
        """Return what the columns of the form depend on."""
        reading = reading_of(self.table)
        return repr([reading[name] for name in sorted(reading)])

    def _guessed_columns(self, options: dict[str, Any]) -> list[str]:
        chosen = options.get("columns")
        reading = reading_of(self.table)
        if chosen is not None and all(options.get(name) == reading[name] for name in reading):
            return [*chosen, *[""] * (len(self.table.headings) - len(chosen))]
        guesses = self.known.guess_all(self.table.headings, self.table.sample)
        return self.recalled or [guess.column for guess in guesses]

    # -- Fields ----------------------------------------------------------------------------

    def _add_reading(self) -> None:
        source = self.table.source
        if isinstance(source, TextSource) and not source.is_certain:
            choices = [(r.encoding, f"{r.label}: {' · '.join(r.words)}") for r in source.readings]
            self._add("encoding", gettext_lazy("Encoding"), choices, source.encoding)
            self.fields["encoding"].widget = forms.RadioSelect(choices=choices)
        if isinstance(source, TextSource):
            signs = dict.fromkeys((*SEPARATORS, source.separator))
            separators = [(sign, SEPARATOR_LABELS.get(sign, sign)) for sign in signs]
            self._add("separator", gettext_lazy("Separator"), separators, source.separator)
        if len(source.sheets) > 1:
            sheets = [(name, name) for name in source.sheets]
            self._add("sheet", gettext_lazy("Sheet"), sheets, self.table.sheet)
        rows = [(str(row.number), _row_label(row)) for row in self.table.head[:MOST_TITLES]]
        rows.append(("0", _("No row: the file has no headings")))
        self._add("header_row", gettext_lazy("Headings"), rows, str(self.table.header_row))

    def _add(self, name: str, label: Any, choices: Sequence[Any], initial: str) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, initial=initial, required=False
        )

    def _add_columns(self) -> None:
        choices = column_choices(self.model)
        for position, label in enumerate(heading_labels(self.table.headings)):
            self._add(f"column_{position}", label, choices, self.guessed[position])

    def _add_matching(self, options: dict[str, Any]) -> None:
        ways = ways_to_match(self.model)
        chosen = options.get("match_by")
        fitting = (way for way, columns, _l in ways if set(columns) <= set(self.columns))
        initial = chosen or next(fitting, ways[-1][0])
        self.fields["match_by"] = forms.ChoiceField(
            label=gettext_lazy("Find the record of each row by"),
            choices=[(way, label) for way, _columns, label in ways],
            initial=initial,
            widget=forms.RadioSelect,
        )

    def _add_date_order(self, day: str, options: dict[str, Any]) -> None:
        moment = parse_moment(day)
        orders = moment.days.items() if moment else ()
        self.fields["date_order"] = forms.TypedChoiceField(
            label=_("Is “%s” written with the day first or the month first?") % day,
            choices=[
                *((order, ORDER_LABELS[order] % day_text(meant)) for order, meant in orders),
                (
                    UNKNOWN,
                    gettext_lazy(
                        "I do not know: refuse these rows, and let me correct them one by one"
                    ),
                ),
            ],
            coerce=lambda order: "" if order == UNKNOWN else order,
            initial=options["date_order"] or UNKNOWN if "date_order" in options else None,
            widget=forms.RadioSelect,
        )

    # -- Choices ---------------------------------------------------------------------------

    @property
    def columns(self) -> list[str]:
        """Return the column that is chosen for each heading, or guessed."""
        count = len(self.table.headings)
        if self.is_bound:
            return [self.data.get(f"column_{position}", "") for position in range(count)]
        return self.guessed

    def ambiguous_day(self) -> str:
        """Return a day whose order nothing in its column tells; "" if there is none."""
        for position in day_positions(self.model, self.columns):
            cells = (row.cells[position : position + 1] for row in self.table.sample)
            days = chain((cell[0] for cell in cells if cell), self._saved_texts(position))
            if ambiguous := ambiguous_dates(days):
                return ambiguous[0]
        return ""

    def _saved_texts(self, position: int) -> Iterable[str]:
        """Return the texts of the rows that were saved already, which are more than the sample."""
        return texts_at(self.batch, position) if is_read_so(self.batch, self.table) else ()

    @property
    def warning(self) -> str:
        missing = missing_columns(self.model, self.columns)
        about_columns = missing_message(self.model, missing) if missing else ""
        return " ".join(filter(None, (longer_row_message(self.table), about_columns)))

    def heading_rows(self) -> list[HeadingRow]:
        """Return the lines of the table of headings."""
        return [
            HeadingRow(label, self._samples(position), self[f"column_{position}"])
            for position, label in enumerate(heading_labels(self.table.headings))
        ]

    def _samples(self, position: int) -> list[str]:
        cells = (row.cells[position : position + 1] for row in self.table.sample)
        values = dict.fromkeys(cell[0] for cell in cells if cell and cell[0])
        return [_shortened(value) for value in list(values)[:SAMPLES]]

    def hide_errors(self) -> None:
        """Validate nothing, for choices that are only tried out."""
        self._errors = forms.utils.ErrorDict()

    # -- Validation ------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen: dict[str, int] = {}
        for position, name in enumerate(self.columns):
            if name and name in chosen:
                first = heading_labels(self.table.headings)[chosen[name]]
                message = _("“%s” already goes to this column. Leave one of them out.")
                self.add_error(f"column_{position}", message % first)
            chosen.setdefault(name, position)
        if not set(chosen) - {""}:
            self.add_error(None, _("Choose a column for at least one heading."))
        self._clean_match_by(cleaned.get("match_by"))
        return cleaned

    def _clean_match_by(self, chosen: str | None) -> None:
        columns = next((c for way, c, _l in ways_to_match(self.model) if way == chosen), ())
        labels = {column.name: column.label for column in columns_of(self.model)}
        missing = [labels.get(name, name) for name in columns if name not in self.columns]
        if missing:
            message = _("No heading is matched with: %s. Match one, or choose another way.")
            self.add_error("match_by", message % ", ".join(missing))


def is_plain(table: UploadedTable, known: KnownHeadings, batch: Batch) -> bool:
    """Return whether a table can be read without a question: as an export of the list can."""
    if not known.are_exact(table.headings):
        return False
    if isinstance(table.source, TextSource) and not table.source.is_certain:
        return False
    return not ColumnsForm(table, known, batch, {}).ambiguous_day()


def column_choices(model: type[models.Model]) -> list[Any]:
    """Return the columns by their labels, those that find a record first."""
    key, columns = key_name(model), columns_of(model)
    labels = {column.name: capfirst(column.label) for column in columns}
    label = capfirst(str(model._meta.pk.verbose_name))
    labels[key] = _("Number of the record (id)") if key == "id" else label
    found_by = [name for _way, names, _label in ways_to_match(model) for name in names]
    first = dict.fromkeys(name for name in (*found_by, "country") if name in labels)
    moments = [name for name in labels if name in EDITABLE_MOMENTS]
    others = [name for name in labels if name not in first and name not in moments]
    groups = [
        (_("Which record"), list(first)),
        (_("Content"), others),
        (_("Publication dates"), moments),
    ]
    return [
        ("", _("Leave out")),
        *((title, [(name, labels[name]) for name in names]) for title, names in groups if names),
    ]


def ways_to_match(model: type[models.Model]) -> list[tuple[str, tuple[str, ...], str]]:
    """Return how rows can be matched with records: (value, the columns it needs, label)."""
    key, natural = key_name(model), natural_key_name(model)
    labels = {column.name: column.label for column in columns_of(model)}
    by_key = _("its number (id)") if key == "id" else _("its %s") % key
    ways: list[tuple[str, tuple[str, ...], str]] = [(BY_KEY, (key,), by_key)]
    if natural and natural != key:
        ways.append((BY_NATURAL_KEY, (natural,), _("its %s") % labels[natural]))
    name = getattr(model, "slug_source", "")
    if name in labels:
        # A name is unique within these fields: a city's in its country.
        has_country = any(field.name == "country" for field in distinguishing_fields(model))
        label = _("its %(name)s and %(country)s") if has_country else _("its %(name)s")
        texts = {"name": labels[name], "country": labels.get("country", "")}
        # A list of one country may leave it out.
        ways.append((BY_NAME, (name,), label % texts))
    return ways


def _row_label(row: Any) -> str:
    text = " · ".join(_shortened(cell, 24) for cell in row.cells if cell)
    return _("Row %(number)s: %(text)s") % {"number": row.number, "text": _shortened(text, 70)}


def _shortened(text: str, length: int = LONGEST_SAMPLE) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1]}…"
