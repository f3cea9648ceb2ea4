"""Records of every kind that the user may see, by any word of their texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Case, Q, Value, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cities.country_names import countries_beginning
from cities.models import City, Country
from cities.search_conditions import cities_with_anything
from cities.word_index import cities_with_word
from portal.search.highlighting import highlight
from portal.staff.search.hits import DeskGroup, DeskHit, Question, Text, first_rows, found_text
from publishing.content.english import titles_first
from publishing.content.richtext import RichTextField
from publishing.content.scope import within
from publishing.content.search_words import Word
from publishing.content.text_index import TextIndexField, has_text, plain_text
from publishing.models import Publishable
from publishing.staff.base import StaffAdmin

COLUMN = "words_key"


def city_with_word(word: Word) -> Q:
    return Q(pk__in=cities_with_anything(word))


def record_with_word(word: Word) -> Q:
    return has_text(COLUMN, word, is_staff=True)


# Cities, which may be many, have full-text indexes.
CONDITIONS: dict[Any, Callable[[Word], Q]] = {City: city_with_word}


class RecordKind:
    """The records of one admin."""

    def __init__(self, model_admin: StaffAdmin, request: HttpRequest) -> None:
        self.admin, self.request, self.model = model_admin, request, model_admin.model
        self.opts = model_admin.opts
        self.slug = self.opts.label_lower
        self.label = capfirst(str(self.opts.verbose_name_plural))

    def rows(self, question: Question) -> Any:
        """Return the matching rows: by name first, then by other texts, those in the trash last."""
        has_word = CONDITIONS.get(self.model, record_with_word)
        condition = Q(*(has_word(word) for word in question.words))
        rows: Any = within(
            self.model._default_manager.filter(condition | self._also(question)), self.request.user
        )
        order: list[Any] = ["found_rank", self._known(question), *(self.opts.ordering or ()), "pk"]
        if issubclass(self.model, Publishable):
            order.insert(0, Case(When(trashed_at__isnull=True, then=0), default=1))
        rows = rows.select_related(*self.admin.option_relations)
        return rows.annotate(found_rank=titles_first(COLUMN, question.text)).order_by(*order)

    def _also(self, question: Question) -> Q:
        """Return the condition for records that are known by the whole text."""
        if self.model is not Country:
            return Q(pk__in=())
        return Q(pk__in=[country.code for country in countries_beginning(question.text)])

    def _known(self, question: Question) -> Any:
        """Return an order: records with an alternative name of these words first."""
        if self.model is not City:
            return Value(0)
        named = Q(
            *(Q(pk__in=cities_with_word(w.spellings, is_whole=w.is_whole)) for w in question.words)
        )
        return Case(When(named, then=0), default=1)

    def group(self, question: Question) -> DeskGroup:
        """Return the first hits and their number."""
        rows, count = self._first(question)
        return DeskGroup(self.slug, self.label, count, self.hits(rows, question))

    def _first(self, question: Question) -> tuple[list[Any], int]:
        """Return the first rows and the number of all.

        Cities may be many, and sorting them with their texts would take longer than a second query.
        """
        rows = self.rows(question)
        if self.model is not City:
            return first_rows(rows)
        keys, count = first_rows(rows.select_related(None).only("pk", "name_key"))
        whole = rows.order_by().in_bulk([row.pk for row in keys])
        return [whole[row.pk] for row in keys if row.pk in whole], count

    def hits(self, rows: list[Any], question: Question) -> list[DeskHit]:
        others = self._other_names(rows)
        return [self._hit(row, question, others.get(row.pk, "")) for row in rows]

    def _hit(self, record: Any, question: Question, names: str) -> DeskHit:
        place, text = found_text(question, str(record), self._texts(record, names))
        plain_label = getattr(self.admin, "plain_label", str)
        return DeskHit(
            highlight(plain_label(record), *question.sought),
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[record.pk]),
            getattr(record, "state", ""),
            getattr(record, "state_label", "") if isinstance(record, Publishable) else "",
            place,
            text,
            record.found_rank,
            plain_label(record),
        )

    @cached_property
    def _sources(self) -> list[Any]:
        column: Any = self.opts.get_field(COLUMN)
        return [self.opts.get_field(name) for name in column.sources]

    @cached_property
    def _public(self) -> tuple[str, ...]:
        column: Any = self.opts.get_field(COLUMN)
        return tuple(column.public)

    def _texts(self, record: Any, names: str) -> Iterator[Text]:
        """Yield the texts of a record, but for its title."""
        yield Text(_("alternative names"), names)
        for source in self._sources[1:]:
            text = str(getattr(record, source.attname) or "")
            text = plain_text(text) if isinstance(source, RichTextField) else text
            yield Text(source.verbose_name, text, source.name in self._public)
        if isinstance(record, City):
            yield Text(_("country"), record.country.name)

    def _other_names(self, rows: list[Any]) -> dict[Any, str]:
        """Return the alternative names of cities, by their keys, from one query."""
        names: dict[Any, str] = {}
        if self.model is City and rows:
            found = City.objects.filter(pk__in=[row.pk for row in rows]).order_by()
            pairs = found.values_list("pk", "alternative_names__name")
            for key, name in pairs.order_by("alternative_names__name"):
                names[key] = ", ".join(filter(None, (names.get(key), name)))
        return names


def record_kinds(site: AdminSite, request: HttpRequest) -> Iterator[RecordKind]:
    """Yield the kinds of records that the user may view."""
    for model, model_admin in site._registry.items():
        if not any(isinstance(field, TextIndexField) for field in model._meta.fields):
            continue
        if isinstance(model_admin, StaffAdmin) and model_admin.has_view_permission(request):
            yield RecordKind(model_admin, request)
