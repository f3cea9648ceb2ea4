"""The admin of the picture library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from publishing.content.scope import is_within, scope_of
from publishing.pictures.models import Picture
from publishing.revisions import snapshots
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Action, log
from publishing.staff.admin_views import AdminViews
from publishing.staff.base import StaffAdmin
from publishing.staff.draft_views import DraftViews
from publishing.staff.list_filters import CaseFilter, FilterLabel
from publishing.staff.picture_forms import PictureForm
from publishing.staff.picture_usage import PictureUse, in_use_q, uses_of
from publishing.staff.quality_checks import check_library_picture
from publishing.staff.quality_prompt import prompt_context
from publishing.staff.record_views import RecordViews

# Maximum number of pictures that the text editor offers at once.
MOST_OFFERED = 24


class UsageFilter(CaseFilter):
    title = _("use")
    parameter_name = "use"

    @cached_property
    def _cases(self) -> dict[str, tuple[FilterLabel, Any]]:
        used = in_use_q()
        return {"used": (_("In use"), used), "unused": (_("Not in use"), ~used)}

    def cases(self) -> dict[str, tuple[FilterLabel, Any]]:
        return self._cases


class PictureViews(AdminViews):
    """Views that the text editor requests from the library."""

    routes = (
        ("choose/", "choose_view", "choose"),
        ("<int:picture_id>/preview/", "preview_view", "preview"),
    )

    def choose_view(self, request: HttpRequest) -> HttpResponse:
        """Return the pictures that match the words `q` as JSON, the newest first."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        rows, _more = self.admin.get_search_results(
            request, self.admin.get_queryset(request), request.GET.get("q", "").replace("\0", "")
        )
        offered = [
            {
                "key": str(picture.pk),
                "title": picture.title,
                "about": picture.alt or gettext("decorative"),
                "preview": picture.file.preview,
            }
            for picture in rows.order_by("-created_at", "pk")[:MOST_OFFERED]
        ]
        return JsonResponse({"found": offered})

    def preview_view(self, request: HttpRequest, picture_id: int) -> HttpResponse:
        """Redirect to the small rendition of a picture, which the editor shows in a text."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        picture = self.admin.get_queryset(request).filter(pk=picture_id).first()
        if picture is None:
            raise Http404
        return HttpResponseRedirect(picture.file.preview)


class PictureRecordViews(RecordViews):
    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        # The file of an older revision may be gone, so revisions are read-only.
        return False


class PictureAdmin(StaffAdmin):
    """Admin of pictures: saved at once and logged, because a roll-back does not restore files."""

    form = PictureForm
    views = (PictureViews, DraftViews, PictureRecordViews)
    quality_checks = (check_library_picture,)
    change_form_template = "admin/publishing/picture_form.html"
    delete_confirmation_template = "admin/publishing/picture_delete.html"
    delete_selected_confirmation_template = "admin/publishing/pictures_delete.html"
    list_display = ("title", "preview", "measures", "is_decorative", "credit", "licence")
    list_filter = (UsageFilter, "is_decorative")
    search_fields = ("title", "alternative_text", "credit")
    search_help_text = _("Words of the title, the alternative text or the credit.")
    date_hierarchy = "created_at"
    readonly_fields = ("measures", "created_at", "uploaded_by")
    fieldsets = (
        (None, {"fields": ("title", "file", "focal_point")}),
        (
            _("For people who cannot see it"),
            {
                "fields": ("alternative_text", "is_decorative"),
                "description": _("Describe the picture, or mark it as decorative."),
            },
        ),
        (
            _("Rights"),
            {
                "fields": ("credit", "licence"),
                "description": _("Use only pictures that the portal may show."),
            },
        ),
        (_("For staff"), {"fields": ("measures", "created_at", "uploaded_by")}),
    )

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        """Return whether only records within the user's scope use the picture."""
        scope = scope_of(request.user)
        if scope is None:
            return True
        is_seen = Picture.objects.filter(pk=record.pk).within(scope).exists()
        return is_seen and all(is_within(use.record, request.user) for use in uses_of(record))

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return self.may_change(request, record)

    # -- Saving --------------------------------------------------------------------------

    def edit_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        with self.files_written(request, object_id):
            response = super().edit_view(request, object_id, form_url, context)
        if response.status_code == 302 and request.headers.get("Accept") == "application/json":
            # The script that shows the progress goes there itself; a message is shown once only.
            return JsonResponse({"to": response["Location"]})
        return response

    @contextmanager
    def files_written(self, request: HttpRequest, object_id: str | None) -> Iterator[None]:
        """Write the files of a valid form before Django's transaction, which then is short.

        SQLite has one writer: a transaction that makes renditions keeps everybody from saving.
        Files that no row names afterwards are removed.
        """
        picture = self.valid_picture(request, object_id) if request.method == "POST" else None
        written = picture.write_files() if picture else None
        request.picture_files = written  # type: ignore[attr-defined]
        try:
            yield
        finally:
            if picture and written and written.names and not picture.is_stored_so():
                written.remove()

    def valid_picture(self, request: HttpRequest, object_id: str | None) -> Picture | None:
        """Return the picture as a form has it; None if the form is invalid or not allowed."""
        record = self.find_changeable(request, object_id)
        if record is None and (object_id or not self.has_add_permission(request)):
            return None
        form = self.get_form(request, record, change=record is not None)(
            request.POST, request.FILES, instance=record or Picture()
        )
        return form.save(commit=False) if form.is_valid() else None

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.written = getattr(request, "picture_files", None)
        base = snapshots.take(obj) if change else None
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)
        content = snapshots.take(obj)
        if base is None or not snapshots.same(base, content):
            action = Action.CHANGED if change else Action.ADDED
            log(obj, action, request.user, base=base, content=content)
        for advice in self.advice(obj):
            messages.warning(request, advice.message)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for picture in queryset:
            picture.delete()

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Do nothing: `save_model` logs the addition."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Do nothing: `save_model` logs the change."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for picture in queryset:
            log(picture, Action.PURGED, request.user, base=snapshots.take(picture))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Protect a picture that is in use: it has to be removed from those records first."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        for picture in objs:
            links = self._usage_links(request, uses_of(picture))
            protected += [
                format_html("{}: {}", picture.title, name) if len(objs) > 1 else name
                for name in links
            ]
        return deleted, counts, missing, protected

    # -- Showing -------------------------------------------------------------------------

    def _usage_links(self, request: HttpRequest, usage: list[PictureUse]) -> list[SafeString]:
        """Return each use as a link; uses that the user may not see only as a number."""
        links, hidden = [], 0
        for use in usage:
            options = use.record._meta
            if not self._may_view(request, use.record):
                hidden += 1
                continue
            url = reverse(
                f"admin:{options.app_label}_{options.model_name}_change", args=[use.record.pk]
            )
            links.append(
                format_html(
                    '<a href="{}">{}</a> ({}, {})',
                    url,
                    use.record,
                    options.verbose_name,
                    use.description,
                )
            )
        if hidden:
            message = ngettext(
                "%(number)s record that you may not see",
                "%(number)s records that you may not see",
                hidden,
            )
            links.append(format_html("{}", message % {"number": hidden}))
        return links

    def _may_view(self, request: HttpRequest, record: Any) -> bool:
        model_admin: Any = self.admin_site._registry.get(type(record))
        if not model_admin or not model_admin.has_view_permission(request):
            return False
        is_visible: bool = model_admin.get_queryset(request).filter(pk=record.pk).exists()
        return is_visible

    def form_context(
        self, request: HttpRequest, session: EditSession, record: Any, typed: Any
    ) -> dict[str, Any]:
        context = prompt_context(self, session, request, record)
        return context | {"used_by": self._usage_links(request, uses_of(record)) if record else []}

    @admin.display(description=_("preview"))
    def preview(self, picture: Picture) -> str:
        # The title is in the same row, so the preview needs no alternative text.
        return format_html(
            '<img class="preview" src="{}" alt="" width="96" height="54" loading="lazy">',
            picture.card.url,
        )

    @admin.display(description=_("size"), ordering="width")
    def measures(self, picture: Picture) -> str:
        if not picture.width:
            return ""
        return gettext("%(width)s × %(height)s pixels") % {
            "width": picture.width,
            "height": picture.height,
        }
