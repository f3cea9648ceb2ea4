"""The admin of the picture library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from js_asset import Media

from publishing.content.scope import is_within, scope_of
from publishing.pictures.models import Picture
from publishing.revisions import snapshots
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Action, log
from publishing.staff.base import StaffAdmin
from publishing.staff.draft_views import DraftViews
from publishing.staff.picture_chooser import chooser_media
from publishing.staff.picture_dialog import PictureDialogViews
from publishing.staff.picture_filters import TagFilter, UploaderFilter, UsageFilter
from publishing.staff.picture_forms import PictureForm
from publishing.staff.picture_usage import PictureUse, uses_of
from publishing.staff.quality_checks import check_library_picture
from publishing.staff.quality_prompt import prompt_context
from publishing.staff.record_views import RecordViews


class PictureRecordViews(RecordViews):
    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        # The file of an older revision may be gone, so revisions are read-only.
        return False


class PictureAdmin(StaffAdmin):
    """Admin of pictures: saved at once and logged, because a roll-back does not restore files."""

    form = PictureForm
    views = (PictureDialogViews, DraftViews, PictureRecordViews)
    quality_checks = (check_library_picture,)
    change_form_template = "admin/publishing/picture_form.html"
    change_list_template = "admin/publishing/picture_list.html"
    delete_confirmation_template = "admin/publishing/picture_delete.html"
    delete_selected_confirmation_template = "admin/publishing/pictures_delete.html"
    list_display = ("preview", "title", "alternative_text", "measures", "tags", "credit", "licence")
    list_display_links = ("title",)
    list_filter = (UsageFilter, UploaderFilter, TagFilter, "is_decorative")
    search_fields = ("title", "alternative_text", "credit", "tags")
    search_help_text = _("Searches titles, alternative texts, credits and tags.")
    date_hierarchy = "created_at"
    readonly_fields = ("measures", "created_at", "uploaded_by")
    fieldsets = (
        (None, {"fields": ("title", "file", "focal_point", "tags")}),
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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        nonce = request.csp_nonce  # type: ignore[attr-defined]  # for the import map
        media = Media.from_media(self.media + chooser_media, nonce=nonce)
        return super().changelist_view(request, {"media": media} | (extra_context or {}))

    # -- Saving --------------------------------------------------------------------------

    def edit_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        picture = self.valid_picture(request, object_id) if request.method == "POST" else None
        with self.files_written(request, picture):
            response = super().edit_view(request, object_id, form_url, context)
        if response.status_code == 302 and request.headers.get("Accept") == "application/json":
            # The script that shows the progress goes there itself; a message is shown once only.
            return JsonResponse({"to": response["Location"]})
        return response

    @contextmanager
    def files_written(self, request: HttpRequest, picture: Picture | None) -> Iterator[None]:
        """Write the files of a picture before the transaction that saves it, which then is short.

        SQLite has one writer: a transaction that makes renditions keeps everybody from saving.
        Files that no row names afterwards are removed.
        """
        written = picture.write_files() if picture else None
        request.picture_files = written  # type: ignore[attr-defined]
        try:
            yield
        finally:
            if picture and written and written.names and not picture.is_stored_so():
                written.remove()

    def add_upload(self, request: HttpRequest, picture: Picture) -> None:
        """Save the picture of a valid form that only a script sees."""
        with self.files_written(request, picture), transaction.atomic():
            self.save_model(request, picture, None, change=False)

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

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        self.add_advice(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.add_advice(request, obj)
        return super().response_change(request, obj)

    def add_advice(self, request: HttpRequest, picture: Picture) -> None:
        for advice in self.advice(picture):
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
                "%(number)s record that you cannot see",
                "%(number)s records that you cannot see",
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
        return picture.measures
