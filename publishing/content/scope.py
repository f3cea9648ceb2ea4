"""Row-level permissions: limit a user to the records of their cities and networks.

A *scope* holds the places that a user is tied to; None means that the user is not limited. Each
QuerySet says which of its records belong to a scope:

    class EventQuerySet(PublishableQuerySet):
        def within(self, scope):
            return self.filter(city__in=scope.of("cities.city"))

`Unscoped` kinds are visible to everybody. A kind without `within` is hidden from limited users, so
that a new kind cannot be forgotten. What users may *do* is decided by permissions, see
portal/roles.py.
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
    """Hold the places that a user is tied to: their keys by kind of record, and their names.

    `only` is the kind and key of the place of a user with a single tie, None with several.
    """

    person: Any
    places: Mapping[str, frozenset[Any]]
    names: tuple[str, ...]
    only: tuple[str, Any] | None = None

    def of(self, label: str) -> frozenset[Any]:
        return self.places.get(label, frozenset())


class Unscoped:
    """QuerySet mixin: visible to every user, whatever they are tied to."""

    def within(self, scope: Scope) -> Self:
        return self


class OutOfScope(ValidationError):
    """A limited user would create or change a record outside their scope; has the sentence for
    them.
    """


def scope_of(user: Any) -> Scope | None:
    """Return the user's scope; None for superusers and for users without ties.

    Read once for a user object, which means once for a request. `ties` is the reverse relation of
    the model that ties users to places, in whichever app; `is_tied` comes with the signed-in user.
    """
    if not user.is_authenticated or user.is_superuser or not getattr(user, "is_tied", True):
        return None
    if not hasattr(user, "_scope"):
        user._scope = user.ties.scope(user)
    scope: Scope | None = user._scope
    return scope


def within(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Limit a QuerySet to the user's scope."""
    return narrowed(rows, scope_of(user))


def narrowed(rows: QuerySet[Any], scope: Scope | None) -> QuerySet[Any]:
    if scope is None:
        return rows
    found: QuerySet[Any] = rows.within(scope) if hasattr(rows, "within") else rows.none()
    return found


def is_within(record: models.Model, user: Any) -> bool:
    """Return whether a saved record belongs to the user's scope."""
    rows = narrowed(type(record)._default_manager.filter(pk=record.pk), scope_of(user))
    return scope_of(user) is None or rows.exists()


def is_divided(model: type[models.Model]) -> bool:
    """Return whether row-level permissions apply to this model."""
    rows = model._default_manager.all()
    return hasattr(rows, "within") and not isinstance(rows, Unscoped)


def with_pages() -> Iterator[type[models.Model]]:
    """Yield the models with a page of their own to which a scope can apply."""
    for model in apps.get_models():
        if hasattr(model, "get_absolute_url") and hasattr(model._default_manager.all(), "within"):
            yield model


def about_records(scope: Scope) -> Q:
    """Return the condition for rows that name a record of this scope by `model` and `object_pk`."""
    found = Q(pk__in=())
    for model in with_pages():
        named = Q(model=model._meta.label_lower)
        if is_divided(model):
            rows = narrowed(model._default_manager.order_by(), scope)
            named &= Q(object_pk__in=rows.values(key=Cast("pk", CharField())))
        found |= named
    return found


def choose(scope: Scope | None) -> str:
    """Return the sentence for a record that would belong to none of the user's places."""
    names = ", ".join(scope.names) if scope else ""
    return _("Choose at least one of the places that you look after: %(names)s.") % {"names": names}
