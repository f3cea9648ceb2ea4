"""The limits of managing people: nobody grants a permission that they do not have themselves."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet


def permissions_of(user: Any) -> QuerySet[Permission]:
    """Return the permissions that a user has, or would have if the account were active."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).order_by()


def may_manage(user: Any, other: Any) -> bool:
    """Return whether `other` has no permission that `user` lacks."""
    if user.is_superuser:
        return True
    missing = permissions_of(other).exclude(pk__in=permissions_of(user).values("pk"))
    return not other.is_superuser and not missing.exists()


def assignable_groups(user: Any) -> QuerySet[Group]:
    """Return the groups without a permission that the user lacks."""
    if user.is_superuser:
        return Group.objects.all()
    missing = Permission.objects.exclude(pk__in=permissions_of(user).values("pk"))
    return Group.objects.exclude(permissions__in=missing)
