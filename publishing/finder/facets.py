"""Facets: filters by the values in use, each value with its number of rows."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import django_filters
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.content.states import State, state_q
from publishing.finder.facet_counts import UNKNOWN, Dimension, Rows, as_text
from publishing.finder.filters import ShallowCopied

# A facet with more values than these is long: the page folds all but the chosen ones.
LONG_FACET = 11


@dataclass(slots=True)
class Choice:
    """A value that a facet offers, as the page shows it."""

    value: str
    label: str
    count: int = 0
    selected: bool = False
    # The address of the same search without this value, if it is selected.
    without: str = ""


@dataclass
class Facet:
    """A filter with the values that it offers, as the page shows it."""

    name: str
    legend: str
    choices: list[Choice] = field(default_factory=list)
    # The label that unfolds a long facet, and that of the box which narrows it while typing:
    # "All 84 countries", "Type a country".
    all_label: str = ""
    find_label: str = ""
    # The address that knows the values by other names; "" if nothing does.
    names_url: str = ""

    @property
    def selected(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.selected]

    @property
    def others(self) -> list[Choice]:
        return [choice for choice in self.choices if not choice.selected]

    @property
    def is_long(self) -> bool:
        return len(self.choices) > LONG_FACET


def is_shown(choice: Choice) -> bool:
    """Return whether a long facet lists the value: it is chosen, or leads to a result."""
    return choice.selected or choice.count > 0


class ValueNames(Protocol):
    """Protocol of an object that knows the values of a facet by other names."""

    @property
    def url(self) -> str:
        """The address that gives the values of which a name begins with a text."""

    def is_value(self, text: str) -> bool:
        """Return whether a text has the form of a value, so that no name has to be looked up."""

    def named(self, text: str) -> Sequence[Choice]:
        """Return the values that a text names: several, if it is ambiguous."""

    def nearest(self, text: str) -> Choice | None:
        """Return the value whose name is misspelt in a text."""


# An address with a longer list of names was not written by a person.
MOST_NAMED = 20


class FacetField(forms.Field):
    """A list of values. Only offered ones are returned; the others go to `unknown`, no error."""

    # The widget only reads a list of values; the page renders the checkboxes.
    widget = forms.SelectMultiple

    def __init__(self, *, offered: Container[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offered = offered

    def clean(self, value: Any) -> list[str]:
        values = list(dict.fromkeys(str(item).strip() for item in value or [] if str(item).strip()))
        self.unknown = [item for item in values if item.lower() not in self.offered]
        return [item.lower() for item in values if item.lower() in self.offered]


class FacetFilter(ShallowCopied, django_filters.Filter):
    """A filter by the values in use, each with its count.

    `verb` is the name of the QuerySet method that takes the chosen values; `value` is the path or
    the expression of a row's value, `title` the path of its label. `labels` has labels of fixed
    values instead, and their order. `related` is the path to the records that have the value, of
    which only public ones count; `convert` turns a value of the address into an argument of the
    method. `all_label` has a placeholder for the number of all values, for example "All %(number)s
    countries", and `find_label` says what to type above a long list: "Type a country";
    `only_if_several` omits the facet where all rows have one value; `many` marks a facet of which a
    row may have several values. `names` knows the values by other names: a value of the address
    that it understands leads to the canonical address.
    """

    field_class = FacetField

    def __init__(
        self,
        verb: str,
        value: Any,
        *,
        title: str = "",
        labels: Mapping[str, str | Promise] | None = None,
        related: str = "",
        convert: Callable[[str], Any] = str,
        newest_first: bool = False,
        all_label: str | Promise = "",
        find_label: str | Promise = "",
        only_if_several: bool = False,
        many: bool = False,
        names: ValueNames | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(offered=(), **kwargs)
        self.all_label, self.find_label = all_label, find_label
        self.only_if_several = only_if_several
        self.verb, self.labels, self.related, self.convert = verb, labels, related, convert
        self.dimension = Dimension(value, title)
        self.newest_first, self.many, self.names = newest_first, many, names

    def offer(self, values: Container[str]) -> None:
        """Accept these values. Called by the Finder's constructor."""
        self.extra["offered"] = values

    def read(self, text: str) -> list[str]:
        """Return the values that a text of the address means; the text itself if that is not clear.

        A list with commas or semicolons is read as its parts: “gb,fr”.
        """
        if self.names is None or self.names.is_value(text):
            return [text]
        named = self.names.named(text)
        if len(named) == 1:
            return [named[0].value]
        parts = [part.strip() for part in re.split("[,;]", text) if part.strip()]
        if named or not 1 < len(parts) <= MOST_NAMED:
            return [text]
        return [value for part in parts for value in self.read(part)]

    def filter(self, qs: Rows, value: list[str]) -> Rows:
        if not value:
            return qs
        return getattr(qs, self.verb)(*[self.convert(item) for item in value])

    def parts(self, rows: Rows) -> list[Rows]:
        """Return the rows once for each `facet_value`, with `facet_label`; for facets of many
        values.

        The counts of several querysets are added.
        """
        if self.related:
            # Not `related__in`: a database would look up every public record for every row.
            rows = rows.filter(state_q(State.PUBLIC, path=self.related))
        value, title = self.dimension
        return [rows.annotate(facet_value=as_text(value), facet_label=as_text(title))]

    def choices(self, numbers: Mapping[str, int], titles: Mapping[str, str]) -> list[Choice]:
        """Return a choice for each value in use, in the order of the page."""
        return self._sort(
            [
                Choice(value, self._label_of(value, titles[value]), number)
                for value, number in numbers.items()
                if self.labels is None or value in self.labels
            ]
        )

    def _sort(self, choices: list[Choice]) -> list[Choice]:
        if self.labels is not None:
            order = list(self.labels)
            return sorted(choices, key=lambda choice: order.index(choice.value))
        if self.newest_first:
            newest = sorted(choices, key=lambda choice: choice.value, reverse=True)
            return sorted(newest, key=lambda choice: choice.value == UNKNOWN)
        return sorted(choices, key=lambda choice: fold(choice.label))

    def _label_of(self, value: str, title: str) -> str:
        if value == UNKNOWN and not title:
            return _("Not known")
        return str(self.labels[value]) if self.labels is not None else title or value

    def facet(
        self, choices: Iterable[Choice], numbers: Mapping[str, int], chosen: Mapping[str, str]
    ) -> Facet | None:
        """Return the facet with these numbers of rows, or None if there is nothing to choose.

        `chosen` has the chosen values, each with the address of the same search without it.
        """
        counted = [
            Choice(
                choice.value,
                choice.label,
                numbers.get(choice.value, 0),
                choice.value in chosen,
                chosen.get(choice.value, ""),
            )
            for choice in choices
        ]
        if self.only_if_several and len(counted) < 2 and not chosen:
            return None
        if all(choice.value == UNKNOWN for choice in counted):
            return None
        return Facet(
            str(self.field_name),
            str(self.label),
            counted,
            str(self.all_label % {"number": sum(map(is_shown, counted))}),
            str(self.find_label),
            self.names.url if self.names else "",
        )
