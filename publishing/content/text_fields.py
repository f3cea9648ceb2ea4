"""Fields for text that people type: kept in its normal form, whatever way a value comes in.

Forms and imports clean it (`to_python`), `save()` and bulk writes prepare it (`pre_save`), and so
do `QuerySet.update()` and `bulk_update()` (`get_db_prep_save`). Migrations see Django's own fields,
so their columns are the same.

A value of characters that nobody can see is refused in each of these ways, with a ValidationError;
an optional one is empty then.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publishing.content.text import is_visible, normal

INVISIBLE = _("Write at least one character that can be seen.")


class NormalFormField(forms.CharField):
    """Mixin for a form's field of text; lengths are those of the normal form."""

    is_multiline = False

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            # No person types it, so the normal form must not hide it.
            ProhibitNullCharactersValidator()(value)
            value = normal(value, self.is_multiline)
        return super().to_python(value)


class LineFormField(NormalFormField):
    pass


class ParagraphsFormField(NormalFormField):
    is_multiline = True


class SlugFormField(NormalFormField, forms.SlugField):
    pass


class EmailFormField(NormalFormField, forms.EmailField):
    pass


class NormalField(models.Field):
    """Mixin for a model's field of text."""

    is_multiline = False
    form_class: type[forms.Field] = LineFormField

    def normalised(self, value: Any) -> Any:
        if isinstance(value, Promise):
            value = str(value)
        return normal(value, self.is_multiline) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return super().to_python(self.normalised(value))

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if value and not is_visible(value):
            raise ValidationError(INVISIBLE, code="invisible")

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self._visible(super().pre_save(model_instance, add))
        # The object then has the same value as its row.
        setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return super().get_db_prep_save(self._visible(value), connection)

    def _visible(self, value: Any) -> Any:
        """Return the normal form. Raises ValidationError if nothing of a text can be seen."""
        kept = self.normalised(value)
        if isinstance(kept, str) and value and not self.blank and not is_visible(kept):
            raise ValidationError({self.name: INVISIBLE}, code="invisible")
        return kept

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        # The class of Django that the field is.
        kind = next(k for k in type(self).__mro__ if k.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{kind.__name__}", args, kwargs


class LineField(NormalField, models.CharField):
    """A text of one line, such as a name."""


class ParagraphsField(NormalField, models.TextField):
    """A text of any number of lines."""

    is_multiline = True
    form_class = ParagraphsFormField


class SlugField(NormalField, models.SlugField):
    """A part of an address, pasted perhaps."""

    form_class = SlugFormField


class EmailField(NormalField, models.EmailField):
    form_class = EmailFormField
