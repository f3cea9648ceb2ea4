"""Filters without counts: a search, a choice of view and an order.

Their fields never fail on the content of an address. A value that is not offered is ignored and
stored in `unknown`, from which the page makes a notice.
"""

from collections.abc import Mapping
from copy import copy
from typing import Any, NamedTuple, Self

import django_filters
from django import forms
from django.utils.functional import Promise

from publishing.content.folding import fold
from publishing.content.search_words import LONGEST_SEARCH as LONGEST_SEARCH
from publishing.content.search_words import cut, with_codes
from publishing.content.text import normal
from publishing.finder.facet_counts import Rows

# The characters of an address that are read at all: enough for invisible ones between the letters.
MOST_READ = 10 * LONGEST_SEARCH


class ShallowCopied:
    """Mixin for a filter that is copied shallowly for each request.

    django-filter deep-copies the declared filters with every label, query and choice in them, which
    takes longer than the query. The finder changes nothing in them but `extra`.
    """

    extra: dict[str, Any]

    def __deepcopy__(self, memo: Any) -> Self:
        clone = copy(self)
        clone.extra = dict(self.extra)
        return clone


class SearchField(forms.CharField):
    """Free text in its normal form, cut to what a database can search.

    A flag stands for the code of its country. A text without a letter or digit matches nothing, so
    it counts as not understood.
    """

    widget = forms.TextInput

    def clean(self, value: Any) -> str:
        whole = with_codes(" ".join(normal(str(value or "")[:MOST_READ]).split()))
        text = cut(whole)
        self.was_cut = text != whole or len(str(value or "")) > MOST_READ
        self.unknown = [text] if text and not fold(text) else []
        return "" if self.unknown else text


class SearchFilter(ShallowCopied, django_filters.CharFilter):
    """Free text, passed to the QuerySet's `search`."""

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


class OneOfFilter(ShallowCopied, django_filters.Filter):
    """A choice of how the results are presented, not of which: an order or a view."""

    field_class = OneOfField

    def __init__(self, choices: Mapping[str, str | Promise], **kwargs: Any) -> None:
        super().__init__(choices=list(choices.items()), **kwargs)
        self.labels = choices

    @property
    def default(self) -> str:
        return next(iter(self.labels))

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs


class Order(NamedTuple):
    """An order of results: its fact in words, its direction in words, and the keys of order_by."""

    label: str | Promise
    direction: str | Promise
    keys: tuple[Any, ...]
    is_falling: bool = False


REVERSE = "-"
"""The prefix of an order’s other direction: “-population”."""


class SortFilter(OneOfFilter):
    """The order of the results: an Order for each value, the default first.

    The other direction of an order has the same value with a minus.
    """

    def __init__(self, orders: Mapping[str, Order], **kwargs: Any) -> None:
        super().__init__({value: order.label for value, order in orders.items()}, **kwargs)
        self.orders = orders

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs.order_by(*self.orders[value].keys) if value else qs

    def opposite(self, value: str) -> str:
        """Return the other direction of an order, "" if it has only one."""
        opposite = value.removeprefix(REVERSE) if value.startswith(REVERSE) else REVERSE + value
        return opposite if opposite in self.orders else ""
