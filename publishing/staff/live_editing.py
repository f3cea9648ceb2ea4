"""Views that serve a form during editing: preview, autosave, share links.

The form posts what is typed, valid or not, to addresses next to its own. None of the views changes
the record: the preview is a rehearsal, the working copy a row that only its author sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from csp.constants import NONE, SELF
from django.contrib import messages
from django.contrib.admin.utils import unquote
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
from publishing.staff.form_request import ChangeForm
from publishing.staff.posted_fields import (
    COPY_FIELD,
    LEFT_FIELD,
    LOOK_FIELD,
    OPENED_FIELD,
    PERSON_FIELD,
    parse_key,
)

# The policy of the page in the preview frame: it runs no script and sends nothing.
IN_FRAME = {
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
}


# The frames run no script, and browsers report each that is there.
SCRIPT = re.compile(rb"<script\b.*?</script>", re.DOTALL)


def allow_framing(response: HttpResponse, **policy: Any) -> HttpResponse:
    """Return a private response that pages of this portal may frame, under its own policy."""
    response.content = SCRIPT.sub(b"", response.content)
    response._csp_replace = {"frame-ancestors": [SELF]} | policy  # type: ignore[attr-defined]
    response["X-Frame-Options"] = "SAMEORIGIN"
    return private(response)


class PreviewInvalid(Exception):
    """The typed content makes no page; the arguments are the reasons as sentences."""


class LiveViews(AdminViews):
    """Preview, autosave and sharing of a record with a public page."""

    routes = (
        ("add/preview/", "preview_view", "add_preview"),
        ("<path:object_id>/preview/", "preview_view", "preview"),
        ("add/working/", "working_view", "add_working"),
        ("<path:object_id>/working/", "working_view", "working"),
        ("<path:object_id>/share/", "share_view", "share"),
    )

    # -- Preview -------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show the public page with the typed content; GET returns the placeholder of the frame."""
        record = self.writable(request, object_id)
        if request.method != "POST":
            return allow_framing(render(request, "admin/publishing/preview_waits.html"), **IN_FRAME)
        form = ChangeForm(self.admin, request, record)
        try:
            page = self._added_page(form) if record is None else self._changed_page(form)
        except PreviewInvalid as error:
            page = render(request, "admin/publishing/preview_wrong.html", {"wrong": error.args})
        return allow_framing(page)

    def _changed_page(self, form: ChangeForm) -> HttpResponse:
        session = form.session
        session.start = form.start() or session.current_content()
        response = session.rehearse(partial(form.show, is_rendered=False))
        if not session.mine:
            raise PreviewInvalid(*form_errors(response))
        content = session.merge().content
        try:
            return page_saying(form.record, content, form.request, self._preview_notice())
        except ValidationError as error:
            raise PreviewInvalid(*error.messages) from error

    def _added_page(self, form: ChangeForm) -> HttpResponse:
        def page() -> HttpResponse:
            response = form.show(is_rendered=False)
            if form.session.added is None:
                raise PreviewInvalid(*form_errors(response))
            return public_page(form.session.added, form.request, self._preview_notice())

        return form.session.rehearse(page)

    def _preview_notice(self) -> str:
        return _("Preview of the form as it is now. Only you can see it, and it is not saved.")

    # -- Working copy --------------------------------------------------------------------

    def working_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Save the working copy and report what colleagues do; GET returns a fresh CSRF token.

        With `_drop` a working copy is discarded. With `_look` the form only gives a sign of life,
        and with `_left` it says that it was closed.
        """
        if request.method == "POST" and request.POST.get("_drop"):
            return self._discard_copy(request, object_id)
        record = self.writable(request, object_id)
        if request.method != "POST":
            return JsonResponse({"token": get_token(request), "person": str(request.user.pk)})
        key = parse_key(request.POST.get(COPY_FIELD))
        if key is None or request.POST.get(PERSON_FIELD) != str(request.user.pk):
            # Another user signed in meanwhile, in another tab of the browser.
            return HttpResponseBadRequest()
        is_kept = self._keep(request, record, key)
        news = autosave.news(request.user, record, request.POST.get(OPENED_FIELD, ""))
        now = time_format(timezone.localtime(), "H:i")
        return JsonResponse({"kept": is_kept, "at": now, "news": news})

    def _discard_copy(self, request: HttpRequest, object_id: str | None) -> HttpResponse:
        """Discard a working copy of the user, also of a record that is gone."""
        pk = unquote(object_id) if object_id else None
        if key := parse_key(request.POST["_drop"]):
            autosave.copies_of(request.user, self.model, pk).filter(pk=key).delete()
        if "_home" in request.POST:
            return HttpResponseRedirect(reverse("admin:index"))
        return HttpResponseRedirect("../" if pk is None else "../change/")

    def _keep(self, request: HttpRequest, record: Any, key: UUID) -> bool:
        """Keep what is typed, or the sign of life of the form; return whether the key is open."""
        posted = request.POST
        is_open = LEFT_FIELD not in posted
        is_kept = True
        if LOOK_FIELD not in posted:
            pk = record.pk if record else None
            label = str(record or posted.get(self.admin.list_display[0], "")).strip()
            is_kept = autosave.keep(request.user, self.model, pk, key, posted, label)
        if LOOK_FIELD in posted or not is_open:
            autosave.mark_open(request.user, key, is_open=is_open)
        return is_kept

    # -- Sharing -------------------------------------------------------------------------

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the share links of the draft; POST creates or revokes one."""
        record = self.writable(request, object_id)
        is_shareable = share_links.is_shareable(record, open_draft(record))
        address = ""
        if request.method == "POST":
            if request.POST.get("revoke"):
                self._revoke(request, record)
                return self.redirect("share", record.pk)
            address = self._share(request, record) if is_shareable else ""
            if not address:
                messages.error(
                    request,
                    _("There is no draft to share, or the number of days is not on offer."),
                )
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
        choices = {str(number): number for number in share_links.DAYS}
        days = choices.get(request.POST.get("days", ""))
        if days is None:
            return ""
        token, _link = share_links.share(record, request.user, days)
        return request.build_absolute_uri(reverse("shared-draft", args=[token]))

    def _revoke(self, request: HttpRequest, record: Any) -> None:
        key = request.POST.get("revoke", "")
        link = share_links.links(record).filter(pk=key).first() if key.isdecimal() else None
        if link and share_links.revoke(link, record, request.user):
            messages.success(request, _("The link has been revoked. It no longer works."))


def form_errors(form_page: Any) -> Iterator[str]:
    """Yield the errors of a form and its rows: "Name: This field is required."."""
    context = getattr(form_page, "context_data", None)
    if not context:
        return
    form, entries = context["adminform"].form, []
    for name, errors in form.errors.items():
        field = form.fields.get(name)
        entries.append((field.label if field else "", errors))
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        kind = formset.model._meta.verbose_name
        entries.append((kind, formset.non_form_errors()))
        for row in formset.forms:
            for name, errors in row.errors.items():
                field = row.fields.get(name)
                label = field.label if field else None  # Hidden keys of rows have none.
                entries.append((f"{kind}, {label.lower()}" if label else kind, errors))
    for label, errors in entries:
        yield from (f"{capfirst(label)}: {error}" if label else error for error in errors)
