"""What a person may pick in a form, and what they must leave as it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from publishing.content.scope import Scope, narrowed


class ScopedForm(forms.ModelForm):
    """A form that offers what is a person's, and leaves what else stands in the record.

    `scope` is set on the class by the admin.
    """

    scope: Scope | None = None

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
        return data
