"""Admin of the pages of text, the reports and the site."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.models import MenuItem, Page, Report, Site
from portal.report_answers import close
from portal.staff.accounts import PersonAdmin, RoleAdmin
from portal.staff.sign_in_attempts import LockedOutAdmin
from publishing.admin import (
    PUBLICATION,
    ChangedByFilter,
    ChangedFilter,
    CreatedByMeFilter,
    PublishableAdmin,
    StateFilter,
)
from publishing.staff.base import RowInline, StaffAdmin
from publishing.staff.change_form import DraftAdmin
from publishing.staff.comment_views import CommentViews
from publishing.staff.draft_views import DraftViews
from publishing.staff.live_editing import LiveViews
from publishing.staff.record_views import RecordViews

__all__ = ["LockedOutAdmin", "PersonAdmin", "RoleAdmin"]


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    list_display = ("title", "state_column", "slug", "changed")
    list_filter = (StateFilter, ChangedFilter, ChangedByFilter, CreatedByMeFilter)
    search_fields = ("slug", "title", "summary")
    search_help_text = _("Searches titles and summaries.")
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "summary", "body"),
                "description": _("For example, the address “about” gives the page /about/."),
            },
        ),
        PUBLICATION,
        (_("For staff"), {"fields": ("created_at", "updated_at")}),
    )


@admin.register(Report)
class ReportAdmin(StaffAdmin):
    """Admin of visitors' reports. Staff record how one was dealt with; the rest is read-only."""

    disallowed = ("add",)
    list_display = ("address", "message", "received_at", "done_at")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    search_fields = ("address", "message")
    search_help_text = _("Searches addresses of pages and messages.")
    date_hierarchy = "received_at"
    readonly_fields = ("page", "message", "source_url", "email", "received_at", "answered_at")
    fieldsets = (
        (None, {"fields": readonly_fields[:-1]}),
        (
            _("For staff"),
            {
                "fields": ("answer", "answered_at", "done_at", "note"),
                "description": _(
                    "When the page has been corrected, or the report turns out to be wrong, write "
                    "an answer if the visitor left an email address, fill in “dealt with” and note "
                    "what was done. The answer is then sent and the address deleted."
                ),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.readonly_fields + (() if obj and obj.is_answerable else ("answer",))

    def save_model(self, request: HttpRequest, obj: Report, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.done_at:
            # A mail that has gone out cannot be rolled back.
            transaction.on_commit(partial(self.close, request, obj))

    @staticmethod
    def close(request: HttpRequest, report: Report) -> None:
        is_sent = close(report)
        if is_sent:
            messages.success(request, gettext("The answer was sent."))
        elif is_sent is False:
            text = gettext("The answer could not be sent. Save the report again to try once more.")
            messages.error(request, text)

    @admin.display(description=_("page"))
    def page(self, report: Report) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', report.address)


class MenuInline(RowInline):
    model = MenuItem
    fields = ("place", "order", "label", "address")


@admin.register(Site)
class SiteAdmin(DraftAdmin):
    """Admin of name, menu, contact and home page. The list redirects to the only row."""

    disallowed = ("add", "delete")
    views = (LiveViews, DraftViews, CommentViews, RecordViews)
    inlines = (MenuInline,)
    autocomplete_fields = ("featured_cities", "featured_stories")
    fieldsets = (
        (None, {"fields": ("name", "contact")}),
        (
            _("Home page"),
            {
                "fields": (
                    "home_heading",
                    "home_lead",
                    "featured_cities",
                    "featured_stories",
                ),
                "description": _(
                    "Visitors see only what is public: a featured draft waits until it is."
                ),
            },
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        site = Site.objects.first()
        if site is None or not self.has_view_permission(request):
            return super().changelist_view(request, extra_context)
        return redirect("admin:portal_site_change", site.pk)
