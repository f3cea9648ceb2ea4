"""Admin of django-axes' tables: attempts to sign in, and who is locked out."""

from __future__ import annotations

from typing import Any, ClassVar

import allauth.account.admin
import allauth.mfa.admin  # noqa: F401 (registers what is unregistered here)
from axes import admin as axes_admin
from axes.helpers import get_cool_off
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from axes.utils import reset
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.second_factor import forget_attempts
from portal.staff.management_rights import may_manage
from publishing.revisions.models import Action, log
from publishing.staff.change_lists import SafeListAdmin


def locks() -> QuerySet[AccessAttempt]:
    """Return the attempts that lock a user out now."""
    since = timezone.now() - get_cool_off()
    is_over = Q(failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gte=since)
    rows: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(is_over)
    return rows


def names_of(person: User) -> set[str]:
    """Return the names under which the attempts of a user are counted, now and formerly."""
    return {name for name in (person.email, person.former_name) if name}


def is_locked(person: User) -> bool:
    return locks().filter(username__in=names_of(person)).exists()


def unlock(person: User, by: Any) -> None:
    """Forget the failed attempts of a user, and log that."""
    for name in names_of(person):
        reset(username=name)
    forget_attempts(person)
    log(person, Action.CHANGED, by, gettext("Unlocked the sign-in."))


class LockedFilter(admin.SimpleListFilter):
    title = _("locked out")
    parameter_name = "locked_out"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("now", _("Locked out now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pk__in=locks().values("pk")) if self.value() else queryset


class SignInTable(SafeListAdmin):
    """ModelAdmin of a table that django-axes writes, with a sentence that says what it is for."""

    about: ClassVar[Any]
    change_list_template = "admin/accounts/sign_ins.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {"about": self.about, "title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, context | (extra_context or {}))


# The tables of allauth are managed in the pages of an account, which log and tell of it.
for _model in (
    AccessAttempt,
    AccessFailureLog,
    AccessLog,
    *(model for model in list(admin.site._registry) if model._meta.app_label in {"account", "mfa"}),
):
    admin.site.unregister(_model)


@admin.register(AccessAttempt)
class LockedOutAdmin(SignInTable, axes_admin.AccessAttemptAdmin):
    about = _(
        "Failed attempts to sign in that still count. After five for one account from one "
        "network address, that account is locked there for 15 minutes. A person who signs in "
        "leaves this list. To let somebody try again at once, tick the line and choose “Unlock”."
    )
    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "is_locked")
    list_filter = (LockedFilter, "attempt_time")
    actions = ("unlock",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        is_locked = Exists(locks().filter(pk=OuterRef("pk")))
        rows: QuerySet[Any] = super().get_queryset(request).annotate(locks_now=is_locked)
        return rows

    @admin.display(description=_("locked out"), boolean=True)
    def is_locked(self, attempt: Any) -> bool:
        return bool(attempt.locks_now)

    @admin.action(description=_("Unlock"), permissions=["view"])
    def unlock(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for name in sorted(set(queryset.values_list("username", flat=True))):
            person = User.objects.named(name).first()
            if person and not may_manage(request.user, person):
                text = gettext("You cannot unlock %(name)s, who has more permissions than you.")
                messages.error(request, text % {"name": person})
            elif person:
                unlock(person, request.user)
                text = gettext("%(name)s can try to sign in again.")
                messages.success(request, text % {"name": person})
            else:
                reset(username=name)
                text = gettext("The attempts as “%(name)s” were cleared. There is no such account.")
                messages.success(request, text % {"name": name})


@admin.register(AccessFailureLog)
class FailedSignInAdmin(SignInTable, axes_admin.AccessFailureLogAdmin):
    about = _(
        "Every failed attempt to sign in. Look here if you suspect that somebody is guessing "
        "passwords."
    )


@admin.register(AccessLog)
class SignInAdmin(SignInTable, axes_admin.AccessLogAdmin):
    about = _("Who signed in, when, and from which network address.")
