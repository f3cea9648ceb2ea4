"""Base classes of every admin.

`StaffAdmin` is for every record, `RowInline` for rows that are edited inside another record's form;
`change_form.DraftAdmin` adds drafts and `publishable.PublishableAdmin` states. A model's own admin
is configuration: `views` lists the views about its records, `quality_checks` its checks.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.translation import gettext
from js_asset import Media

from publishing.content.keys import NUL
from publishing.content.scope import Scope, narrowed, scope_of
from publishing.revisions.edit_session import EditSession
from publishing.revisions.save_options import concurrent_save_message
from publishing.revisions.scope_guard import check_record
from publishing.staff.admin_views import AdminViews
from publishing.staff.change_lists import ListAdmin
from publishing.staff.form_sections import section_context
from publishing.staff.forms import (
    PreloadedAutocomplete,
    RowForm,
    RowFormSet,
    ScopedForm,
    mark_foreign,
)
from publishing.staff.key_fields import KeyFieldsMixin
from publishing.staff.moment_widget import MomentWidget
from publishing.staff.permissions import PermissionsMixin
from publishing.staff.pickers import PLAIN_ROWS, PickerMixin, has_plain_lists
from publishing.staff.picture_chooser import PictureFieldsMixin
from publishing.staff.quality_checks import Advice, Check, advice_on

REHEARSED_KEY = -1  # The key of a new record in a rehearsal, so that none is used up.


class EditRequest(HttpRequest):
    """A request that opens or saves a record's form."""

    edit: EditSession


def edit_session_of(request: HttpRequest) -> EditSession:
    """Return the edit session of a request; an idle one if nothing is rehearsed."""
    edit_request = cast(EditRequest, request)
    if not hasattr(edit_request, "edit"):
        edit_request.edit = EditSession(None, request.user)
    return edit_request.edit


def request_scope(request: HttpRequest) -> Scope | None:
    """Return the scope of the user; None if it is not limited."""
    return scope_of(request.user)


