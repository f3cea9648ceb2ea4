"""The staff desk: what the admin of every model is built from.

`StaffAdmin` is for every record and `RowInline` for rows that are edited inside another record's
form; `publishing.admin.PublishableAdmin` adds states. A model's own admin is configuration.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_FACETS_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from js_asset import Media

from publishing.content.fields import FoldedField, fold
from publishing.content.scope import (
    OutOfScope,
    choose,
    is_divided,
    is_within,
    narrowed,
    scope_of,
    within,
)
from publishing.content.slugs import readable_slug
from publishing.finder.filters import SearchField
from publishing.revisions.rehearsal import is_rehearsal
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import Snapshot, take
from publishing.staff.forms import ScopedForm

NUL = "\x00"
COUNTED = 20_000
"""How many rows a list may have for its filters to show their counts unasked."""
Texts = str | Promise


class RecordLabelMixin(admin.options.BaseModelAdmin):
    """Relations show the record as its own admin names it: "Wakefield, United Kingdom (draft)"."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return self._label(field, db_field)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return self._label(field, db_field)

    def _label(self, field: Any, db_field: Any) -> Any:
        related = db_field.remote_field.model
        if field is not None and self.admin_site.is_registered(related):
            desk = self.admin_site.get_model_admin(related)
            if isinstance(desk, StaffAdmin):
                field.label_from_instance = desk.option_label
                field.queryset = field.queryset.select_related(*desk.option_relations)
        return field


class PreloadedAutocomplete(AutocompleteSelect):
    """An autocomplete that needs no query to show a record which is at hand already."""

    known: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        if self.known is None or [str(item) for item in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        label = self.choices.field.label_from_instance(self.known)
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        chosen = self.create_option(name, self.known.pk, label, True, len(empty))
        return [(None, [*empty, chosen], 0)]


class RowForm(ScopedForm):
    """A row of an inline, whose related records were loaded together with all the rows.

    A row about something that is not the person's stays as it is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.disabled = field.disabled or bool(self.kept)
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, PreloadedAutocomplete):
                widget.known = self.instance._state.fields_cache.get(name)

    def _foreign(self, name: str, mine: QuerySet[Any], standing: list[Any]) -> list[Any]:
        # `RowInline.get_queryset` asked for all the rows at once.
        return standing if getattr(self.instance, f"{name}_is_foreign", False) else []


class RowFormSet(BaseInlineFormSet):
    """Rows that know the record they belong to, so that their names need no query."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        setattr(form.instance, self.fk.name, self.instance)
        return form

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.kept and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True


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
        if (scope := scope_of(request.user)) is not None:
            for name in relations:
                target: Any = self.opts.get_field(name).related_model
                if is_divided(target):
                    mine = narrowed(target._default_manager.order_by(), scope)
                    theirs = ~Exists(mine.filter(pk=OuterRef(name)))
                    rows = rows.annotate(**{f"{name}_is_foreign": theirs})
        return rows.select_related(*relations) if relations else rows

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **kwargs)
        formset.form.scope = scope_of(request.user)
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if request and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = PreloadedAutocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class StaffChangeList(ChangeList):
    """A list that takes a value which the database refuses for an unknown one, not for a fault."""

    def get_filters(self, request: HttpRequest) -> Any:
        # Django asks again for the counts of every filter, and with it for their choices.
        if not hasattr(self, "_filters"):
            self._filters = super().get_filters(request)
        return self._filters

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error
        if self.result_count > COUNTED:
            # Each filter's counts walk over every row, so for many rows they are asked for.
            self.is_facets_optional = True
            self.add_facets = IS_FACETS_VAR in request.GET


