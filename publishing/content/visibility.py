"""Permission to see hidden records on the public site: drafts, scheduled and archived ones."""

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from django.http import HttpRequest


def may_view_hidden(request: HttpRequest, model: type[Model]) -> bool:
    """Return whether the user is staff and may view hidden records of this model."""
    options = model._meta
    permission = f"{options.app_label}.{get_permission_codename('view', options)}"
    return request.user.is_staff and request.user.has_perm(permission)
