"""Carry the users of a portal in use over from Django's own model to that of the portal, and back.

The steps of migration 0002. Whoever could sign in still can: without an address of their own, with
the former user name.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Exists, OuterRef, Q, QuerySet

OLD, NEW = ("auth", "user"), ("accounts", "user")


def carry_over(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    users = apps.get_model("accounts", "User")._default_manager.using(using)
    # Django let nobody into the desk without this, whatever their roles; now roles are enough.
    shut_out = with_permissions(users.filter(is_staff=False, is_active=True))
    for user in shut_out:
        print(f"{user.former_name} was no member of staff, and was deactivated.")
        type(user)._default_manager.using(using).filter(pk=user.pk).update(is_active=False)
    taken: dict[str, str] = {}
    for user in users.order_by("-is_active", "pk"):
        user.name = f"{user.first_name} {user.last_name}".strip()
        given, user.email = user.email, free_address(user.email, taken)
        if user.email:
            taken[user.email] = user.former_name
        elif user.is_active:
            print(sentence_without_address(user, given, taken))
        user.save(update_fields=["name", "email"])
    rename_kind(apps, using, OLD, NEW)


def take_back(apps: Any, schema_editor: Any) -> None:
    using = schema_editor.connection.alias
    users = apps.get_model("accounts", "User")._default_manager.using(using)
    names = set(users.exclude(former_name=None).values_list("former_name", flat=True))
    for user in users.order_by("pk"):
        if user.former_name is None:
            user.former_name = free_name(user, names)
            names.add(user.former_name)
        first, _space, last = user.name.rpartition(" ")
        user.first_name, user.last_name = (first or last)[:150], (last if first else "")[:150]
        user.email = user.email or ""
        user.is_staff = with_permissions(users.filter(pk=user.pk)).exists()
        user.save()
    rename_kind(apps, using, NEW, OLD)


def with_permissions(users: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of the users who have a role or a permission."""
    groups, permissions = users.model.groups.through, users.model.user_permissions.through
    of_user = {"user": OuterRef("pk")}
    return users.filter(
        Q(is_superuser=True)
        | Exists(groups._default_manager.filter(**of_user))
        | Exists(permissions._default_manager.filter(**of_user))
    )


def free_address(text: str, taken: dict[str, str]) -> str | None:
    """Return an address in normal form; None if it is none, or another user has it."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return None
    return None if address in taken else address


def sentence_without_address(user: Any, given: str, taken: dict[str, str]) -> str:
    """Return a sentence for the operator about a user without an address of their own."""
    text = f"{user.former_name} signs in with this user name until an email address is given"
    if other := taken.get(given.strip().lower()):
        return f"{text}: {other} has the address {given} too."
    return f"{text}: {given} is none." if given else f"{text}."


def free_name(user: Any, taken: set[str]) -> str:
    """Return a user name for somebody who never had one."""
    name = (user.email or f"user-{user.pk}")[:150]
    return f"{name[:120]}-{user.pk}" if name in taken else name


def rename_kind(apps: Any, using: str, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Rename the kind of record in Django's content types and in the history.

    A content type of the new name exists if a migration was interrupted; nothing names it yet.
    """
    types = apps.get_model("contenttypes", "ContentType")._default_manager.using(using)
    if of_old := types.filter(app_label=old[0], model=old[1]).first():
        types.filter(app_label=new[0], model=new[1]).delete()
        of_old.app_label, of_old.model = new
        of_old.save()
    revisions = apps.get_model("publishing", "Revision")._default_manager.using(using)
    revisions.filter(model=".".join(old)).update(model=".".join(new))
