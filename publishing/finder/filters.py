"""Finding: filter sets with counted facets, which say what they did not understand.

A `Finder` is a django-filter FilterSet. Its facets offer the values that are in use, count
each under every filter but their own, and never fail on what an address holds: a value or a
parameter that nobody knows becomes a notice for the page.
"""

from collections.abc import Callable, Container, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import django_filters
from django import forms
from django.db import models
from django.db.models import F
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from publishing.caching.content_cache import remembered
from publishing.content.fields import fold
from publishing.content.states import State, state_q
from publishing.finder.facet_counts import UNKNOWN, Tally, as_text

Rows = Any
"""A QuerySet with the verbs that the filters name, which types cannot say."""

LONGEST_SEARCH = 100

# Each word of a search costs the database a pass; nobody needs more.
MOST_WORDS = 8

# A facet of more values shows the most frequent ones first; the page folds the others away.
LONG_FACET, ALWAYS_SHOWN = 11, 7

# What other sites and mailings add to our addresses to follow people; we do not.
TRACKING = ("utm_", "fbclid", "gclid")


@dataclass
class Choice:
    """A value that a facet offers, as the page shows it."""

    value: str
    label: str
    count: int = 0
    selected: bool = False
    # The address of the same search with this value taken away, if it is selected.
    without: str = ""


@dataclass
class Facet:
    """A filter with the values that it offers, as the page shows it."""

    name: str
    legend: str
    choices: list[Choice] = field(default_factory=list)
    # The words that unfold a long facet: "All 84 countries".
    all_label: str = ""

    @property
    def selected(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.selected]


