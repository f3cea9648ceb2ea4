"""Admin of the user accounts: roles, and ties to cities and networks.

Administrators manage users within their own permissions: nobody grants a permission that they do
not have, or takes over the account of a user who has more.
"""

from __future__ import annotations

import json
from typing import Any

from axes import admin as axes_admin
from axes import models as axes_models
from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import admin as auth_admin
from django.contrib.auth import views
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.errors import too_many_requests
from portal.models import Tie
from portal.rate_limits import PASSWORD_RESETS, is_over_limit
from publishing.revisions.models import Action, log
from publishing.staff.base import PermissionsMixin, RowInline
from publishing.staff.change_lists import SafeListAdmin


class PasswordReset(views.PasswordResetView):
    """PasswordResetView, rate-limited per visitor, so that nobody can flood a user's inbox."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_over_limit(request, PASSWORD_RESETS):
            return too_many_requests(request, minutes=PASSWORD_RESETS.seconds // 60)
        return super().post(request, *args, **kwargs)


def permissions_of(user: Any) -> QuerySet[Permission]:
    """Return the permissions that a user has, or would have if the account were active."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()


def may_manage(user: Any, other: Any) -> bool:
    """Return whether `other` has no permission that `user` lacks."""
    if user.is_superuser:
        return True
    missing = permissions_of(other).exclude(pk__in=permissions_of(user).values("pk"))
    return not other.is_superuser and not missing.exists()


class LoggedAdmin(PermissionsMixin, SafeListAdmin):
    """ModelAdmin that logs changes of accounts in the audit log, in words and without contents."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        log(obj, Action.ADDED, request.user, message_text(message))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        log(obj, Action.CHANGED, request.user, message_text(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for record in queryset:
            log(record, Action.PURGED, request.user)
        return super().log_deletions(request, queryset)


def message_text(message: Any) -> str:
    """Return a message of the admin's log as staff read it."""
    text = message if isinstance(message, str) else json.dumps(message)
    return LogEntry(change_message=text).get_change_message()


class TieInline(RowInline):
    model = Tie
    fields = ("city", "network")
    autocomplete_fields = ("city", "network")


# The lists of axes, which answer as ours do.
for name in ("AccessAttempt", "AccessLog", "AccessFailureLog"):
    model, its_own = getattr(axes_models, name), getattr(axes_admin, f"{name}Admin")
    admin.site.unregister(model)
    admin.site.register(model, type(its_own.__name__, (SafeListAdmin, its_own), {}))

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class PersonAdmin(LoggedAdmin, auth_admin.UserAdmin):
    list_display = (
        "username",
        "whole_name",
        "email",
        "roles",
        "tied_to",
        "is_active",
        "last_login",
    )
    list_filter = ("groups", "is_active", "is_superuser")
    search_help_text = _("Words of the name, the username or the email address.")
    inlines = (TieInline,)
    # Only users who have every permission may grant these.
    for_superusers = ("is_superuser", "user_permissions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.prefetch_related("groups", "ties__city", "ties__network")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        fields = ["is_active", "is_staff", "groups"]
        if request.user.is_superuser:
            fields += self.for_superusers
        return (
            (None, {"fields": ("username", "password")}),
            (_("Person"), {"fields": ("first_name", "last_name", "email")}),
            (
                _("What the person may do"),
                {
                    "fields": fields,
                    "description": _(
                        "Contributors write drafts, editors look after drafts, publishers decide "
                        "what visitors see, administrators look after people too. Further down you "
                        "can tie the person to cities or networks: then they see and change only "
                        "those. Without a tie they see everything; superusers always do."
                    ),
                },
            ),
            (_("For staff"), {"fields": ("last_login", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "last_login", "date_joined")

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        # Django asks for name and password first, and for the rest once the account exists.
        return self.inlines if obj else ()

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple()
            kwargs["help_text"] = _("Each of the four may do what the one before may.")
            kwargs["queryset"] = assignable_groups(request.user)
            kwargs["label"] = _("Roles")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return may_manage(request.user, record)

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return may_manage(request.user, record)

    @admin.display(description=_("name"), ordering="last_name")
    def whole_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description=_("roles"))
    def roles(self, user: User) -> str:
        if user.is_superuser:
            return gettext("Superuser")
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description=_("only"))
    def tied_to(self, user: Any) -> str:
        return ", ".join(str(tie) for tie in user.ties.all())


def assignable_groups(user: Any) -> QuerySet[Group]:
    """Return the groups without a permission that the user lacks."""
    if user.is_superuser:
        return Group.objects.all()
    missing = Permission.objects.exclude(pk__in=permissions_of(user).values("pk"))
    return Group.objects.exclude(permissions__in=missing)


@admin.register(Group)
class RoleAdmin(LoggedAdmin, auth_admin.GroupAdmin):
    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return assignable_groups(request.user).filter(pk=record.pk).exists()

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return self.may_change(request, record)

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions" and not request.user.is_superuser:
            kwargs["queryset"] = permissions_of(request.user).distinct()
        return super().formfield_for_manytomany(db_field, request, **kwargs)
