"""Forms of records and of their rows, with choices limited to the user's scope."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.forms.models import BaseInlineFormSet
from django.urls import reverse
from django.utils.html import format_html

from publishing.content.identity import DoubleError, already, constraint_of, label_of
from publishing.content.scope import Scope, is_divided, narrowed

# The position of a row in a formset; beyond five digits no form has one.
POSITION = re.compile("[0-9]{1,5}")


class ScopedForm(forms.ModelForm):
    """Form whose choices are limited to the user's scope; existing links outside it are preserved.

    The admin sets `scope` and `error_message` on the class.
    """

    scope: Scope | None = None
    # The message of a save that failed although the form was valid.
    error_message = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Links of the record to records outside the scope, by field: they are preserved.
        self.foreign_links: dict[str, list[Any]] = {}
        if self.scope is None:
            return
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._limit_choices(name, field)

    def _limit_choices(self, name: str, field: Any) -> None:
        choices = field.queryset
        allowed = narrowed(choices, self.scope)
        linked = [key for key in self._linked_keys(name) if key is not None]
        if linked and (outside := self._outside_scope(name, allowed, linked)):
            self.foreign_links[name] = outside
            allowed = choices.filter(Q(pk__in=outside) | Q(pk__in=allowed.values("pk")))
            if not isinstance(field, forms.ModelMultipleChoiceField):
                # A foreign key to a record outside the scope is read-only.
                field.disabled = True
        field.queryset = allowed

    def _outside_scope(self, name: str, allowed: QuerySet[Any], linked: list[Any]) -> list[Any]:
        inside = allowed.filter(pk__in=linked).values_list("pk", flat=True)
        return sorted(set(linked) - set(inside))

    def _linked_keys(self, name: str) -> Iterable[Any]:
        if self.instance._state.adding:
            return ()
        field = self.instance._meta.get_field(name)
        if field.many_to_many:
            return list(getattr(self.instance, name).values_list("pk", flat=True))
        return (getattr(self.instance, field.attname),)

    def clean(self) -> Any:
        data: Any = super().clean()
        for name, keys in self.foreign_links.items():
            field = self.fields[name]
            chosen: Any = self.cleaned_data.get(name)
            if isinstance(field, forms.ModelMultipleChoiceField) and chosen is not None:
                # Links outside the scope are preserved, whatever was posted.
                wanted = {*chosen.values_list("pk", flat=True), *keys}
                rows: Any = field.queryset
                self.cleaned_data[name] = rows.filter(pk__in=wanted)
        if self.error_message:
            raise ValidationError(self.error_message)
        return data


class RecordForm(ScopedForm):
    """The form of a record with a trash: unique values of trashed records are free."""

    def _get_validation_exclusions(self) -> set[str]:
        # Django skips a constraint whose condition names a field that is not in the form.
        return super()._get_validation_exclusions() - {"trashed_at"}  # type: ignore[misc, no-any-return]

    def _update_errors(self, errors: ValidationError) -> None:
        """Link the other record of the same name, or hide it from people who may not see it."""
        for found in getattr(errors, "error_dict", {}).values():
            for error in found:
                if isinstance(error, DoubleError):
                    error.message = self._refusal(error.double)
        super()._update_errors(errors)  # type: ignore[misc]

    def _refusal(self, double: Model) -> Any:
        rows, page = type(double)._default_manager.filter(pk=double.pk), cast(Any, double)
        is_own = narrowed(rows, self.scope).exists()
        if not (is_own or getattr(double, "is_published", False)):
            return constraint_of(type(double)).get_violation_error_message()
        place = f"admin:{double._meta.app_label}_{double._meta.model_name}_change"
        # Out of scope, there is only the public page.
        address = reverse(place, args=[double.pk]) if is_own else page.get_absolute_url()
        link = format_html('<a href="{}">{}</a>', address, label_of(double))
        return format_html(already("{link}", double), link=link)


class PreloadedAutocomplete(AutocompleteSelect):
    """Autocomplete that needs no query for a selected record which is loaded already."""

    known: Model | None = None

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        if self.known is None or [str(item) for item in value] != [str(self.known.pk)]:
            return super().optgroups(name, value, attr)
        label = self.choices.field.label_from_instance(self.known)
        empty = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        chosen = self.create_option(name, self.known.pk, label, True, len(empty))
        return [(None, [*empty, chosen], 0)]


class SeveralAutocomplete(AutocompleteSelectMultiple):
    """Autocomplete of several records, without the button that clears them all.

    Select2 puts that button into the list, which may have only items. Each item has its own.
    """

    def build_attrs(self, *args: Any, **kwargs: Any) -> Any:
        return super().build_attrs(*args, **kwargs) | {"data-allow-clear": "false"}


class RowForm(ScopedForm):
    """Form of an inline row, whose related records were loaded together with all the rows.

    A row about a record outside the scope is read-only.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.disabled = field.disabled or bool(self.foreign_links)
            widget = getattr(field.widget, "widget", field.widget)
            if isinstance(widget, PreloadedAutocomplete):
                widget.known = self.instance._state.fields_cache.get(name)

    def _outside_scope(self, name: str, allowed: QuerySet[Any], linked: list[Any]) -> list[Any]:
        # `mark_foreign` annotated all the rows in one query.
        return linked if getattr(self.instance, f"{name}_is_foreign", False) else []


def mark_foreign(rows: QuerySet[Any], relations: Iterable[str], scope: Scope) -> QuerySet[Any]:
    """Annotate the rows with whether each relation leads to a record outside the scope."""
    for name in relations:
        target: Any = rows.model._meta.get_field(name).related_model
        if is_divided(target):
            allowed = narrowed(target._default_manager.order_by(), scope)
            is_outside = ~Exists(allowed.filter(pk=OuterRef(name)))
            rows = rows.annotate(**{f"{name}_is_foreign": is_outside})
    return rows


class RowFormSet(BaseInlineFormSet):
    """Formset that sets the parent record on its rows, so that their labels need no query.

    It has as many rows as were sent, however many there are said to be: each costs a form.
    """

    def total_form_count(self) -> int:
        said = super().total_form_count()
        if not self.is_bound:
            return said
        parts = (name.removeprefix(f"{self.prefix}-").partition("-")[0] for name in self.data)
        sent = {int(part) for part in parts if POSITION.fullmatch(part)}
        return min(said, max(sent, default=-1) + 1)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        setattr(form.instance, self.fk.name, self.instance)
        if form.foreign_links and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True
        return form
