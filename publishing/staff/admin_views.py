"""Views of the records of one admin, grouped in classes that the admin lists in `views`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme

# The page of this portal to which a form returns after it was saved.
NEXT_FIELD = "next"


def safe_next(request: HttpRequest) -> str:
    """Return the address that the request asks to go to next; "" for none or another site's."""
    return own_address(request, request.POST.get(NEXT_FIELD) or request.GET.get(NEXT_FIELD) or "")


def own_address(request: HttpRequest, address: str) -> str:
    """Return an address of this portal; "" in place of another site's."""
    hosts = {request.get_host()}
    is_safe = url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
    return address if is_safe else ""


def to_next(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response to a form; once it was saved, go to the page that the request names."""
    is_saved = response.status_code == HTTPStatus.FOUND and "_continue" not in request.POST
    address = safe_next(request) if is_saved else ""
    return HttpResponseRedirect(address) if address else response


class AdminViews:
    """Views of an admin; `routes` has the path, the method and the URL name of each."""

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __init__(self, admin: Any) -> None:
        self.admin, self.model, self.opts = admin, admin.model, admin.opts

    def urls(self) -> list[URLPattern]:
        admin_view = self.admin.admin_site.admin_view
        return [
            path(route, admin_view(getattr(self, view)), name=self.url_name(name))
            for route, view, name in self.routes
        ]

    def url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def redirect(self, name: str, *args: Any) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse(f"admin:{self.url_name(name)}", args=args))

    def find(self, request: HttpRequest, object_id: str, *, change: bool = False) -> Any:
        """Return a record that the user may view, or change.

        Raises Http404 or PermissionDenied.
        """
        record = self.admin.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        is_allowed = self.admin.has_change_permission if change else self.admin.has_view_permission
        if not is_allowed(request, record):
            raise PermissionDenied
        return record

    def writable(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the record that the user may change; None for a new one that they may add.

        Raises Http404 or PermissionDenied.
        """
        if object_id is not None:
            return self.find(request, object_id, change=True)
        if not self.admin.has_add_permission(request):
            raise PermissionDenied
        return None

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirect to the index with a message, as Django's own pages do."""
        response: HttpResponse = self.admin._get_obj_does_not_exist_redirect(
            request, self.opts, object_id
        )
        return response

    def page(
        self, request: HttpRequest, template: str, title: str, **context: Any
    ) -> TemplateResponse:
        """Return an admin page."""
        return TemplateResponse(
            request,
            f"admin/publishing/{template}.html",
            {
                **self.admin.admin_site.each_context(request),
                "opts": self.opts,
                "title": title,
                **context,
            },
        )

    def record_page(
        self, request: HttpRequest, template: str, record: Any, title: str, **context: Any
    ) -> TemplateResponse:
        """Return an admin page about a record."""
        may_change = self.admin.has_change_permission(request, record)
        return self.page(
            request,
            template,
            title,
            **{"original": record, "has_change_permission": may_change} | context,
        )
