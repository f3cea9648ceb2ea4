"""The AdminSite of the desk: its name, the order of its index, its autocompletes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from portal.context_processors import site_context
from publishing.content.keys import only_keys
from publishing.staff.base import StaffAdmin

# The apps that are edited daily come first, those for administrators last.
ORDER = ("cities", "partners", "news", "portal", "publishing", "auth", "axes")
# Names for the apps of others.
NAMES = {"auth": _("Users and groups"), "axes": _("Attempts to sign in")}


class ScopedAutocomplete(AutocompleteJsonView):
    """Autocomplete view that labels each record as the record's own admin does."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        if isinstance(self.model_admin, StaffAdmin):
            result["text"] = self.model_admin.option_label(obj)
        return result


class StaffSite(admin.AdminSite):
    site_header = _("Learning Cities Portal")
    site_title = _("Learning Cities Portal")
    index_title = _("Staff desk")

    # The `site` of Django's pages for signing in and out has only the host, so ours replaces it.

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        page: HttpResponse = super().login(request, site_context(request) | (extra_context or {}))
        return page

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().logout(request, site_context(request) | (extra_context or {}))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the front page: open tasks, the schedule, and the quality of the content."""
        # Importable only after every app is loaded.
        from portal.staff.dashboard import dashboard

        return super().index(request, dashboard(self, request) | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        urls = [
            path("schedule/", self.admin_view(self.schedule_view), name="schedule"),
            path(
                # Django's own route, so that its view cannot be reached.
                "r/<path:content_type_id>/<path:object_id>/",
                self.admin_view(self.view_on_site),
                name="view_on_site",
            ),
        ]
        # Before Django's last address, which answers everything else.
        return [*urls, *super().get_urls()]

    def schedule_view(self, request: HttpRequest) -> HttpResponse:
        from portal.staff.schedule import schedule_view

        return schedule_view(self, request)

    def view_on_site(
        self, request: HttpRequest, content_type_id: str, object_id: str
    ) -> HttpResponse:
        """Redirect to a record's page, as Django does, if the user may view the record."""
        keys = only_keys(ContentType, [content_type_id])
        content_type = ContentType.objects.filter(pk__in=keys).first()
        model = content_type.model_class() if content_type else None
        if content_type is None or model is None or not self.is_registered(model):
            raise Http404
        model_admin = self.get_model_admin(model)
        record = model_admin.get_object(request, object_id)
        if record is None or not model_admin.has_view_permission(request, record):
            raise Http404
        return shortcut(request, content_type.pk, object_id)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = ScopedAutocomplete.as_view(admin_site=self)(request)  # type: ignore[assignment]
        return response

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = NAMES.get(app["app_label"], app["name"])
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))
