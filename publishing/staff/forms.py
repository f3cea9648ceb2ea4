"""Forms of records and of their rows, with choices limited to the scope of the person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.forms.models import BaseInlineFormSet

from publishing.content.scope import Scope, is_divided, narrowed


class ScopedForm(forms.ModelForm):
    """A form that offers what is a person's, and leaves what else stands in the record.

    The admin sets `scope` and `refused` on the class.
    """

    scope: Scope | None = None
    # The sentence of a save that failed after the form itself had been found valid.
    refused = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Links of the record to what is not theirs, by field: they stay as they are.
        self.kept: dict[str, list[Any]] = {}
        if self.scope is None:
            return
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._narrow(name, field)

    def _narrow(self, name: str, field: Any) -> None:
        everything = field.queryset
        mine = narrowed(everything, self.scope)
        standing = [key for key in self._standing(name) if key is not None]
        if standing and (foreign := self._foreign(name, mine, standing)):
            self.kept[name] = foreign
            mine = everything.filter(Q(pk__in=foreign) | Q(pk__in=mine.values("pk")))
            if not isinstance(field, forms.ModelMultipleChoiceField):
                # A single link that is not theirs cannot be another.
                field.disabled = True
        field.queryset = mine

    def _foreign(self, name: str, mine: QuerySet[Any], standing: list[Any]) -> list[Any]:
        own = mine.filter(pk__in=standing).values_list("pk", flat=True)
        return sorted(set(standing) - set(own))

    def _standing(self, name: str) -> Iterable[Any]:
        if self.instance._state.adding:
            return ()
        field = self.instance._meta.get_field(name)
        if field.many_to_many:
            return list(getattr(self.instance, name).values_list("pk", flat=True))
        return (getattr(self.instance, field.attname),)

    def clean(self) -> Any:
        data: Any = super().clean()
        for name, keys in self.kept.items():
            field = self.fields[name]
            chosen: Any = self.cleaned_data.get(name)
            if isinstance(field, forms.ModelMultipleChoiceField) and chosen is not None:
                # Whatever was sent, they are still there.
                wanted = {*chosen.values_list("pk", flat=True), *keys}
                rows: Any = field.queryset
                self.cleaned_data[name] = rows.filter(pk__in=wanted)
        if self.refused:
            raise ValidationError(self.refused)
        return data


class RecordForm(ScopedForm):
    """The form of a record with a trash: what is in it does not count as taken."""

    def _get_validation_exclusions(self) -> set[str]:
        # Django passes over a promise whose condition names a field that is not in the form.
        return super()._get_validation_exclusions() - {"trashed_at"}  # type: ignore[misc, no-any-return]


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
        # `mark_foreign` asked for all the rows at once.
        return standing if getattr(self.instance, f"{name}_is_foreign", False) else []


def mark_foreign(rows: QuerySet[Any], relations: Iterable[str], scope: Scope) -> QuerySet[Any]:
    """Annotate the rows with whether each relation leads to a record outside the scope."""
    for name in relations:
        target: Any = rows.model._meta.get_field(name).related_model
        if is_divided(target):
            mine = narrowed(target._default_manager.order_by(), scope)
            theirs = ~Exists(mine.filter(pk=OuterRef(name)))
            rows = rows.annotate(**{f"{name}_is_foreign": theirs})
    return rows


class RowFormSet(BaseInlineFormSet):
    """Rows that know the record they belong to, so that their names need no query."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        setattr(form.instance, self.fk.name, self.instance)
        if form.kept and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True
        return form
