"""Views of the whole site: home page, statistics, search, pages of text, style guide."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.generic import TemplateView

from cities.downloads import CityDownload
from cities.place_note import place_note
from cities.spelling import did_you_mean
from news.downloads import EventDownload, NewsDownload
from partners.downloads import NetworkDownload, OrganisationDownload
from portal import styleguide
from portal.home import home_content
from portal.models import Page
from portal.search.results import make_hit, parse_query, rows_of_kind, search
from portal.search.sources import LABELS, as_query
from portal.statistics import NetworkStatistics
from publishing.caching.content_cache import cached
from publishing.downloads import Download
from publishing.views import RecordDetail

DOWNLOADS = (CityDownload, NetworkDownload, OrganisationDownload, EventDownload, NewsDownload)

# The hits on a page of one kind of the search results.
HITS = 24


class Home(TemplateView):
    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        content = cached(("home", get_language()), home_content)
        return super().get_context_data(**content, **kwargs)


class NetworkInNumbers(TemplateView):
    template_name = "portal/numbers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = cached(("numbers", get_language()), NetworkStatistics.count)
        return super().get_context_data(numbers=numbers, **kwargs)


class Data(TemplateView):
    """The downloads: their addresses, and what each column says."""

    template_name = "portal/data.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        absolute = self.request.build_absolute_uri
        example = f"{reverse('cities:download', args=['csv'])}?country=gb"
        downloads = [downloads_of(view) for view in DOWNLOADS]
        return super().get_context_data(downloads=downloads, example=absolute(example), **kwargs)


def downloads_of(view: type[Download]) -> dict[str, Any]:
    """Return the title of a download, its formats as links, and its columns."""
    route = view.list_route.replace(":list", ":download")
    return {
        "title": view.title,
        "links": [(name, reverse(route, args=[kind])) for kind, name in view.formats.items()],
        "columns": view.columns.items(),
    }


def finder_with(**filters: str) -> str:
    """Return the address of the finder with these filters."""
    return f"{reverse('cities:list')}?{urlencode(filters)}"


class SiteSearch(TemplateView):
    """Search results by kind; or with `kind` all results of one kind, in pages."""

    template_name = "portal/search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        context = response.context_data  # type: ignore[attr-defined]
        page = context.get("page_obj")
        parameters = {
            "q": context["text"],
            "kind": request.GET.get("kind", ""),
            "page": page.number if page and page.number > 1 else "",
        }
        canonical = urlencode({name: value for name, value in parameters.items() if value})
        # The page cache keeps this address, because others may ask the same question.
        is_canonical = not context["notices"] and request.GET.urlencode() == canonical
        response.is_canonical = is_canonical  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, kind, notices = parse_query(self.request.GET)
        if kind and text:
            return super().get_context_data(**self.of_kind(kind, text), notices=notices, **kwargs)
        query = as_query(text)
        groups = search(query)
        suggestion = did_you_mean(query) if text and not groups else ""
        return super().get_context_data(
            text=text,
            groups=groups,
            total=sum(group.count for group in groups),
            meant=suggestion,
            place_note=place_note(query, finder_with, bool(groups)) if text else "",
            notices=notices,
            **kwargs,
        )

    def of_kind(self, kind: str, text: str) -> dict[str, Any]:
        page = Paginator(rows_of_kind(kind, text), HITS).get_page(self.request.GET.get("page"))
        return {
            "text": text,
            "kind": LABELS[kind],
            "total": page.paginator.count,
            "hits": [make_hit(kind, row, text) for row in page],
            "page_obj": page,
        }


class Components(TemplateView):
    """The style guide: every component in every state, for developers and staff only."""

    template_name = "portal/components.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG or request.user.is_staff):
            raise Http404
        response = super().get(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**styleguide.context(), **kwargs)


class PageDetail(RecordDetail):
    model = Page