class KnownValues(forms.Field):
    """Keeps the values that are offered and remembers the others, instead of failing."""

    # The page draws the boxes itself; what a widget is for here is to read a list of values.
    widget = forms.SelectMultiple

    def __init__(self, *, offered: Container[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.offered = offered

    def clean(self, value: Any) -> list[str]:
        values = list(dict.fromkeys(str(item).strip() for item in value or [] if str(item).strip()))
        self.unknown = [item for item in values if item.lower() not in self.offered]
        return [item.lower() for item in values if item.lower() in self.offered]


class SharedCounts:
    """A filter of which each request has a shallow copy.

    django-filter copies the declared filters deeply, with every label, query and choice in them,
    which takes longer than to find the rows. Nothing in ours is changed but `extra`.
    """

    extra: dict[str, Any]

    def __deepcopy__(self, memo: Any) -> Self:
        twin = copy(self)
        twin.extra = dict(self.extra)
        return twin


class FacetFilter(SharedCounts, django_filters.Filter):
    """A filter by values in use, each with its count.

    `verb` names the QuerySet's method that takes the chosen values; `value` is the path or the
    expression of a row's value, `title` the path of its label. `labels` gives labels of fixed
    values instead, and their order. `related` is the path to the records that have the value, of
    which only public ones count; `convert` turns a value of the address into an argument of the
    verb. `all_label` has a place for the number of all values, for example "All %(number)s
    countries"; `only_if_several` leaves the facet out where all rows have one value; `many` says
    that a row may have several.
    """

    field_class = KnownValues

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
        only_if_several: bool = False,
        many: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.all_label, self.only_if_several = all_label, only_if_several
        self.verb, self.value, self.title = verb, value, title
        self.labels, self.related, self.convert = labels, related, convert
        self.newest_first, self.many = newest_first, many

    @property
    def field(self) -> Any:
        self.extra["offered"] = self.parent.everything.labels[self.name]
        return super().field

    @property
    def name(self) -> str:
        return str(self.field_name)

    def filter(self, qs: Rows, value: list[str]) -> Rows:
        if not value:
            return qs
        return getattr(qs, self.verb)(*[self.convert(item) for item in value])

    def parts(self, rows: Rows) -> list[Rows]:
        """Of a facet of many values: the rows once for each `facet_value`, with `facet_label`.

        Several querysets are added up.
        """
        if self.related:
            # Not `related__in`: a database would look for each public record in each row.
            rows = rows.filter(state_q(State.PUBLIC, path=self.related))
        return [rows.annotate(facet_value=as_text(self.value), facet_label=as_text(self.title))]

    def sort(self, choices: list[Choice]) -> list[Choice]:
        if self.labels is not None:
            order = list(self.labels)
            return sorted(choices, key=lambda choice: order.index(choice.value))
        if self.newest_first:
            known = [choice for choice in choices if choice.value != UNKNOWN]
            unknown = [choice for choice in choices if choice.value == UNKNOWN]
            return sorted(known, key=lambda choice: choice.value, reverse=True) + unknown
        return sorted(choices, key=lambda choice: fold(choice.label))

    def label_of(self, value: str, label: str) -> str:
        if value == UNKNOWN and not label:
            return _("Not known")
        return str(self.labels[value]) if self.labels is not None else label or value


class SearchField(forms.CharField):
    """Free text without what no database or person can use: control characters, great length.

    A text without a letter or digit finds nothing out, so it counts as not understood.
    """

    widget = forms.TextInput

    def clean(self, value: Any) -> str:
        # Characters that cannot be seen part words, as the space that does not break a line.
        text = "".join(c if c.isprintable() else " " for c in str(value or "")).strip()
        words = text[:LONGEST_SEARCH].split()
        self.was_cut = len(text) > LONGEST_SEARCH or len(words) > MOST_WORDS
        text = " ".join(words[:MOST_WORDS])
        self.unknown = [text] if text and not fold(text) else []
        return "" if self.unknown else text


class SearchFilter(SharedCounts, django_filters.CharFilter):
    """Free text, handed to the QuerySet's `search`."""

    field_class = SearchField

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs.search(value) if value else qs


class OneOfField(forms.ChoiceField):
    """One of a few fixed values, or "" for the default, which is the first."""

    def clean(self, value: Any) -> str:
        value = str(value or "").strip().lower()
        offered = [key for key, _label in list(self.choices)]  # type: ignore[arg-type]
        self.unknown = [value] if value and value not in offered else []
        return value if value in offered[1:] else ""


class OneOfFilter(SharedCounts, django_filters.Filter):
    """A choice that changes how the results are shown, not which: an order or a view."""

    field_class = OneOfField

    def __init__(self, choices: Mapping[str, str | Promise], **kwargs: Any) -> None:
        super().__init__(choices=list(choices.items()), **kwargs)
        self.labels = choices

    @property
    def default(self) -> str:
        return next(iter(self.labels))

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs


class SortFilter(OneOfFilter):
    """The order of the results: a label and an ordering for each value, the default first."""

    def __init__(
        self, orders: Mapping[str, tuple[str | Promise, tuple[Any, ...]]], **kwargs: Any
    ) -> None:
        super().__init__({value: label for value, (label, _) in orders.items()}, **kwargs)
        self.orders = orders

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs.order_by(*self.orders[value][1]) if value else qs


class Finder(django_filters.FilterSet):
    """A FilterSet with counted facets and notices. See the module's docstring.

    Give it the request's QueryDict and the published rows in their default order.
    """

    # Parameters that pages know beside the filters.
    also_known: frozenset[str] = frozenset({"page"})

    @property
    def facet_filters(self) -> dict[str, FacetFilter]:
        return {name: f for name, f in self.filters.items() if isinstance(f, FacetFilter)}

    @cached_property
    def everything(self) -> Tally:
        """The numbers when nothing is filtered."""
        return remembered((type(self).__name__, "everything"), lambda: self._tally({}, True))

    @cached_property
    def tally(self) -> Tally:
        """The numbers under what the database has to narrow: words, and facets of many values."""
        narrowing = {
            name: value
            for name, value in self.chosen.items()
            if name not in self.facet_filters or self.facet_filters[name].many
            if not isinstance(self.filters[name], OneOfFilter)
        }
        return self._tally(narrowing) if narrowing else self.everything

    def _tally(self, narrowing: Mapping[str, Any], labelled: bool = False) -> Tally:
        several = [name for name, facet in self.facet_filters.items() if facet.many]
        rows = {"": self.under(narrowing)}
        for name in several:
            rows[name] = self.under({n: v for n, v in narrowing.items() if n != name})
        return Tally(self.facet_filters, rows, labelled)

    @cached_property
    def total(self) -> int:
        """The number of rows found."""
        return self.tally.total(self.chosen_single)

    @property
    def chosen_single(self) -> dict[str, set[str]]:
        return {
            name: set(self.chosen[name])
            for name, facet in self.facet_filters.items()
            if name in self.chosen and not facet.many
        }

    @cached_property
    def offered(self) -> dict[str, list[Choice]]:
        """For each facet the values in use, with their number when nothing is filtered."""
        return remembered((type(self).__name__, "offered", get_language()), self._offered)

    def _offered(self) -> dict[str, list[Choice]]:
        tally, offered = self.everything, {}
        for name, facet in self.facet_filters.items():
            labels = tally.labels[name]
            offered[name] = facet.sort(
                [
                    Choice(value, facet.label_of(value, labels[value]), number)
                    for value, number in tally.everything[name].items()
                    if facet.labels is None or value in facet.labels
                ]
            )
        return offered

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """What is filtered by: only known values, and only filters in use."""
        # Our fields never fail, so the form is always valid.
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    def under(self, chosen: Mapping[str, Any]) -> Rows:
        """The rows under some filters alone."""
        rows = self.queryset.all()
        for name, value in chosen.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @cached_property
    def facets(self) -> list[Facet]:
        """The facets for the page; one whose values nobody uses is left out."""
        facets = []
        for name, filter_ in self.facet_filters.items():
            chosen = self.chosen.get(name, [])
            counted = self.tally.count(name, self.chosen_single)
            choices = [
                Choice(
                    choice.value,
                    choice.label,
                    counted.get(choice.value, 0),
                    choice.value in chosen,
                    self.link_without(name, choice.value) if choice.value in chosen else "",
                )
                for choice in self.offered[name]
            ]
            if filter_.only_if_several and len(choices) < 2 and not chosen:
                continue
            if any(choice.value != UNKNOWN for choice in choices):
                all_label = str(filter_.all_label) % {"number": len(choices)}
                facets.append(Facet(name, str(filter_.label), frequent_first(choices), all_label))
        return facets

    @property
    def search_text(self) -> str:
        return str(self.chosen.get("q", ""))

    @property
    def is_narrowed(self) -> bool:
        return any(not isinstance(self.filters[name], OneOfFilter) for name in self.chosen)

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """What narrows the result, each with the address of the page without it."""
        chips = []
        if self.search_text:
            chips.append({"label": f"“{self.search_text}”", "url": self.link(q="")})
        for facet in self.facets:
            chips += [{"label": choice.label, "url": choice.without} for choice in facet.selected]
        return chips

    @cached_property
    def ways_back(self) -> list[dict[str, Any]]:
        """For an empty result: which one filter to drop, and how many rows that gives.

        A facet's values are dropped together, because one of several never empties a result.
        """
        ways = []
        for name in self.chosen:
            if isinstance(self.filters[name], OneOfFilter):
                continue
            facet = next((facet for facet in self.facets if facet.name == name), None)
            values = [c.label for c in facet.selected] if facet else [f"“{self.search_text}”"]
            ways.append(
                {
                    "label": ", ".join(values),
                    "url": self.link(**{name: ""}),
                    "count": self.under(
                        {n: v for n, v in self.chosen.items() if n != name}
                    ).count(),
                }
            )
        fruitful = [way for way in ways if way["count"]]
        return sorted(fruitful, key=lambda way: -way["count"])

    @property
    def cleared(self) -> str:
        """The address of the same view and order with nothing filtered."""
        return self.cleared_link()

    def cleared_link(self, **changes: Any) -> str:
        """The same view and order, with nothing filtered but what is given."""
        narrowing = [n for n, f in self.filters.items() if not isinstance(f, OneOfFilter)]
        return self.link(**dict.fromkeys(narrowing, "") | changes)

    @property
    def rows_query(self) -> str:
        """The query string of the same rows without a view, for downloads; "" for all rows."""
        looks = [
            n
            for n, f in self.filters.items()
            if isinstance(f, OneOfFilter) and not isinstance(f, SortFilter)
        ]
        query = self.link(**dict.fromkeys(looks, ""))
        return "" if query == "?" else query

    @property
    def kept(self) -> list[tuple[str, str]]:
        """View and order, which the filter form has to carry along as hidden fields."""
        return [(n, v) for n, v in self.chosen.items() if isinstance(self.filters[n], OneOfFilter)]

    def options(self, name: str) -> list[dict[str, Any]]:
        """The values of a OneOfFilter as links: label, url and whether it is the current one."""
        filter_ = self.filters[name]
        current = self.chosen.get(name) or filter_.default
        # A search brings its own order: what fits best comes first.
        if isinstance(filter_, SortFilter) and self.search_text:
            labels = {**filter_.labels, filter_.default: _("best match")}
        else:
            labels = filter_.labels
        return [
            {
                "value": value,
                "label": label,
                "url": self.link(**{name: "" if value == filter_.default else value}),
                "current": value == current,
            }
            for value, label in labels.items()
        ]

    @cached_property
    def notices(self) -> list[str]:
        """A sentence for each thing in the address that was not understood."""
        self.form.is_valid()
        said = []
        for name, bound in self.form.fields.items():
            for value in getattr(bound, "unknown", []):
                said.append(
                    _("%(filter)s “%(value)s” is not one we know. It was left out of the search.")
                    % {"filter": self.filters[name].label, "value": value[:LONGEST_SEARCH]}
                )
            if getattr(bound, "was_cut", False):
                said.append(
                    _("The search text is very long. Only “%(text)s” was looked for.")
                    % {"text": self.search_text}
                )
        for name in self.data or {}:
            if name not in self.filters and name not in self.also_known:
                said.append(
                    _("This page has no filter “%(name)s”. It was left out of the search.")
                    % {"name": name[:LONGEST_SEARCH]}
                )
        return said

    def link(self, **changes: Any) -> str:
        """The query string of this search with other parameters; "" takes one away.

        A change starts at the first page again. The result begins with "?".
        """
        query = QueryDict(mutable=True)
        for name in self.filters:
            value = changes.get(name, self.chosen.get(name)) or []
            query.setlist(name, value if isinstance(value, list) else [value])
        return "?" + query.urlencode()

    def link_without(self, name: str, value: str) -> str:
        """The query string of this search without one of a facet's values."""
        return self.link(**{name: [other for other in self.chosen.get(name, []) if other != value]})

    @classmethod
    def canonical(cls, data: QueryDict) -> QueryDict:
        """The same question in its one form: no tracking, no blanks, no repeats, no defaults.

        What is not understood stays, because the page has to name it.
        """
        query = QueryDict(mutable=True)
        names = [name for name in cls.base_filters if name in data]
        names += [name for name in data if name not in cls.base_filters]
        for name in names:
            if name.lower().startswith(TRACKING):
                continue
            filter_ = cls.base_filters.get(name)
            values = [value.strip() for value in data.getlist(name)]
            if isinstance(filter_, (FacetFilter, OneOfFilter)):
                values = [value.lower() if value.isascii() else value for value in values]
            if filter_ is not None and not isinstance(filter_, FacetFilter):
                values = values[-1:]
            unwanted = {"", "1"} if name == "page" else {""}
            if isinstance(filter_, OneOfFilter):
                unwanted.add(filter_.default)
            kept = [value for value in dict.fromkeys(values) if value not in unwanted]
            if kept:
                query.setlist(name, kept)
        return query


def frequent_first(choices: list[Choice]) -> list[Choice]:
    """A long list with those in use and the most frequent ones before the others."""
    if len(choices) <= LONG_FACET:
        return choices
    frequent = sorted(choices, key=lambda choice: (not choice.selected, -choice.count))
    first = frequent[:ALWAYS_SHOWN]
    return first + [choice for choice in choices if choice not in first]


def nulls_last(path: str, descending: bool = False) -> models.expressions.OrderBy:
    """An ordering that puts rows in which the fact is not known at the end, on any database."""
    expression = F(path)
    return expression.desc(nulls_last=True) if descending else expression.asc(nulls_last=True)
