"""The staff desk: the base of every admin.

`StaffAdmin` is for every record and `RowInline` for rows that are edited inside another record's
form; `change_form.DraftAdmin` adds drafts and `publishable.PublishableAdmin` states. A model's own
admin is configuration: `views` lists the views about its records, `quality_checks` what is advised.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from js_asset import Media

from publishing.content.publishable import is_live
from publishing.content.scope import Scope, narrowed, scope_of
from publishing.revisions.edit_session import EditSession
from publishing.revisions.save_wish import taken_meanwhile
from publishing.revisions.scope_guard import check_record
from publishing.staff.admin_views import AdminViews
from publishing.staff.forms import (
    PreloadedAutocomplete,
    RowForm,
    RowFormSet,
    ScopedForm,
    mark_foreign,
)
from publishing.staff.lists import ListAdmin
from publishing.staff.quality_checks import Advice, Check, advice_on

NUL = "\x00"
REHEARSED_KEY = -1  # The key of a new record in a rehearsal, so that none is used up.


class EditRequest(HttpRequest):
    """A request that opens or saves a record's form."""

    edit: EditSession


def editing(request: HttpRequest) -> EditSession:
    """Return the edit that a request is about; an idle one where nothing is rehearsed."""
    asked = cast(EditRequest, request)
    if not hasattr(asked, "edit"):
        asked.edit = EditSession(None, request.user)
    return asked.edit


def limits(request: HttpRequest) -> Scope | None:
    """Return the scope of the person who asks; None if it is everything."""
    return scope_of(request.user)


