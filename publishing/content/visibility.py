"""Permissions on kinds of records, and who sees hidden records on the public site."""

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.http import HttpRequest


def permission_to(action: str, model: type[Model]) -> str:
    """Return the name of the permission to do something with records of a model."""
    options = model._meta
    return f"{options.app_label}.{get_permission_codename(action, options)}"


def may_view_hidden(request: HttpRequest, model: type[Model]) -> bool:
    """Return whether the user is staff and may view hidden records of this model."""
    return request.user.is_staff and request.user.has_perm(permission_to("view", model))
