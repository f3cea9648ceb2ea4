"""The limit of failed sign-ins from one address, whatever the names: against guessing widely.

Axes limits the wrong passwords for one name from one address. Nobody can lock somebody else out:
both count what comes from the address of the attacker alone.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from portal.rate_limits import Limit, has_reached, is_over_limit

FAILURES = Limit("failed-sign-ins", 20, 15 * 60)


class AddressLimit:
    """Authentication backend that refuses an address over the limit, before a password is hashed.

    It comes first and signs nobody in. Axes turns the refusal into its response, and counts none of
    the attempts that are refused, so that a flood of them writes nothing.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        if request is not None and has_reached(request, FAILURES):
            request.axes_locked_out = True  # type: ignore[attr-defined]
            raise PermissionDenied


def count_failure(request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Count a failed sign-in. Receives Django's signal `user_login_failed`."""
    if request is not None and not getattr(request, "axes_locked_out", False):
        is_over_limit(request, FAILURES)
