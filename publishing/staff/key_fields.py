"""Choices of records and ticked rows of lists, safe from keys that no database holds.

Django's own fields, widgets and actions pass such a key to the database, which raises an error.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse

from publishing.content.keys import is_key, only_keys


class KeyFieldMixin(forms.ModelChoiceField):
    """Mixin of fields that choose records by their key."""

    def is_choosable(self, value: Any) -> bool:
        if value in self.empty_values or isinstance(value, models.Model):
            return True
        assert self.queryset is not None  # noqa: S101 (a form's field has one)
        options = self.queryset.model._meta
        key = options.get_field(self.to_field_name) if self.to_field_name else options.pk
        return is_key(key, value)

    def refuse(self, value: Any) -> ValidationError:
        message = self.error_messages["invalid_choice"]
        return ValidationError(message, code="invalid_choice", params={"value": value})


class RecordChoiceField(KeyFieldMixin):
    """ModelChoiceField that refuses an impossible key in a sentence."""

    def to_python(self, value: Any) -> Any:
        if not self.is_choosable(value):
            raise self.refuse(value)
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        # The widget looks the chosen record up, to show it in the refused form.
        return data if self.is_choosable(data) else None


class RecordChoicesField(forms.ModelMultipleChoiceField, KeyFieldMixin):
    """ModelMultipleChoiceField that refuses impossible keys in a sentence."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, (list, tuple)) else ():
            if not self.is_choosable(key):
                raise self.refuse(key)
        return super().clean(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return [key for key in data or () if self.is_choosable(key)]


class KeyFieldsMixin(admin.options.BaseModelAdmin):
    """Admin whose forms choose records by the fields above."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if isinstance(db_field, models.ForeignKey):
            kwargs.setdefault("form_class", RecordChoiceField)
        elif isinstance(db_field, models.ManyToManyField):
            kwargs.setdefault("form_class", RecordChoicesField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class TickedRowsMixin(admin.ModelAdmin):
    """Admin whose bulk actions ignore ticked rows that cannot exist."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if ACTION_CHECKBOX_NAME in request.POST:
            posted = request.POST.copy()
            keys = only_keys(self.model, posted.getlist(ACTION_CHECKBOX_NAME))
            posted.setlist(ACTION_CHECKBOX_NAME, keys)
            request.POST = posted  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)
