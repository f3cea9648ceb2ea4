"""“Edit this page” on public pages, for those who may.

The public page is the same for everybody and stays cacheable. A cookie without content says that
somebody is signed in at the desk in this browser; only then does a script ask for what they may do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from publishing.content.publishable import not_trashed
from publishing.content.text_references import page_at
from publishing.revisions.models import Stage, open_draft

COOKIE = "desk"
LONGEST_PATH = 300


class DeskCookieMiddleware:
    """Set the cookie on pages of the desk, and remove it where nobody is signed in any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(reverse("admin:index")):
            return response
        is_staff = bool(getattr(request, "user", None) and request.user.is_staff)
        if is_staff and COOKIE not in request.COOKIES:
            # The script reads it; it opens nothing.
            response.set_cookie(
                COOKIE,
                "1",
                max_age=settings.SESSION_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        elif not is_staff and COOKIE in request.COOKIES:
            response.delete_cookie(COOKIE, samesite="Lax")
        return response


def bar_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Return as JSON what the signed-in user may do with the page at `path`."""
    if not site.has_permission(request):
        response = JsonResponse({}, status=403)
    else:
        path = request.GET.get("path", "").replace("\0", "")[:LONGEST_PATH]
        response = JsonResponse(contents(site, request, path))
    add_never_cache_headers(response)
    return response


def contents(site: AdminSite, request: HttpRequest, path: str) -> dict[str, Any]:
    """Return the state of the page's record and the links about it, as far as the user may see."""
    links: list[dict[str, str]] = []
    state = ""
    try:
        record = record_at(site, request, path)
        model = type(record) if record else model_at(site, path)
    except (Resolver404, ValueError):
        record = model = None
    if record:
        state = getattr(record, "state_label", "")
        links += record_links(site, request, record)
    if model and site.is_registered(model):
        links += add_links(site, request, model)
    links.append(link(_("Desk"), reverse("admin:index")))
    return {"label": _("For staff"), "state": str(state), "links": links}


def link(text: str, address: str) -> dict[str, str]:
    return {"text": text, "address": address}


def model_at(site: AdminSite, path: str) -> Any:
    """Return the model of the list or record at a path, or None."""
    name = resolve(path).view_name
    for model in site._registry:
        detail = getattr(model, "url_name", "")
        if name in {detail, detail.replace(":detail", ":list")}:
            return model
    return None


def record_at(site: AdminSite, request: HttpRequest, path: str) -> Any:
    """Return the record whose page has this path, if the user may view it; or None."""
    target = page_at(path)
    if target is None or not site.is_registered(target[0]):
        return None
    model_admin = site.get_model_admin(target[0])
    if not model_admin.has_view_permission(request):
        return None
    return not_trashed(model_admin.get_queryset(request).filter(slug=target[1])).first()


def record_links(site: AdminSite, request: HttpRequest, record: Any) -> list[dict[str, str]]:
    model_admin, opts = site.get_model_admin(type(record)), record._meta
    name = f"admin:{opts.app_label}_{opts.model_name}"
    if not model_admin.has_change_permission(request, record):
        return [link(_("View in the desk"), reverse(f"{name}_change", args=[record.pk]))]
    links = [link(_("Edit this page"), reverse(f"{name}_change", args=[record.pk]))]
    if draft := open_draft(record):
        about = {"person": draft.author_name or _("somebody")}
        text = _("Draft by %(person)s") % about
        if draft.stage == Stage.REVIEW:
            text = _("Draft by %(person)s, waiting for review") % about
        links.append(link(text, reverse(f"{name}_draft", args=[record.pk])))
    return links


def add_links(site: AdminSite, request: HttpRequest, model: Any) -> list[dict[str, str]]:
    if not site.get_model_admin(model).has_add_permission(request):
        return []
    opts = model._meta
    address = reverse(f"admin:{opts.app_label}_{opts.model_name}_add")
    return [link(_("New %(kind)s") % {"kind": opts.verbose_name}, address)]