class StaffAdmin(RecordLabelMixin, admin.ModelAdmin):
    """Any record of the portal, as staff edit it."""

    form = ScopedForm
    save_on_top = True
    list_per_page = 50
    show_facets = admin.ShowFacets.ALWAYS
    empty_value_display = "–"
    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})}}
    # What `option_label` reads besides the record itself.
    option_relations: tuple[str, ...] = ()

    def option_label(self, record: Any) -> str:
        """How the record is called where others choose it."""
        return str(record)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that the person may have to do with: lists, pickers and every page use it."""
        rows: QuerySet[Any] = super().get_queryset(request)
        opened = getattr(request, "desk_opened", None)
        if opened is not None and is_rehearsal():
            # It was looked up as it stands; its draft may have moved it elsewhere.
            return rows.filter(pk=opened)
        return within(rows, request.user)

    def check_scope(
        self, request: HttpRequest, record: Any, before: Snapshot | None = None
    ) -> None:
        """Refuse what was just saved if it is not the person's to save. Raises OutOfScope."""
        if not is_within(record, request.user):
            raise OutOfScope(choose(scope_of(request.user)))
        if before is not None and scope_of(request.user) is not None:
            check_change(self.model, before, take(record), request.user)

    def save_related(self, request: HttpRequest, form: Any, *args: Any) -> None:
        super().save_related(request, form, *args)
        self.check_scope(request, form.instance)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The rows in which every word of the text is found, whatever its case and accents.

        A queryset's own `search` is used if it has one. Otherwise folded columns are asked for
        the beginning of a word, addresses for its plain letters, other columns for the text.
        """
        text = SearchField().clean(search_term)
        if text and hasattr(queryset, "search"):
            return queryset.search(text), False
        for word in text.split():
            found = Q()
            for path in self.get_search_fields(request):
                found |= self._match(path, word)
            queryset = queryset.filter(found)
        return queryset, False

    def _match(self, path: str, word: str) -> Q:
        if path.startswith("="):
            return Q(**{f"{path[1:]}__iexact": word})
        column = get_fields_from_path(self.model, path)[-1]
        if isinstance(column, FoldedField):
            folded = fold(word)
            return Q(**{f"{path}__contains": f" {folded}"}) if folded else Q()
        if isinstance(column, models.SlugField):
            plain = readable_slug(word)
            return Q(**{f"{path}__contains": plain}) if plain else Q()
        return Q(**{f"{path}__icontains": word})

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # PostgreSQL refuses to compare a text with NUL at all.
        return None if NUL in object_id else super().get_object(request, object_id, from_field)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if ERROR_FLAG in request.GET and request.method == "GET":
            said = gettext("The address held a filter that is not known. Nothing is filtered now.")
            messages.warning(request, said)
        return super().changelist_view(request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Save; when somebody else was faster with a unique value, look again and say so."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            self._rewind(request)
            request.desk_refused = " ".join(error.messages)  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            self._rewind(request)
        try:
            # The form now sees what the other person saved, so it names the field.
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError:
            self._rewind(request)
        request.desk_refused = taken_meanwhile()  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    @staticmethod
    def _rewind(request: HttpRequest) -> None:
        for file in request.FILES.values():
            file.seek(0)  # type: ignore[union-attr]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.scope = scope_of(request.user)
        said = getattr(request, "desk_refused", "")
        return refused(form, said) if said else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The editor's import map stands in the page, and only the nonce lets it run.
        nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
        context["media"] = Media.from_media(context["media"], nonce=nonce)
        return super().render_change_form(request, context, *args, **kwargs)


def taken_meanwhile() -> str:
    """The sentence for staff whose save the database refused."""
    return gettext(
        "This could not be saved, because somebody saved something else at the same moment. "
        "Nothing is lost: compare your text with the present record, and save again."
    )


def refused(form: type[forms.ModelForm], said: str) -> type[forms.ModelForm]:
    """The form with an error on it: what the form found good could not be saved."""

    class Refused(form):  # type: ignore[valid-type, misc]
        def clean(self) -> Any:
            super().clean()
            raise ValidationError(said)

    return Refused
