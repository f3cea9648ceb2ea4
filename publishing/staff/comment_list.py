"""The list of comments: on one's own drafts, of one's own threads, open and resolved."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import format_moment
from publishing.revisions.comments import Comment, CommentThread, is_on_draft_of
from publishing.staff.base import StaffAdmin
from publishing.staff.list_filters import CaseFilter, FilterLabel


class ThreadStateFilter(CaseFilter):
    title = _("status")
    parameter_name = "status"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        is_open = Q(resolved_at__isnull=True)
        return {"open": (_("Open"), is_open), "resolved": (_("Resolved"), ~is_open)}


class ConcernFilter(CaseFilter):
    title = _("my part")
    parameter_name = "concerns"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.person = request.user
        super().__init__(request, *args)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        own = Comment.objects.filter(thread=OuterRef("pk"), person=self.person.pk)
        return {
            "drafts": (_("On my drafts"), is_on_draft_of(self.person)),
            "mine": (_("With a comment by me"), Q(Exists(own))),
        }


@admin.register(CommentThread)
class CommentThreadAdmin(StaffAdmin):
    """Read-only list: comments are written on the pages of their records."""

    disallowed = ("add", "change", "delete")
    list_display = ("record", "about", "latest", "writer", "since")
    list_display_links = None
    list_filter = (ThreadStateFilter, ConcernFilter)
    search_fields = ("record_name", "quote", "comments__text", "comments__person_name")
    search_help_text = _("Searches comments, names of records, and names of people.")
    ordering = ("-pk",)
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CommentThread]:
        rows: Any = super().get_queryset(request)
        threads: QuerySet[CommentThread] = rows.visible_to(request.user)
        return threads.prefetch_related("comments")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": _("Comments")}
        return super().changelist_view(request, title | (extra_context or {}))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    @admin.display(description=_("record"), ordering="record_name")
    def record(self, row: CommentThread) -> SafeString:
        name = f"admin:{row.model.replace('.', '_')}_comments"
        address = f"{reverse(name, args=[row.object_pk])}#thread-{row.pk}"
        return format_html('<a href="{}">{}</a>', address, row.record_name)

    @admin.display(description=_("about"))
    def about(self, row: CommentThread) -> str:
        return row.label or gettext("The whole record")

    @admin.display(description=_("latest comment"))
    def latest(self, row: CommentThread) -> str:
        return Truncator(row.latest.text).words(20)

    @admin.display(description=_("by"))
    def writer(self, row: CommentThread) -> str:
        return row.latest.person_name

    @admin.display(description=_("written"))
    def since(self, row: CommentThread) -> str:
        return format_moment(row.latest.made_at)
