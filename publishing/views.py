"""Base views of the apps: a list with a finder, and the page of one record."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.core.validators import slug_re
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.generic import DetailView, ListView

from publishing.content.scope import within
from publishing.content.slugs import FormerSlug, readable_slug
from publishing.content.visibility import may_view_hidden
from publishing.finder.finder import Finder
from publishing.revisions import share_links
from publishing.revisions.preview import private, showing


class FinderList(ListView):
    """A list of published records with the facets, notices and pagination of its `Finder`."""

    filterset_class: type[Finder]
    paginate_by = 24

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        canonical = self.filterset_class.canonical(request.GET)
        if dict(canonical.lists()) != dict(request.GET.lists()):
            query = canonical.urlencode()
            return HttpResponsePermanentRedirect(request.path + (f"?{query}" if query else ""))
        response = super().get(request, *args, **kwargs)
        # The page cache keeps this address, because others may ask the same question.
        response.is_canonical = not self.finder.notices  # type: ignore[attr-defined]
        return response

    def get_queryset(self) -> QuerySet[Any]:
        """Return the filtered rows; `get_rows` returns all rows that can be found."""
        self.finder = self.filterset_class(
            self.request.GET, queryset=self.get_rows(), request=self.request
        )
        rows: QuerySet[Any] = self.finder.qs
        return rows

    def get_rows(self) -> QuerySet[Any]:
        raise NotImplementedError("Return the published rows in their default order.")

    def paginate_queryset(
        self, queryset: Any, page_size: int
    ) -> tuple[Paginator[Any], Page[Any], Any, bool]:
        paginator = self.get_paginator(queryset, page_size)
        # The facets have counted the rows already.
        paginator.count = self.finder.total
        asked = self.request.GET.get("page", "1")
        page = paginator.get_page(asked)
        if str(page.number) != asked:
            self.finder.notices.append(
                _("There is no page “%(asked)s”. This is page %(number)s of %(last)s.")
                % {"asked": asked[:20], "number": page.number, "last": paginator.num_pages}
            )
        # First the keys, then the rows: the first query is answered from an index alone, while
        # a single query would read every row, and its country, on the way to a deep page.
        start = (page.number - 1) * page_size
        keys = list(queryset.values_list("pk", flat=True)[start : start + page_size])
        place = {key: number for number, key in enumerate(keys)}
        found = self.finder.queryset.filter(pk__in=keys)
        page.object_list = sorted(found, key=lambda row: place[row.pk])
        return paginator, page, page.object_list, page.has_other_pages()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        results = self.finder.in_words(self.finder.total)
        return super().get_context_data(finder=self.finder, results=results, **kwargs)


LONGEST_ADDRESS = 200
"""The number of characters of an address that are read as a name."""


class RecordDetail(DetailView):
    """The page of one record: public, or with a banner for staff who may view it.

    `model` is a Slugged model, or the view overrides `find`. A former slug redirects, and so does
    an address that is written by hand: “Manchester”, “Derry City & Strabane”.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = super().get(request, *args, **kwargs)
        except Http404:
            present = self.find_moved()
            if present is None:
                raise
            return HttpResponsePermanentRedirect(present.get_absolute_url())
        if self.is_hidden:
            add_never_cache_headers(response)
        return response

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        rows: Any = self.get_queryset()
        if shown := showing(self.request):
            self.is_hidden = False
            return rows.get(pk=shown.record.pk)
        # PostgreSQL raises an error for any text with NUL.
        if not slug_re.match(self.kwargs.get("slug", "-")):
            raise Http404
        found = self.find_public()
        self.is_hidden = found is None
        # The session is not read for public records, so their pages stay cacheable.
        if found is None and may_view_hidden(self.request, rows.model):
            found = self.find(within(rows, self.request.user))
        if found is None:
            raise Http404
        return found

    def find_public(self) -> Any:
        """Return the record at this address, if it is public."""
        rows: Any = self.get_queryset()
        return self.find(rows.published())

    def find(self, rows: QuerySet[Any]) -> Any:
        return rows.filter(slug=self.kwargs["slug"]).first()

    def find_moved(self) -> Any:
        """Return the record that this address means, if the user may see it.

        It had this address before, or has or had it with small letters and hyphens.
        """
        written = self.kwargs.get("slug", "")
        slugs = [written] if slug_re.match(written) else []
        if written and len(written) <= LONGEST_ADDRESS:
            slugs.append(readable_slug(written))
        if not slugs:
            return None
        rows: Any = self.get_queryset()
        former = FormerSlug.objects.filter(model=rows.model._meta.label_lower, slug__in=slugs)
        keys = list(former.values_list("object_pk", flat=True))
        meant = rows.filter(Q(slug__in=slugs) | Q(pk__in=keys)).order_by("pk")
        found = meant.published().first()
        if found is None and may_view_hidden(self.request, rows.model):
            found = within(meant, self.request.user).first()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.is_hidden:
            options = self.object._meta
            kwargs["edit_url"] = reverse(
                f"admin:{options.app_label}_{options.model_name}_change", args=[self.object.pk]
            )
        return super().get_context_data(is_hidden=self.is_hidden, **kwargs)


def shared_draft(request: HttpRequest, token: str) -> HttpResponse:
    """Show the draft behind a share link."""
    try:
        found = share_links.find(token)
        if found is None:
            raise Http404
        response = share_links.page(*found, request)
    except (share_links.LinkExpired, ValidationError):
        response = private(render(request, "publishing/link_ended.html", status=410))
    # Do not send the address to linked sites: it is all that keeps the draft private.
    response["Referrer-Policy"] = "no-referrer"
    return response
