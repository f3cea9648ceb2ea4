"""Views that serve a form while somebody writes in it: preview, working copy, shared draft.

The form posts what is typed, saved or not, to addresses next to its own. None of them changes the
record: the preview is a rehearsal, the working copy a row of its writer alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from csp.constants import NONE, SELF
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    JsonResponse,
)
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.revisions import autosave, share_links
from publishing.revisions.models import open_draft
from publishing.revisions.preview import page_saying, private, public_page
from publishing.staff.admin_views import AdminViews
from publishing.staff.change_form import COPY, OPENED, PERSON, ChangeForm, key_in

# The policy of what stands in the frame of the form: it runs nothing and sends nothing.
IN_FRAME = {
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
}


def framed(response: HttpResponse, **policy: Any) -> HttpResponse:
    """Return a private answer that our own pages may show in a frame, under its own policy."""
    response._csp_replace = {"frame-ancestors": [SELF]} | policy  # type: ignore[attr-defined]
    response["X-Frame-Options"] = "SAMEORIGIN"
    return private(response)


class PreviewInvalid(Exception):
    """What is typed makes no page, with the sentences that say why."""


class LiveViews(AdminViews):
    """Views of a record with a public page: seen, kept and shared while it is written."""

    routes = (
        ("add/preview/", "preview_view", "add_preview"),
        ("<path:object_id>/preview/", "preview_view", "preview"),
        ("add/working/", "working_view", "add_working"),
        ("<path:object_id>/working/", "working_view", "working"),
        ("<path:object_id>/share/", "share_view", "share"),
    )

    # -- Preview -------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show the public page as what is typed would make it; by GET, the frame that waits."""
        record = self.writable(request, object_id)
        if request.method != "POST":
            return framed(render(request, "admin/publishing/preview_waits.html"), **IN_FRAME)
        form = ChangeForm(self.admin, request, record)
        try:
            page = self._added_page(form) if record is None else self._changed_page(form)
        except PreviewInvalid as wrong:
            page = render(request, "admin/publishing/preview_wrong.html", {"wrong": wrong.args})
        return framed(page)

    def _changed_page(self, form: ChangeForm) -> HttpResponse:
        session = form.session
        session.start = form.start() or session.present()
        shown = session.rehearse(partial(form.show, is_rendered=False))
        if not session.mine:
            raise PreviewInvalid(*faults(shown))
        content = session.merge().content
        try:
            return page_saying(form.record, content, form.request, self._preview_notice())
        except ValidationError as error:
            raise PreviewInvalid(*error.messages) from error

    def _added_page(self, form: ChangeForm) -> HttpResponse:
        def page() -> HttpResponse:
            shown = form.show(is_rendered=False)
            if form.session.added is None:
                raise PreviewInvalid(*faults(shown))
            return public_page(form.session.added, form.request, self._preview_notice())

        return form.session.rehearse(page)

    def _preview_notice(self) -> str:
        return _("Preview of what the form says now. Only you see it, and it is not saved.")

    # -- Working copy --------------------------------------------------------------------

    def working_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Keep what is typed, and tell what colleagues do; by GET, a fresh token for the form.

        With `_drop` a kept copy is discarded.
        """
        record = self.writable(request, object_id)
        pk = record.pk if record else None
        if request.method != "POST":
            return JsonResponse({"token": get_token(request), "person": str(request.user.pk)})
        if dropped := request.POST.get("_drop"):
            if key := key_in(dropped):
                autosave.copies_of(request.user, self.model, pk).filter(pk=key).delete()
            return HttpResponseRedirect("../" if record is None else "../change/")
        key = key_in(request.POST.get(COPY))
        if key is None or request.POST.get(PERSON) != str(request.user.pk):
            # Somebody else signed in meanwhile, in another tab.
            return HttpResponseBadRequest()
        kept = autosave.keep(request.user, self.model, pk, key, request.POST)
        news = autosave.news(request.user, record, request.POST.get(OPENED, ""))
        now = time_format(timezone.localtime(), "H:i")
        return JsonResponse({"kept": kept, "at": now, "news": news})

    # -- Sharing -------------------------------------------------------------------------

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the links by which people without an account read the draft; make or revoke one."""
        record = self.writable(request, object_id)
        is_shareable = share_links.is_shareable(record, open_draft(record))
        address = ""
        if request.method == "POST":
            if request.POST.get("revoke"):
                self._revoke(request, record)
                return self.redirect("share", record.pk)
            address = self._share(request, record) if is_shareable else ""
            if not address:
                messages.error(request, _("There is no draft to share, or no such number of days."))
        page = self.record_page(
            request,
            "share",
            record,
            _("Share the draft of %s") % record,
            address=address,
            links=share_links.links(record) if hasattr(record, "state") else [],
            is_shareable=is_shareable,
            days=share_links.DAYS,
        )
        return private(page)

    def _share(self, request: HttpRequest, record: Any) -> str:
        known = {str(number): number for number in share_links.DAYS}
        days = known.get(request.POST.get("days", ""))
        if days is None:
            return ""
        token, _link = share_links.share(record, request.user, days)
        return request.build_absolute_uri(reverse("shared-draft", args=[token]))

    def _revoke(self, request: HttpRequest, record: Any) -> None:
        chosen = request.POST.get("revoke", "")
        link = share_links.links(record).filter(pk=chosen).first() if chosen.isdecimal() else None
        if link and share_links.revoke(link, record, request.user):
            messages.success(request, _("The link is taken back: it opens nothing any more."))


def faults(form_page: Any) -> Iterator[str]:
    """Yield the faults of a shown form and its rows: "Name: This field is required."."""
    context = getattr(form_page, "context_data", None)
    if not context:
        return
    form, said = context["adminform"].form, []
    for name, found in form.errors.items():
        field = form.fields.get(name)
        said.append((field.label if field else "", found))
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        kind = formset.model._meta.verbose_name
        said.append((kind, formset.non_form_errors()))
        for row in formset.forms:
            for name, found in row.errors.items():
                field = row.fields.get(name)
                said.append((f"{kind}, {field.label.lower()}" if field else kind, found))
    for label, found in said:
        yield from (f"{capfirst(label)}: {fault}" if label else fault for fault in found)
