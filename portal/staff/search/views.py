"""The page with the results of the search over the desk."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cities.suggestions import LEAST_LETTERS, MOST, count_in_words
from portal.staff.search.history import DraftKind, NoteKind
from portal.staff.search.hits import DeskGroup, Question
from portal.staff.search.people import person_kinds
from portal.staff.search.records import record_kinds
from publishing.content.folding import fold
from publishing.finder.filters import SearchField

PAGE = 25
"""The number of hits on a page of one kind."""


def search_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Show what was found for `q`: the first of every kind, or with `kind` all of one."""
    field = SearchField(required=False)
    text = field.clean(request.GET.get("q"))
    kinds = {kind.slug: kind for kind in searched_kinds(site, request)}
    kind = kinds.get(request.GET.get("kind", ""))
    context = {
        **site.each_context(request),
        "title": _("Search"),
        "text": text,
        "searched": text,
        "kind": kind,
        "was_cut": field.was_cut,
    }
    if text and kind:
        context |= of_kind(kind, Question.ask(text), request.GET.get("page"))
    elif text:
        context |= of_all(list(kinds.values()), Question.ask(text))
    return TemplateResponse(request, "admin/search.html", context)


def suggestions_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Return the best records for the words typed so far as JSON, as for the public search."""
    text = SearchField(required=False).clean(request.GET.get("q"))
    items = suggest(site, request, text) if len(fold(text)) >= LEAST_LETTERS else []
    return JsonResponse({"items": items, "status": count_in_words(len(items))})


def suggest(site: AdminSite, request: HttpRequest, text: str) -> list[dict[str, str]]:
    question = Question.ask(text)
    found = [
        (hit.rank, kind.opts.verbose_name, hit)
        for kind in record_kinds(site, request)
        for hit in kind.group(question).hits
    ]
    # Of the same rank, the kinds stay in their order.
    found.sort(key=lambda one: one[0])
    return [
        {
            "name": hit.name,
            "detail": " ".join(filter(None, (str(kind), hit.place))),
            "url": hit.address,
        }
        for _rank, kind, hit in found[:MOST]
    ]


def searched_kinds(site: AdminSite, request: HttpRequest) -> list[Any]:
    """Return every kind that the user may search."""
    return [
        *record_kinds(site, request),
        DraftKind(request),
        NoteKind(request),
        *person_kinds(site, request),
    ]


def of_all(kinds: list[Any], question: Question) -> dict[str, Any]:
    """Return the groups with results, those with the words in a title first."""
    groups: list[DeskGroup] = [group for kind in kinds if (group := kind.group(question)).count]
    groups.sort(key=lambda group: not group.has_title)
    return {"groups": groups, "total": sum(group.count for group in groups)}


def of_kind(kind: Any, question: Question, number: str | None) -> dict[str, Any]:
    """Return a page of the hits of one kind."""
    page = Paginator(kind.rows(question), PAGE).get_page(number)
    return {
        "hits": kind.hits(list(page), question),
        "page_obj": page,
        "total": page.paginator.count,
    }
