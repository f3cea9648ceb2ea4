"""The audit log: who did what, when and why.

All staff may search it, for the records that they may view; nobody can add, change or delete an
entry.
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
LIST_URL_NAME = "publishing_revision_changelist"


class CappedCountPaginator(Paginator):
    """Paginator that counts a growing table only up to a limit."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:MOST_COUNTED].count()


class KindFilter(admin.SimpleListFilter):
    """Filter by kind of record: the kinds that the user may view, without a query of the table."""

    title = _("kind of record")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = [
            (model._meta.label_lower, capfirst(str(model._meta.verbose_name)))
            for model, kind_admin in admin.site._registry.items()
            if model is not Revision and kind_admin.has_view_permission(request)
        ]
        return sorted(kinds, key=lambda kind: kind[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(model=value) if value else queryset


class ActionFilter(admin.SimpleListFilter):
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
    disallowed = ("add", "change", "delete")
    list_display = ("made_at", "who", "what", "kind", "record", "changes", "note")
    list_display_links = None
    list_filter = (ActionFilter, KindFilter, PersonFilter)
    search_fields = ("label", "person_name", "note")
    search_help_text = _("Searches names of records, names of people, and reasons.")
    date_hierarchy = "made_at"
    paginator = CappedCountPaginator
    show_full_result_count = False
    # A count for every filter would read the whole table each time.
    show_facets = admin.ShowFacets.NEVER
    ordering = ("-made_at", "-pk")
    fields = ("made_at", "who", "what", "kind", "record", "note", "differing")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        revisions = Revision.objects.visible_to(request.user).order_by(*self.ordering)
        if request.resolver_match and request.resolver_match.url_name == LIST_URL_NAME:
            # The snapshots are long, and the list does not show them.
            return revisions.defer("base", "content")
        return revisions

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
        url = record_url(revision, "change")
        if revision.action == Action.PURGED or not url:
            return revision.label
        return format_html('<a href="{}">{}</a>', url, revision.label)

    @admin.display(description=_("changes"))
    def changes(self, revision: Revision) -> str:
        """Return a link to the differences: on the record's page, or on the page of this entry."""
        url = record_url(revision, "revision", revision.pk)
        if revision.action == Action.PURGED or not url:
            url = reverse("admin:publishing_revision_change", args=[revision.pk])
        return format_html('<a href="{}">{}</a>', url, gettext("What changed"))

    @admin.display(description=_("what changed"))
    def differing(self, revision: Revision) -> str:
        model = revision.model_class
        if model is None or not (revision.base or revision.content):
            return ""
        changes = differences(model, revision.base, revision.content)
        rows = ((change.label, change.marked) for change in changes)
        table_rows = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td></tr>', rows)
        return format_html('<table class="changes">{}</table>', table_rows)


def record_url(revision: Revision, page: str, *args: Any) -> str:
    """Return the address of an admin page of the revision's record; "" if it has none."""
    name = f"admin:{revision.model.replace('.', '_')}_{page}"
    try:
        return reverse(name, args=[revision.object_pk, *args])
    except NoReverseMatch:
        return ""
