"""Filters of admin lists: by state, by last check, by creator of the record."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from publishing.content.publishable import not_trashed
from publishing.content.states import State, state_q
from publishing.revisions.models import Action, Revision
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


class CreatedByMeFilter(CaseFilter):
    """Filter for records that the current user created."""

    title = _("begun by")
    parameter_name = "begun"

    def __init__(self, request: HttpRequest, params: Any, model: Any, *args: Any) -> None:
        added = Revision.objects.filter(
            model=model._meta.label_lower, action=Action.ADDED, person=request.user.pk
        )
        self.created = added.values(key=Cast("object_pk", models.BigIntegerField()))
        super().__init__(request, params, model, *args)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return {"me": (_("Me"), Q(pk__in=self.created))}
