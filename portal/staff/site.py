"""The AdminSite of the desk: its name, the order of its index, its autocompletes."""

from functools import wraps
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from portal.context_processors import site_context
from portal.staff.sign_in import SignIn, SignInForm
from portal.staff.sign_in_changes import tell
from publishing.content.keys import only_keys
from publishing.staff.base import StaffAdmin

# The apps that are edited daily come first, those for administrators last.
ORDER = ("cities", "partners", "news", "portal", "publishing", "accounts", "auth", "axes")
# Names for the apps of others.
NAMES = {"axes": _("Sign-in attempts")}
UNSAVED = _(
    "Nothing was saved, because you were signed out. What you typed is one page back: go back, "
    "copy it, and sign in again."
)


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
    login_form = SignInForm

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return the view for staff alone; a form sent after signing out is said to be unsaved."""
        protected = super().admin_view(view, cacheable)

        @wraps(protected)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Scripts, which notice it themselves, do not navigate.
            navigates = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
            is_form = request.method == "POST" and request.path != reverse("admin:logout")
            if is_form and navigates and not self.has_permission(request):
                messages.warning(request, UNSAVED)
            response: HttpResponse = protected(request, *args, **kwargs)
            return response

        return inner

    # The `site` of Django's pages for signing in and out has only the host, so ours replaces it.

    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show and take the form of the password, as Django does; the view is ours."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": gettext("Sign in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "provider": settings.OIDC_ISSUER and settings.OIDC_NAME,
        }
        if REDIRECT_FIELD_NAME not in (request.POST or request.GET):
            context[REDIRECT_FIELD_NAME] = reverse("admin:index")
        context |= site_context(request) | (extra_context or {})
        request.current_app = self.name
        return SignIn.as_view(extra_context=context)(request)  # type: ignore[return-value]

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Change the password, as Django does, and tell the person of it by mail."""
        page = super().password_change(request, extra_context)
        if request.method == "POST" and page.status_code == 302:
            tell(request, request.user, gettext("Chose a new password."))
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

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the kinds of record of one app, under its name."""
        title = {"title": apps.get_app_config(app_label).verbose_name}
        return super().app_index(request, app_label, title | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        urls = [
            path("schedule/", self.admin_view(self.schedule_view), name="schedule"),
            path("search/", self.admin_view(self.search_view), name="search"),
            path("search/suggest/", self.admin_view(self.suggestions_view), name="suggestions"),
            # Answers people who are not signed in by itself, because a script asks.
            path("bar/", self.bar_view, name="bar"),
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

    def search_view(self, request: HttpRequest) -> HttpResponse:
        from portal.staff.search.views import search_view

        return search_view(self, request)

    def suggestions_view(self, request: HttpRequest) -> HttpResponse:
        from portal.staff.search.views import suggestions_view

        return suggestions_view(self, request)

    def bar_view(self, request: HttpRequest) -> HttpResponse:
        from portal.staff.edit_bar import bar_view

        return bar_view(self, request)

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
        roles = next((app for app in apps if app["app_label"] == "auth"), None)
        people = next((app for app in apps if app["app_label"] == "accounts"), None)
        if people and roles:
            people["models"] += roles["models"]
            apps.remove(roles)
        for app in apps:
            app["name"] = NAMES.get(app["app_label"], app["name"])
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))
