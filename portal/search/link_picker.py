"""The link picker of the text editor: find any public record by words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404
from django.utils.translation import gettext_lazy as _

from cities.models import Intake, Theme
from portal.models import Page
from portal.search.sources import KINDS, as_query
from publishing.content.english import deciding_words, has_words, index
from publishing.content.folding import fold
from publishing.content.text_references import page_at, reference
from publishing.finder.filters import SearchField

OFFERED = 5
"""The number of records that are offered of each kind."""
# Few enough to read at a glance.
SMALL_MODELS = {_("Themes"): Theme, _("Intakes"): Intake, _("Pages"): Page}


def link_choices(request: HttpRequest) -> JsonResponse:
    """Return records that match `q`, or the record at that address, as JSON; for staff only."""
    query = request.GET.get("q", "").replace("\0", "").strip()
    choices = [make_choice(*match) for match in _find_by_address(request, query)] or [
        make_choice(*match) for match in search_records(SearchField(required=False).clean(query))
    ]
    return JsonResponse({"found": choices})


def make_choice(record: Any, about: Any) -> dict[str, str]:
    return {"to": reference(record), "title": str(record), "about": str(about)}


def search_records(text: str) -> Iterator[tuple[Any, Any]]:
    """Return public records with the label of their kind, the first few of each kind."""
    if not fold(text):
        return
    words, query = deciding_words(text), as_query(text)
    for kind in KINDS.values():
        for row in kind.rows(query)[:OFFERED]:
            yield row, kind.label
    for label, model in SMALL_MODELS.items():
        rows: Any = model._default_manager
        matching = [row for row in rows.published() if has_words(index(str(row)), words)]
        for row in matching[:OFFERED]:
            yield row, label


def _find_by_address(request: HttpRequest, text: str) -> list[tuple[Any, Any]]:
    """Return the record whose page has this address, if it is an address of this portal."""
    if "/" not in text:
        return []
    try:
        parts = urlsplit(text)
        target = page_at(parts.path) if parts.netloc in ("", request.get_host()) else None
    except (ValueError, Resolver404):
        return []
    record = target and target[0]._default_manager.published().filter(slug=target[1]).first()
    return [(record, record._meta.verbose_name)] if record else []
