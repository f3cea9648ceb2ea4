"""Admin of people: inviting, roles, and ties to cities and networks.

Administrators manage users within their own permissions: nobody grants a permission that they do
not have, or takes over the account of a user who has more.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.models import Tie
from portal.roles import GROUPS
from portal.staff.account_views import AccountViews, account_state, say_link
from portal.staff.confirmation import confirmed_method
from portal.staff.management_rights import assignable_groups, may_manage, permissions_of
from portal.staff.person_form import PersonForm
from publishing.content.moments import format_moment
from publishing.revisions.models import Action, log
from publishing.staff.base import RowInline, report_change
from publishing.staff.change_lists import SafeListAdmin
from publishing.staff.permissions import PermissionsMixin


class LoggedAdmin(PermissionsMixin, SafeListAdmin):
    """ModelAdmin that logs changes of accounts in the audit log, in words and without contents.

    Each needs a confirmation of who makes it.
    """

    @confirmed_method
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: HttpResponse = super().changeform_view(request, *args, **kwargs)
        return page

    @confirmed_method
    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: HttpResponse = super().changelist_view(request, *args, **kwargs)
        return page

    @confirmed_method
    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page: HttpResponse = super().delete_view(request, *args, **kwargs)
        return page

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        log(obj, Action.ADDED, request.user, message_text(message))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        log(obj, Action.CHANGED, request.user, message_text(message))
        return super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return report_change(super(), request, obj)

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

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for name in ("add", "change", "delete", "view"):
            # Cities and networks are chosen here, not edited.
            setattr(getattr(field, "widget", None), f"can_{name}_related", False)
        return field

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return an empty row for a new person, so that a city needs no click for a row."""
        return 0 if obj else 1


class StatusFilter(admin.SimpleListFilter):
    title = _("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("active", _("Active")),
            ("invited", _("Invited, no password yet")),
            ("deactivated", _("Deactivated")),
            ("no-address", _("Without an email address")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "active":
                return queryset.filter(is_active=True)
            case "invited":
                unusable = {"password__startswith": UNUSABLE_PASSWORD_PREFIX}
                return queryset.filter(is_active=True, **unusable)
            case "deactivated":
                return queryset.filter(is_active=False)
            case "no-address":
                return queryset.filter(email=None, is_active=True)
        return queryset


class RoleFilter(admin.RelatedFieldListFilter):
    """RelatedFieldListFilter of Django's groups, under the word of the desk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = gettext("role")


@admin.register(User)
class PersonAdmin(LoggedAdmin):
    form = PersonForm
    list_display = ("__str__", "address", "role", "tied_to", "status", "signed_in")
    list_filter = (StatusFilter, ("groups", RoleFilter))
    search_fields = ("name", "email", "former_name")
    search_help_text = _("Searches names and email addresses.")
    ordering = ("name", "email", "pk")
    inlines = (TieInline,)
    # Only users who have every permission may grant these.
    for_superusers = ("is_superuser", "user_permissions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request)
        return rows.prefetch_related("groups", "ties__city", "ties__network")

    def get_urls(self) -> list[URLPattern]:
        return [*AccountViews(self).urls(), *super().get_urls()]

    # -- The form ------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: list[tuple[Any, Any]] = [(None, {"fields": ("name", "email", "role")})]
        more = ["groups"] if other_groups(request.user).exists() else []
        if obj is not None and request.user.is_superuser:
            more += self.for_superusers
        if more:
            fieldsets.append((_("More permissions"), {"fields": more, "classes": ("collapse",)}))
        return fieldsets

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        # `role` is a field of the form alone.
        kwargs["fields"] = [
            name
            for _title, options in self.get_fieldsets(request, obj)
            for name in options["fields"]
            if name != "role"
        ]
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.manager = request.user
        return form

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple()
            kwargs["help_text"] = _("Roles that you have added, on top of one of the four.")
            kwargs["queryset"] = other_groups(request.user)
            kwargs["label"] = _("Further roles")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        invite = {"title": gettext("Invite a colleague")} if object_id is None else {}
        context = invite | (extra_context or {})
        response = super().changeform_view(request, object_id, form_url, context)
        # After the transaction: a mail server that does not answer must not lock the database.
        if (invited := getattr(request, "invited", None)) is not None:
            say_link(request, invited)
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = context.get("original")
        context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if record is not None:
            context["account"] = account_state(request, self, record)
            # The name is the heading; Django would repeat it below one.
            context |= {"title": str(record), "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, *args: Any) -> None:
        own = form.cleaned_data.get("groups")
        super().save_related(request, form, *args)
        if own is not None:
            # The field has only the further roles.
            form.instance.groups.set(own)
        form.save_role()

    def response_add(self, request: HttpRequest, obj: Any, *args: Any) -> HttpResponse:
        request.invited = obj  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:accounts_user_changelist"))

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return may_manage(request.user, record)

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return may_manage(request.user, record)

    # -- The list ------------------------------------------------------------------------

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"title": gettext("People")} | (extra_context or {})
        )

    @admin.display(description=_("email address"), ordering="email")
    def address(self, user: User) -> str:
        if user.email:
            return user.email
        return gettext("None: signs in as “%s”") % user.former_name

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        if user.is_superuser:
            return gettext("Superuser")
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description=_("limited to"))
    def tied_to(self, user: Any) -> str:
        return ", ".join(str(tie) for tie in user.ties.all())

    @admin.display(description=_("last signed in"), ordering="last_login")
    def signed_in(self, user: User) -> str:
        return format_moment(user.last_login)

    @admin.display(description=_("account"), ordering="is_active")
    def status(self, user: User) -> str:
        return user.status


def other_groups(user: Any) -> QuerySet[Group]:
    """Return the groups besides the four of the portal that a user may assign."""
    return assignable_groups(user).exclude(name__in=GROUPS)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(LoggedAdmin, auth_admin.GroupAdmin):
    # Django's two lists do not fit a phone, and give a name to an icon without a role.
    filter_horizontal = ()

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        return assignable_groups(request.user).filter(pk=record.pk).exists()

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        return self.may_change(request, record)

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        if db_field.name == "permissions":
            kwargs["widget"] = forms.CheckboxSelectMultiple()
            if not request.user.is_superuser:
                kwargs["queryset"] = permissions_of(request.user).distinct()
        return super().formfield_for_manytomany(db_field, request, **kwargs)