class RecordLabelMixin(admin.options.BaseModelAdmin):
    """Relations show the record as its own admin names it: "Wakefield, United Kingdom (draft)"."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        related = getattr(db_field.remote_field, "model", None)
        if field is not None and related and self.admin_site.is_registered(related):
            desk = self.admin_site.get_model_admin(related)
            if isinstance(desk, StaffAdmin):
                field.label_from_instance = desk.option_label
                field.queryset = field.queryset.select_related(*desk.option_relations)
        return field


class RowInline(RecordLabelMixin, admin.TabularInline):
    """Rows of another record's form."""

    form = RowForm
    formset = RowFormSet
    extra = 0
    # Notes and the like stand in a table here, so they start small.
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        relations = self.get_autocomplete_fields(request)
        if (scope := limits(request)) is not None:
            rows = mark_foreign(rows, relations, scope)
        return rows.select_related(*relations) if relations else rows

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.scope = limits(request)
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if request and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class PermissionsMixin(admin.options.BaseModelAdmin):
    """Permissions that depend on the admin and on the single record, besides those of Django."""

    # Of "add", "change" and "delete", those that nobody may do here.
    refuses: ClassVar[tuple[str, ...]] = ()

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return True

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return "add" not in self.refuses and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if "change" in self.refuses or not super().has_change_permission(request, obj):
            return False
        return obj is None or self.may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if "delete" in self.refuses or not super().has_delete_permission(request, obj):
            return False
        return obj is None or self.may_delete(request, obj)

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Return whether what the person saves may go live. Models without a state ask no more."""
        if "publish" not in self.opts.default_permissions:
            return True
        codename = get_permission_codename("publish", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def may_put_live(self, request: HttpRequest, record: Any) -> bool:
        """Return whether what the person writes may reach visitors without a review."""
        return self.has_publish_permission(request) or not is_live(record)


class StaffAdmin(PermissionsMixin, RecordLabelMixin, ListAdmin):
    """Any record of the portal, as staff edit it."""

    form = ScopedForm
    save_on_top = True
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    views: ClassVar[tuple[type[AdminViews], ...]] = ()
    # What the Content-Security-Policy of the form has besides that of every page.
    form_policy: ClassVar[dict[str, Any]] = {}
    quality_checks: ClassVar[tuple[Check, ...]] = ()
    # Fields that only those may fill in who may publish.
    moments: ClassVar[tuple[str, ...]] = ()
    # What `option_label` reads besides the record itself.
    option_relations: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        own = [url for views in self.views for url in views(self).urls()]
        return [*own, *super().get_urls()]

    def option_label(self, record: Any) -> str:
        """Return the name of the record where others choose it."""
        return str(record)

    def advice(self, record: Any) -> list[Advice]:
        """Return what could be better about a record."""
        return advice_on(record, self.quality_checks)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_publish_permission(request) else (*fields, *self.moments)

    # -- Records -------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows within the scope of the person: lists, pickers and pages use it."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if self.option_relations:
            rows = rows.select_related(*self.option_relations)
        session: EditSession | None = getattr(request, "edit", None)
        if session and session.is_rehearsing and session.record is not None:
            # It was looked up as it stands; its draft may have moved it elsewhere.
            return rows.filter(pk=session.record.pk)
        return rows if (scope := limits(request)) is None else narrowed(rows, scope)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # PostgreSQL refuses to compare a text with NUL at all.
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def changeable(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the record that the form is to change; None where it changes none."""
        record = self.get_object(request, unquote(object_id)) if object_id else None
        if record is None or "_saveasnew" in request.POST:
            return None
        return record if self.has_change_permission(request, record) else None

    # -- The form ------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self.edit_view(request, object_id, form_url, extra_context or {})

    def edit_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        """Open or save a record's form; another kind of admin does more than Django."""
        return self.django_form(request, object_id, form_url, context)

    def django_form(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str = "",
        context: dict[str, Any] | None = None,
        *,
        is_rendered: bool = True,
    ) -> HttpResponse:
        """Return the answer of Django's own form, rendered if a rehearsal is about to end.

        When somebody else was faster with a unique value, the form is looked at again and says so.
        """
        session = editing(request)
        show = partial(super().changeform_view, request, object_id, form_url, context)
        try:
            answer = show()
        except ValidationError as error:
            session.refused = " ".join(error.messages)
            answer = self._again(request, show)
        except IntegrityError:
            try:
                # The form now sees what the other person saved, so it names the field.
                answer = self._again(request, show)
            except IntegrityError:
                session.refused = taken_meanwhile()
                answer = self._again(request, show)
        if session.is_rehearsing and is_rendered and isinstance(answer, TemplateResponse):
            answer = answer.render()
        return answer

    @staticmethod
    def _again(request: HttpRequest, show: Callable[[], HttpResponse]) -> HttpResponse:
        for file in request.FILES.values():
            file.seek(0)  # type: ignore[union-attr]
        return show()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.scope = limits(request)
        form.refused = editing(request).refused
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Only the nonce lets the editor's import map run; it is made when the page is rendered.
        nonce = request.csp_nonce  # type: ignore[attr-defined]
        context["media"] = Media.from_media(context["media"], nonce=nonce)
        record, typed = context.get("original"), context["adminform"].form.instance
        context |= self.form_context(request, editing(request), record, typed)
        page = super().render_change_form(request, context, *args, **kwargs)
        page._csp_update = self.form_policy  # type: ignore[attr-defined]  # as `csp_update` does
        return page

    def form_context(
        self, request: HttpRequest, session: EditSession, record: Any, typed: Any
    ) -> dict[str, Any]:
        """Return further context of the form; `typed` is the record as the form has it."""
        return {}

    # -- Saving --------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.pk is None and editing(request).is_rehearsing:
            obj.pk = REHEARSED_KEY
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, *args: Any) -> None:
        super().save_related(request, form, *args)
        if limits(request) is not None:
            check_record(form.instance, request.user)

    # The save of a rehearsal is taken by its session: it is not logged, and nobody is answered.

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if (session := editing(request)).is_rehearsing:
            return session.saved(obj)
        return super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if editing(request).is_rehearsing:
            return HttpResponse()
        return super().response_change(request, obj)