class RecordLabelMixin(PictureFieldsMixin, KeyFieldsMixin):
    """Label related records as their own admin does: "Wakefield, United Kingdom (draft)"."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        related = getattr(db_field.remote_field, "model", None)
        if field is not None and related and self.admin_site.is_registered(related):
            model_admin = self.admin_site.get_model_admin(related)
            if isinstance(model_admin, StaffAdmin):
                field.label_from_instance = model_admin.option_label
                field.queryset = field.queryset.select_related(*model_admin.option_relations)
                if isinstance(field.widget, RelatedFieldWidgetWrapper):
                    # A slip there would change or delete what many records share.
                    field.widget.can_delete_related = False
                    field.widget.can_change_related &= model_admin.is_edited_beside
                    field.widget.can_add_related &= model_admin.is_edited_beside
        return field


class RowInline(PickerMixin, RecordLabelMixin, admin.TabularInline):
    """Inline of the rows in another record's form."""

    form = RowForm
    formset = RowFormSet
    template = "admin/rows.html"
    extra = 0
    # In the cells of a table, text areas start small.
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 2})}}

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        # The button that adds a row needs a script.
        return PLAIN_ROWS if has_plain_lists(request) else self.extra

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        relations = self.autocomplete_fields
        if (scope := request_scope(request)) is not None:
            rows = mark_foreign(rows, relations, scope)
        return rows.select_related(*relations) if relations else rows

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.scope = request_scope(request)
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if request and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StaffAdmin(PickerMixin, PermissionsMixin, RecordLabelMixin, ListAdmin):
    """Base admin of every record of the portal."""

    form = ScopedForm
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
        models.DateTimeField: {"widget": MomentWidget},
    }
    views: ClassVar[tuple[type[AdminViews], ...]] = ()
    # Directives that the form's Content-Security-Policy has besides those of every page.
    form_policy: ClassVar[dict[str, Any]] = {}
    quality_checks: ClassVar[tuple[Check, ...]] = ()
    # Fields that only users with the publish permission may fill in.
    moments: ClassVar[tuple[str, ...]] = ()
    # Whether forms of other records link to adding and changing these.
    is_edited_beside = True
    # Relations that `option_label` reads.
    option_relations: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        own_urls = [url for views in self.views for url in views(self).urls()]
        return [*own_urls, *super().get_urls()]

    def option_label(self, record: Any) -> str:
        """Return the label of the record in choices of other forms."""
        return str(record)

    def advice(self, record: Any) -> list[Advice]:
        """Return the advice of the quality checks on a record."""
        return advice_on(record, self.quality_checks)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if self.has_publish_permission(request) else (*fields, *self.moments)

    # -- Records -------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows within the user's scope; lists, choices and views all use them."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if self.option_relations:
            rows = rows.select_related(*self.option_relations)
        session: EditSession | None = getattr(request, "edit", None)
        if session and session.is_rehearsing and session.record is not None:
            # The scope was checked before; the draft may move the record out of it.
            return rows.filter(pk=session.record.pk)
        return rows if (scope := request_scope(request)) is None else narrowed(rows, scope)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # PostgreSQL raises an error for any text with NUL.
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """Say what a limited user may edit, whether there is such a record or not."""
        if (scope := request_scope(request)) is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc, no-any-return]
        names = ", ".join(scope.names)
        text = gettext("You can only edit what belongs to %(names)s.") % {"names": names}
        messages.warning(request, text)
        return redirect("admin:index")

    def find_changeable(self, request: HttpRequest, object_id: str | None) -> Any:
        """Return the record that the form changes; None if it changes none."""
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
        """Open or save a record's form; `DraftAdmin` extends this."""
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
        """Return the response of Django's own form, rendered if a rehearsal is about to end.

        If a concurrent save took a unique value, the form is processed again and reports it.
        """
        session = edit_session_of(request)
        show = partial(super().changeform_view, request, object_id, form_url, context)
        try:
            response = show()
        except ValidationError as error:
            session.error_message = " ".join(error.messages)
            response = self._retry(request, show)
        except IntegrityError:
            try:
                # The form now sees the concurrent save, so it names the field.
                response = self._retry(request, show)
            except IntegrityError:
                session.error_message = concurrent_save_message()
                response = self._retry(request, show)
        if session.is_rehearsing and is_rendered and isinstance(response, TemplateResponse):
            response = response.render()
        return response

    @staticmethod
    def _retry(request: HttpRequest, show: Callable[[], HttpResponse]) -> HttpResponse:
        for file in request.FILES.values():
            file.seek(0)  # type: ignore[union-attr]
        return show()

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.scope = request_scope(request)
        form.error_message = edit_session_of(request).error_message
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the only place that a limited user can choose, if nothing else was asked for."""
        scope = request_scope(request)
        label, key = (scope and scope.only) or ("", None)
        preset = {
            field.name: [key] if field.many_to_many else key
            for field in (*self.opts.fields, *self.opts.many_to_many)
            if field.related_model and field.related_model._meta.label_lower == label
        }
        return preset | super().get_changeform_initial_data(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The editor's import map runs only with the nonce, which is made at rendering.
        nonce = request.csp_nonce  # type: ignore[attr-defined]
        context["media"] = Media.from_media(context["media"], nonce=nonce)
        record, typed = context.get("original"), context["adminform"].form.instance
        context |= section_context(context["adminform"], context["inline_admin_formsets"])
        context |= self.form_context(request, edit_session_of(request), record, typed)
        page = super().render_change_form(request, context, *args, **kwargs)
        page._csp_replace = self.form_policy  # type: ignore[attr-defined]  # as `csp_replace` does
        return page

    def form_context(
        self, request: HttpRequest, session: EditSession, record: Any, typed: Any
    ) -> dict[str, Any]:
        """Return further context of the form; `typed` is the record as the form has it."""
        return {}

    # -- Saving --------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.pk is None and edit_session_of(request).is_rehearsing:
            obj.pk = REHEARSED_KEY
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, *args: Any) -> None:
        super().save_related(request, form, *args)
        if request_scope(request) is not None:
            check_record(form.instance, request.user)

    # The session takes the result of a rehearsed save, so it is not logged or redirected.

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if (session := edit_session_of(request)).is_rehearsing:
            return session.take_result(obj)
        return super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if edit_session_of(request).is_rehearsing:
            return HttpResponse()
        return report_change(super(), request, obj)


def report_change(admin: Any, request: HttpRequest, record: Any) -> HttpResponse:
    """Return Django's response to a change, with the sentence of the desk if it is left."""
    if {"_continue", "_saveasnew", "_addanother", IS_POPUP_VAR} & request.POST.keys():
        response: HttpResponse = admin.response_change(request, record)
    else:
        messages.success(request, gettext("“%s” is saved.") % record)
        response = admin.response_post_save_change(request, record)
    return response
