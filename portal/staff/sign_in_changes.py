"""News of changes to a person's sign-in: the mail to them, and the entry in the audit log."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from portal.context_processors import site_context
from publishing.content.mail import is_set_up, made_mail, send
from publishing.content.moments import format_full_moment
from publishing.revisions.models import Action, log


def tell(
    request: HttpRequest, person: Any, change: str, *, by: Any = None, log_it: bool = False
) -> None:
    """Mail a person what was changed about their sign-in, and by whom; log it if that is asked."""
    if log_it:
        log(person, Action.CHANGED, by or person, change)
    if not person.email or not is_set_up():
        return
    context = {
        "person": person,
        "change": change,
        # A function, so that the moment is in the time zone of the one who reads it.
        "moment": partial(format_full_moment, timezone.now()),
        "by": by,
    }
    send(made_mail("sign_in_changed", person, site_context(request) | context))
