"""Whose records: a person can be tied to places, and then sees, picks and changes only theirs.

A *scope* says which places; None stands for everybody who is not tied. Each kind of record says
in its QuerySet what belongs to a scope:

    class EventQuerySet(Published):
        def within(self, scope):
            return self.filter(city__in=scope.of("cities.city"))

What is `Unscoped` belongs to everybody. A kind that says nothing is not there for people who are
tied, so that a new one cannot be forgotten. What they may *do* is a matter of permissions, see
portal/staff/roles.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _


class Scope(NamedTuple):
    """What somebody is tied to: the keys of the places, by kind of record, and their names."""

    person: Any
    places: Mapping[str, frozenset[Any]]
    names: tuple[str, ...]

    def of(self, label: str) -> frozenset[Any]:
        return self.places.get(label, frozenset())


class Unscoped:
    """Vocabulary, for a QuerySet: everybody looks at it and picks it, whoever is tied to what."""

    def within(self, scope: Scope) -> Self:
        return self


class OutOfScope(ValidationError):
    """Somebody who is tied would make or change what is not theirs; with the sentence for them."""


def scope_of(user: Any) -> Scope | None:
    """What a person is tied to; None for all who are not, and for superusers.

    Read once for a user object, which means once for a request. `ties` is the reverse side of
    the model that ties people, whichever app has it; `is_tied` comes with whoever signed in.
    """
    if not user.is_authenticated or user.is_superuser or not getattr(user, "is_tied", True):
        return None
    if not hasattr(user, "_scope"):
        user._scope = user.ties.scope(user)
    scope: Scope | None = user._scope
    return scope


def within(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The rows that a person may have to do with."""
    return narrowed(rows, scope_of(user))


def narrowed(rows: QuerySet[Any], scope: Scope | None) -> QuerySet[Any]:
    if scope is None:
        return rows
    found: QuerySet[Any] = rows.within(scope) if hasattr(rows, "within") else rows.none()
    return found


def is_within(record: models.Model, user: Any) -> bool:
    """Whether a saved record is a person's to look at."""
    rows = narrowed(type(record)._default_manager.filter(pk=record.pk), scope_of(user))
    return scope_of(user) is None or rows.exists()


def is_divided(model: type[models.Model]) -> bool:
    """Whether records of this kind are one person's and not another's."""
    rows = model._default_manager.all()
    return hasattr(rows, "within") and not isinstance(rows, Unscoped)


def with_pages() -> Iterator[type[models.Model]]:
    """The kinds of record that have a page of their own and something to do with people's ties."""
    for model in apps.get_models():
        if hasattr(model, "get_absolute_url") and hasattr(model._default_manager.all(), "within"):
            yield model


def about_records(scope: Scope) -> Q:
    """The condition for rows that name a record of this scope by `model` and `object_pk`."""
    found = Q(pk__in=())
    for model in with_pages():
        named = Q(model=model._meta.label_lower)
        if is_divided(model):
            rows = narrowed(model._default_manager.order_by(), scope)
            named &= Q(object_pk__in=rows.values(key=Cast("pk", CharField())))
        found |= named
    return found


def choose(scope: Scope | None) -> str:
    """The sentence for a record that would belong to none of somebody's places."""
    names = ", ".join(scope.names) if scope else ""
    return _("Choose at least one of the places that you look after: %(names)s.") % {"names": names}
