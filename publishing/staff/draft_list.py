"""The list of open drafts: one's own, those in review, returned and scheduled ones."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import format_moment
from publishing.revisions.models import OpenDraft
from publishing.revisions.review_queue import carry_notes
from publishing.staff.base import StaffAdmin
from publishing.staff.change_lists import StaffChangeList
from publishing.staff.list_filters import CaseFilter, FilterLabel


class AuthorFilter(CaseFilter):
    title = _("author")
    parameter_name = "whose"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.person = request.user.pk
        super().__init__(request, *args)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        is_own = Q(author=self.person)
        return {"mine": (_("Mine"), is_own), "others": (_("Somebody else’s"), ~is_own)}


class DraftList(StaffChangeList):
    """ChangeList that shows the note of an earlier save for a draft saved without one."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        carry_notes(self.result_list)


@admin.register(OpenDraft)
class OpenDraftAdmin(StaffAdmin):
    """Read-only list: each draft is decided on its own page."""

    disallowed = ("add", "change", "delete")
    list_display = ("draft", "kind", "status", "whose", "since", "reason", "goes_live")
    list_display_links = None
    list_filter = ("stage", AuthorFilter)
    search_fields = ("label", "person_name", "note")
    search_help_text = _("Searches names of records, notes, and names of people.")
    list_select_related = ("author",)
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[OpenDraft]:
        rows: Any = super().get_queryset(request)
        drafts: QuerySet[OpenDraft] = rows.open().visible_to(request.user)
        return drafts.defer("base", "content")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return DraftList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": _("Drafts and reviews")}
        return super().changelist_view(request, title | (extra_context or {}))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    @admin.display(description=_("record"), ordering="label")
    def draft(self, row: OpenDraft) -> SafeString:
        name = f"admin:{row.model.replace('.', '_')}_draft"
        return format_html('<a href="{}">{}</a>', reverse(name, args=[row.object_pk]), row.label)

    @admin.display(description=_("kind"), ordering="model")
    def kind(self, row: OpenDraft) -> str:
        return capfirst(str(row.model_class._meta.verbose_name)) if row.model_class else row.model

    @admin.display(description=_("status"), ordering="stage")
    def status(self, row: OpenDraft) -> str:
        return row.get_stage_display()

    @admin.display(description=_("note"), ordering="note")
    def reason(self, row: OpenDraft) -> str:
        return row.note

    @admin.display(description=_("author"), ordering="author__name")
    def whose(self, row: OpenDraft) -> str:
        return row.author_name

    @admin.display(description=_("waiting since"), ordering="made_at")
    def since(self, row: OpenDraft) -> str:
        return format_moment(row.made_at)

    @admin.display(description=_("publishes at"), ordering="due_at")
    def goes_live(self, row: OpenDraft) -> str:
        return format_moment(row.due_at)
