"""What serves a form while somebody writes in it: a live preview, a working copy, shared drafts.

The form posts what is typed, saved or not, to addresses beside its own. None of them changes the
record: the preview is a rehearsal, the working copy a row of its writer alone.
"""

from __future__ import annotations

from typing import Any, NoReturn
from uuid import UUID, uuid4

from csp.constants import NONE, SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    JsonResponse,
)
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.decorators import method_decorator
from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.revisions import autosave, share_links
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.models import Revision
from publishing.revisions.preview import page_saying, private, public_page
from publishing.revisions.rehearsal import is_rehearsal, rehearse
from publishing.staff.change_form import DraftAdmin

# Names of what the form sends: the key of its working copy, and when and for whom it was opened.
COPY, OPENED, PERSON = "_copy", "_opened", "_person"
# A new record has this key in a rehearsal, so that none is used up.
REHEARSED_KEY = -1
# The policy of what stands in the frame of the form: it runs nothing and sends nothing.
IN_FRAME = {
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
}


def framed(response: HttpResponse, **policy: Any) -> HttpResponse:
    """An answer for few eyes that our own pages may show in a frame, under a policy of its own."""
    response._csp_replace = {"frame-ancestors": [SELF]} | policy  # type: ignore[attr-defined]
    response["X-Frame-Options"] = "SAMEORIGIN"
    return private(response)


class PreviewInvalid(Exception):
    """What is typed makes no page, with the sentences that say why."""


