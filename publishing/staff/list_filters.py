"""Filters of admin lists: by state, by last check, by creator of the record."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publishing.content.publishable import not_trashed
from publishing.content.scope import within
from publishing.content.sources import Sourced
from publishing.content.states import State, state_q
from publishing.revisions.models import Action, Revision, name_of
from publishing.staff.quality_checks import oldest_check

FilterLabel = str | Promise


class CaseFilter(admin.SimpleListFilter):
    """A filter with a condition for each of its values, all of them counted in one query."""

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        """Return the label and the condition of each value."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(value, label) for value, (label, _condition) in self.cases().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.cases():
            raise IncorrectLookupParameters(value)
        return queryset.filter(self.cases()[value][1])

    def get_facet_counts(self, pk_attname: str, filtered_qs: QuerySet[Any]) -> dict[str, Count]:
        conditions = [condition for _label, condition in self.cases().values()]
        return {
            f"{index}__c": Count(pk_attname, filter=condition)
            for index, condition in enumerate(conditions)
        }


class StateFilter(CaseFilter):
    title = _("state")
    parameter_name = "state"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        moment = timezone.now()
        return {state.value: (state.label, state_q(state, moment)) for state in State}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # Trashed records are listed only when this filter selects them.
        return super().queryset(request, queryset if self.value() else not_trashed(queryset))


def check_cases() -> dict[str, tuple[FilterLabel, Q]]:
    """Return the cases of the last comparison with the source; it is due after a year."""
    oldest, never = oldest_check(), Q(checked_on__isnull=True)
    return {
        "due": (_("Due: never, or over a year ago"), never | Q(checked_on__lt=oldest)),
        "never": (_("Never"), never),
        "recent": (_("Within a year"), Q(checked_on__gte=oldest)),
    }


class CheckFilter(CaseFilter):
    title = _("last check")
    parameter_name = "check"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return check_cases()


class SourceKindFilter(CaseFilter):
    title = _("kind of source")
    parameter_name = "source"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        kinds = {kind.value: (kind.label, Q(source_kind=kind.value)) for kind in Sourced.SourceKind}
        return {**kinds, "none": (_("Not judged yet"), Q(source_kind=""))}


def changed_cases() -> dict[str, tuple[FilterLabel, Q]]:
    """Return the cases of the last change of a record."""
    now = timezone.now()
    month, year = now - timedelta(days=30), now - timedelta(days=365)
    return {
        "month": (_("Within a month"), Q(updated_at__gte=month)),
        "year": (_("Within a year"), Q(updated_at__gte=year)),
        "old": (_("Not for a year"), Q(updated_at__lt=year)),
    }


class ChangedFilter(CaseFilter):
    title = _("last change")
    parameter_name = "changed"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return changed_cases()


class SelectFilter(admin.SimpleListFilter):
    """A filter by one of many values, in a select; they are not counted."""

    template = "admin/filter_select.html"

    def value(self) -> str | None:
        # “All” is sent as an empty text.
        return super().value() or None

    def choices(self, changelist: Any) -> Iterator[Any]:
        hidden = {name: value for name, value in changelist.params.items() if name != "p"}
        hidden.pop(self.parameter_name or "", None)
        chosen = self.value()
        yield {
            "selected": chosen is None,
            "display": _("All"),
            "value": "",
            "name": self.parameter_name,
            "hidden": hidden,
        }
        for value, label in self.lookup_choices:
            yield {"selected": chosen == str(value), "display": label, "value": value}


class CountryFilter(SelectFilter):
    """Filter by the country of a record, for models with a `country`."""

    title = _("country")
    parameter_name = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        country: Any = model_admin.opts.get_field("country").related_model
        used = within(model_admin.model._default_manager.order_by(), request.user)
        rows = country._default_manager.filter(Exists(used.filter(country=OuterRef("pk"))))
        return list(rows.order_by("name_key", "pk").values_list("pk", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.lookup_choices):
            raise IncorrectLookupParameters(value)
        return queryset.filter(country=value)


class ChangedByFilter(SelectFilter):
    """Filter by the people in the history of a record."""

    title = _("changed by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        has_role = Q(is_superuser=True) | Q(groups__isnull=False)
        people: QuerySet[Any] = get_user_model()._default_manager.filter(has_role).distinct()
        others = sorted((name_of(p), str(p.pk)) for p in people if p.pk != request.user.pk)
        return [("me", _("Me")), *((key, name) for name, key in others)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in dict(self.lookup_choices):
            raise IncorrectLookupParameters(value)
        person: Any = request.user.pk if value == "me" else value
        done = Revision.objects.filter(model=queryset.model._meta.label_lower, person=person)
        return queryset.filter(pk__in=done.values(key=Cast("object_pk", models.BigIntegerField())))


class CreatedByMeFilter(CaseFilter):
    """Filter for records that the current user created."""

    title = _("created by")
    parameter_name = "begun"

    def __init__(self, request: HttpRequest, params: Any, model: Any, *args: Any) -> None:
        added = Revision.objects.filter(
            model=model._meta.label_lower, action=Action.ADDED, person=request.user.pk
        )
        self.created = added.values(key=Cast("object_pk", models.BigIntegerField()))
        super().__init__(request, params, model, *args)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return {"me": (_("Me"), Q(pk__in=self.created))}
