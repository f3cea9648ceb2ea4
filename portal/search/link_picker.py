"""What links of the text editor can lead to: every public record, found by its words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404
from django.utils.translation import gettext_lazy as _

from cities.models import Intake, Theme
from portal.models import Page
from portal.search.sources import KINDS, begins
from publishing.content.fields import fold
from publishing.content.richtext import page_at, reference
from publishing.finder.filters import SearchField

OFFERED = 5
"""How many records of each kind are offered."""
# Few enough to be read whole.
SMALL = {_("Themes"): Theme, _("Intakes"): Intake, _("Pages"): Page}


def link_choices(request: HttpRequest) -> JsonResponse:
    """What fits the words `q`, or the page whose address it is, as JSON; for signed-in staff."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    found = [choice(*at) for at in _at_address(request, asked)] or [
        choice(*one) for one in matching(SearchField(required=False).clean(asked))
    ]
    return JsonResponse({"found": found})


def choice(record: Any, about: Any) -> dict[str, str]:
    return {"to": reference(record), "title": str(record), "about": str(about)}


def matching(text: str) -> Iterator[tuple[Any, Any]]:
    """Public records with their kind in words, the first few of each kind."""
    sought = fold(text).split()
    if not sought:
        return
    for kind in KINDS.values():
        for row in kind.rows(text)[:OFFERED]:
            yield row, kind.label
    for label, model in SMALL.items():
        rows: Any = model._default_manager
        fits = [row for row in rows.published() if begins(fold(str(row)), sought)]
        for row in fits[:OFFERED]:
            yield row, label


def _at_address(request: HttpRequest, text: str) -> list[tuple[Any, Any]]:
    """The record whose page has the address, if the address is one of this portal."""
    if "/" not in text:
        return []
    try:
        parts = urlsplit(text)
        found = page_at(parts.path) if parts.netloc in ("", request.get_host()) else None
    except (ValueError, Resolver404):
        return []
    record = found and found[0]._default_manager.published().filter(slug=found[1]).first()
    return [(record, record._meta.verbose_name)] if record else []