class LiveEditingMixin(DraftAdmin):
    """The admin of a record with a public page: seen, kept and shared while it is written."""

    def get_urls(self) -> list[URLPattern]:
        info = self.opts.app_label, self.opts.model_name
        views = {
            "preview": self.preview_view,
            "working": self.working_view,
            "share": self.share_view,
        }
        return [
            path(
                f"{place}/{name}/",
                self.admin_site.admin_view(view),
                name="{}_{}_{}".format(*info, prefix + name),
            )
            for name, view in views.items()
            for place, prefix in (("add", "add_"), ("<path:object_id>", ""))
            if (name, place) != ("share", "add")
        ] + super().get_urls()

    def beside(self, name: str, object_id: str | None) -> str:
        """The address of one of the views here, for a record or for a new one."""
        prefix, arguments = ("", [object_id]) if object_id else ("add_", [])
        route = f"admin:{self.opts.app_label}_{self.opts.model_name}_{prefix}{name}"
        return reverse(route, args=arguments)

    def writable(self, request: HttpRequest, object_id: str | None) -> Any:
        """The record that the person may change; None for a new one that they may add."""
        if object_id is not None:
            return self.find(request, object_id, change=True)
        if not self.has_add_permission(request):
            raise PermissionDenied
        return None

    # -- The form ------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        taken = self._copies(request, object_id).filter(pk=key_in(request.GET.get("_take")))
        if request.method == "GET" and (copy := taken.first()):
            return self._take_up(request, copy, object_id, form_url, extra_context or {})
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _copies(self, request: HttpRequest, object_id: str | None) -> Any:
        """What the person typed into this form and did not save."""
        pk = unquote(object_id) if object_id else None
        return WorkingCopy.objects.about(self.model, pk).of(request.user)

    def _take_up(
        self,
        request: HttpRequest,
        copy: WorkingCopy,
        object_id: str | None,
        form_url: str,
        context: dict[str, Any],
    ) -> HttpResponse:
        """The form as it was typed: it comes back as a form does that could not be saved."""
        record = self.writable(request, object_id)
        request.desk_state = getattr(record, "state", None)  # type: ignore[attr-defined]
        # Read for the first time after the change, the request would look for both in its body.
        request.FILES.clear()
        request.method, request.POST = "POST", copy.posted()  # type: ignore[assignment]
        said = _("This is what you had typed on %s. It is not saved yet.")
        said %= share_links.moment(copy.touched_at)
        request.desk_taken = request.desk_refused = said  # type: ignore[attr-defined]
        if record is None:
            return super().changeform_view(request, None, form_url, context)
        start = self._start(request, record) or self._present(record)
        _mine, answer = self._rehearse_form(request, record, start, form_url, context)
        return answer

    @method_decorator(csp_update({"frame-src": [SELF]}))
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if getattr(request, "desk_preview", False):
            raise_wrong(context)
        record = context.get("original")
        asked = self.has_change_permission if record else self.has_add_permission
        may_write = asked(request, *filter(None, [record]))
        if may_write and IS_POPUP_VAR not in request.GET and IS_POPUP_VAR not in request.POST:
            context |= self._writing(request, record)
        if taken := getattr(request, "desk_taken", ""):
            # Nothing went wrong that would have to be said above the form.
            context |= {"taken": taken, "errors": []}
        return super().render_change_form(request, context, *args, **kwargs)

    def _writing(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """What the form has to know to be previewed and kept."""
        key = key_in(request.POST.get(COPY)) or uuid4()
        object_id = str(record.pk) if record else None
        opened = request.POST.get(OPENED) or timezone.now().isoformat()
        copies = self._copies(request, object_id).exclude(pk=key)
        return {
            "copy_key": key,
            "opened": opened,
            "copies": copies,
            "news": self._news(request, record, opened),
            "preview_url": self.beside("preview", object_id),
            "working_url": self.beside("working", object_id),
            "share_url": self.beside("share", object_id)
            if record and share_links.is_shareable(record)
            else "",
        }

    # -- Preview -------------------------------------------------------------------------

    def preview_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """The public page as what is typed would make it; by GET, the frame that waits for it."""
        record = self.writable(request, object_id)
        if request.method != "POST":
            return framed(render(request, "admin/publishing/preview_waits.html"), **IN_FRAME)
        request.desk_preview = True  # type: ignore[attr-defined]
        try:
            page = self._changed_page(request, record) if record else self._added_page(request)
        except PreviewInvalid as wrong:
            page = render(request, "admin/publishing/preview_wrong.html", {"wrong": wrong.args})
        return framed(page)

    def _changed_page(self, request: HttpRequest, record: Any) -> HttpResponse:
        start = self._start(request, record) or self._present(record)
        mine, _answer = self._rehearse_form(request, record, start, "", {})
        if mine is None:
            raise PreviewInvalid
        merged, _present = self._merge(request, record, start, mine)
        try:
            return page_saying(record, merged.content, request, self._preview_notice())
        except ValidationError as error:
            raise PreviewInvalid(*error.messages) from error

    def _added_page(self, request: HttpRequest) -> HttpResponse:
        with rehearse():
            super().changeform_view(request)
            added = getattr(request, "desk_added", None)
            if added is None:
                raise PreviewInvalid
            return public_page(added, request, self._preview_notice())

    def _preview_notice(self) -> str:
        return _("Preview of what the form says now. Only you see it, and it is not saved.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if is_rehearsal() and not change and obj.pk is None:
            obj.pk = REHEARSED_KEY
        super().save_model(request, obj, form, change)

    # -- Working copy --------------------------------------------------------------------

    def working_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Keep what is typed, and tell what colleagues do; by GET, a fresh token for the form.

        With `_drop` a kept copy is thrown away.
        """
        record = self.writable(request, object_id)
        pk = record.pk if record else None
        if request.method != "POST":
            return JsonResponse({"token": get_token(request), "person": str(request.user.pk)})
        if dropped := request.POST.get("_drop"):
            self._copies(request, object_id).filter(pk=key_in(dropped)).delete()
            return HttpResponseRedirect("../" if record is None else "../change/")
        key = key_in(request.POST.get(COPY))
        if key is None or request.POST.get(PERSON) != str(request.user.pk):
            # Somebody else signed in meanwhile, in another tab.
            return HttpResponseBadRequest()
        kept = autosave.keep(request.user, self.model, pk, key, request.POST)
        news = self._news(request, record, request.POST.get(OPENED, ""))
        now = time_format(timezone.localtime(), "H:i")
        return JsonResponse({"kept": kept, "at": now, "news": news})

    def _news(self, request: HttpRequest, record: Any, opened: str) -> list[str]:
        """What colleagues did to the record since the form was opened, and what they are at."""
        if record is None:
            return []
        said = autosave.colleagues(request.user, self.model, record.pk)
        try:
            since = parse_datetime(opened)
        except ValueError:
            since = None
        if since is None or timezone.is_naive(since):
            return said
        saved = Revision.objects.of(record).filter(made_at__gt=since, content__isnull=False)
        last = saved.exclude(person_id=request.user.pk).defer("base", "content").first()
        if last:
            text = _(
                "%(person)s saved this %(ago)s, after you had opened it. When you save, what you "
                "both wrote is put together."
            )
            person = last.person_name or _("The portal")
            said.append(text % {"person": person, "ago": autosave.ago(last.made_at)})
        return said

    def _saved(self, request: HttpRequest) -> None:
        if key := key_in(request.POST.get(COPY)):
            autosave.close(request.user, self.model, key)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if is_rehearsal():
            request.desk_added = obj  # type: ignore[attr-defined]
        else:
            self._saved(request)
        answer: HttpResponse = super().response_add(request, obj, post_url_continue)
        return answer

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if not is_rehearsal():
            self._saved(request)
        return super().response_change(request, obj)

    def response_draft(self, request: HttpRequest, record: Any, draft: Revision) -> HttpResponse:
        self._saved(request)
        return super().response_draft(request, record, draft)

    # -- Sharing -------------------------------------------------------------------------

    def page(
        self, request: HttpRequest, template: str, record: Any, title: str, **context: Any
    ) -> TemplateResponse:
        if template == "draft":
            # Records without a state have no drafts to share.
            context |= {"links": share_links.links(record) if hasattr(record, "state") else None}
        return super().page(request, template, record, title, **context)

    def share_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The links by which people without an account read the draft: make one, take one back."""
        record = self.writable(request, object_id)
        address = ""
        if request.method == "POST":
            if request.POST.get("revoke"):
                self._revoke(request, record)
                return self.to("share", record)
            address = self._share(request, record)
        return private(
            self.page(
                request,
                "share",
                record,
                _("Share the draft of %s") % record,
                address=address,
                links=share_links.links(record) if hasattr(record, "state") else [],
                is_shareable=share_links.is_shareable(record),
                days=share_links.DAYS,
            )
        )

    def _share(self, request: HttpRequest, record: Any) -> str:
        days = {str(number): number for number in share_links.DAYS}.get(
            request.POST.get("days", "")
        )
        if days is None or not share_links.is_shareable(record):
            messages.error(request, _("There is no draft to share, or no such number of days."))
            return ""
        token, _link = share_links.share(record, request.user, days)
        return request.build_absolute_uri(reverse("shared-draft", args=[token]))

    def _revoke(self, request: HttpRequest, record: Any) -> None:
        chosen = request.POST.get("revoke", "")
        link = share_links.links(record).filter(pk=chosen).first() if chosen.isdecimal() else None
        if link and share_links.revoke(link, record, request.user):
            messages.success(request, _("The link is taken back: it opens nothing any more."))


def key_in(text: str | None) -> UUID | None:
    """The key of a working copy that a form or an address names; None if it names none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def raise_wrong(context: dict[str, Any]) -> NoReturn:
    """Raise Wrong with the faults of a form and its rows: "Name: This field is required."."""
    form, said = context["adminform"].form, []
    for name, faults in form.errors.items():
        field = form.fields.get(name)
        said.append((field.label if field else "", faults))
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        kind = formset.model._meta.verbose_name
        said.append((kind, formset.non_form_errors()))
        for row in formset.forms:
            for name, faults in row.errors.items():
                field = row.fields.get(name)
                said.append((f"{kind}, {field.label.lower()}" if field else kind, faults))
    raise PreviewInvalid(
        *(
            f"{capfirst(label)}: {fault}" if label else fault
            for label, all_ in said
            for fault in all_
        )
    )
