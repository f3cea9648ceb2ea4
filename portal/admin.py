"""Admin of the pages of text, the reports and the site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.models import MenuItem, Page, Report, Site
from portal.staff.accounts import PersonAdmin, RoleAdmin
from publishing.admin import PUBLICATION, CreatedByMeFilter, PublishableAdmin, StateFilter
from publishing.staff.base import RowInline, StaffAdmin
from publishing.staff.change_form import DraftAdmin
from publishing.staff.draft_views import DraftViews
from publishing.staff.live_editing import LiveViews
from publishing.staff.record_views import RecordViews

__all__ = ["PersonAdmin", "RoleAdmin"]


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    list_display = ("title", "state_column", "slug", "updated_at")
    list_filter = (StateFilter, CreatedByMeFilter)
    search_fields = ("slug", "title", "summary")
    search_help_text = _("Words of the title or the summary.")
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "summary", "body"),
                "description": _(
                    "A page stands at the top of the site: the address “about” makes /about/."
                ),
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
    search_help_text = _("Words of the page’s address or of the message.")
    date_hierarchy = "received_at"
    readonly_fields = ("page", "message", "source_url", "email", "received_at")
    fieldsets = (
        (None, {"fields": readonly_fields}),
        (
            _("For staff"),
            {
                "fields": ("done_at", "note"),
                "description": _(
                    "When the page is put right, or the report proves wrong, give the time in "
                    "“dealt with” and say in a word what was done."
                ),
            },
        ),
    )

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
    views = (LiveViews, DraftViews, RecordViews)
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
