"""The activity log: who did what, when and why. Everybody of the staff may search it, for the
records that they may look at; nobody can add, change or delete a line of it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.revisions.diff import differences
from publishing.revisions.models import Action, Revision
from publishing.staff.base import StaffAdmin

MOST_COUNTED = 5000
LIST = "publishing_revision_changelist"


class CappedCountPaginator(Paginator):
    """Pages of a table that grows for ever: it is counted up to some hundred pages, no further."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:MOST_COUNTED].count()


class KindFilter(admin.SimpleListFilter):
    """By kind of record: the kinds that the person may look at, without a look at the table."""

    title = _("kind of record")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [
            (model._meta.label_lower, capfirst(str(model._meta.verbose_name)))
            for model, desk in admin.site._registry.items()
            if model is not Revision and desk.has_view_permission(request)
        ]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(model=value) if value else queryset


class WhatFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Action.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(action=value) if value else queryset


class PersonFilter(admin.SimpleListFilter):
    title = _("who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("me", _("Myself")), ("portal", _("The portal itself"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "me":
                return queryset.filter(person=request.user.pk)
            case "portal":
                return queryset.filter(person_name="")
        return queryset


@admin.register(Revision)
class ActivityAdmin(StaffAdmin):
    refuses = ("add", "change", "delete")
    list_display = ("made_at", "who", "what", "kind", "record", "changes", "note")
    list_display_links = None
    list_filter = (WhatFilter, KindFilter, PersonFilter)
    search_fields = ("label", "person_name", "note")
    search_help_text = _("Words of the record’s name, of a person’s name, or of the note.")
    date_hierarchy = "made_at"
    paginator = CappedCountPaginator
    show_full_result_count = False
    # A count for every filter would read the whole table each time.
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-made_at", "-pk")
    fields = ("made_at", "who", "what", "kind", "record", "note", "differing")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        seen = Revision.objects.visible_to(request.user).order_by(*self.ordering)
        if request.resolver_match and request.resolver_match.url_name == LIST:
            # The contents are long, and a list shows nothing of them.
            return seen.defer("base", "content")
        return seen

    @admin.display(description=_("who"), ordering="person_name")
    def who(self, revision: Revision) -> str:
        return revision.person_name or gettext("the portal")

    @admin.display(description=_("what"), ordering="action")
    def what(self, revision: Revision) -> str:
        return str(revision.get_action_display())

    @admin.display(description=_("kind"), ordering="model")
    def kind(self, revision: Revision) -> str:
        model = revision.model_class
        return str(model._meta.verbose_name) if model else revision.model

    @admin.display(description=_("record"), ordering="label")
    def record(self, revision: Revision) -> str:
        address = address_of(revision, "change")
        if revision.action == Action.PURGED or not address:
            return revision.label
        return format_html('<a href="{}">{}</a>', address, revision.label)

    @admin.display(description=_("changes"))
    def changes(self, revision: Revision) -> str:
        """The way to what differs: the record's own page, or the one of this line."""
        address = address_of(revision, "revision", revision.pk)
        if revision.action == Action.PURGED or not address:
            address = reverse("admin:publishing_revision_change", args=[revision.pk])
        return format_html('<a href="{}">{}</a>', address, gettext("What changed"))

    @admin.display(description=_("what changed"))
    def differing(self, revision: Revision) -> str:
        model = revision.model_class
        if model is None or not (revision.base or revision.content):
            return ""
        found = differences(model, revision.base, revision.content)
        rows = ((change.label, change.marked) for change in found)
        said = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', rows)
        return format_html('<table class="changes">{}</table>', said)


def address_of(revision: Revision, page: str, *args: Any) -> str:
    """The address of a page of the revision's record in the desk; "" if it has none."""
    name = f"admin:{revision.model.replace('.', '_')}_{page}"
    try:
        return reverse(name, args=[revision.object_pk, *args])
    except NoReverseMatch:
        return ""
