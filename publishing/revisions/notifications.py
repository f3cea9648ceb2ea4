"""Mail to staff about drafts: submitted, returned, published, failed.

Nothing is sent where no mail server is set up; the pages of the desk show the same.
"""

import logging
from collections.abc import Iterable
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth import get_permission_codename, get_user_model
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from publishing.content.scope import is_within
from publishing.revisions.models import Revision

logger = logging.getLogger(__name__)


def is_set_up() -> bool:
    """Return whether there is a mail server; without one, Django prints mail to the console."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def publishers_of(model: type[models.Model]) -> Iterable[Any]:
    """Return the staff with an e-mail address who may publish this kind of record."""
    codename = get_permission_codename("publish", model._meta)
    people: Any = get_user_model()._default_manager
    return people.with_perm(  # type: ignore[no-any-return]
        f"{model._meta.app_label}.{codename}", backend="django.contrib.auth.backends.ModelBackend"
    ).filter(is_staff=True)


def tell_publishers(record: models.Model, review: Revision, request: HttpRequest) -> None:
    """Tell those who may publish a record that its review is asked for."""
    people = [
        person
        for person in publishers_of(type(record))
        if person != request.user and is_within(record, person)
    ]
    tell(people, "submitted", review, request)


def tell_author(
    draft: Revision, request: HttpRequest, *, returned: Revision | None = None, scheduled: str = ""
) -> None:
    """Tell the author that somebody else returned the draft, or published or scheduled it."""
    if not draft.author or draft.author == request.user:
        return
    if returned:
        tell([draft.author], "returned", returned, request)
        return
    context = {"publisher": str(request.user), "scheduled": scheduled}
    tell([draft.author], "published", draft, request, **context)


def tell(
    people: Iterable[Any], about: str, draft: Revision, request: HttpRequest | None, **context: Any
) -> None:
    """Send a mail about a draft after the transaction commits.

    `about` names the template in templates/mail/, whose first line is the subject. A mail that
    cannot be sent is logged and stops nothing.
    """
    addresses = sorted({person.email for person in people if person.email and person.is_active})
    if not addresses or not is_set_up():
        return
    info = draft.model.replace(".", "_")
    path = reverse(f"admin:{info}_change", args=[draft.object_pk])
    address = request.build_absolute_uri(path) if request else path
    text = render_to_string(f"mail/{about}.txt", {"draft": draft, "address": address, **context})
    subject, _line, body = text.partition("\n")
    mails = [EmailMessage(subject.strip(), body.strip() + "\n", to=[to]) for to in addresses]
    transaction.on_commit(partial(_send, mails))


def _send(mails: list[EmailMessage]) -> None:
    for mail in mails:
        try:
            mail.send()
        except (OSError, SMTPException):
            logger.exception("A mail about a draft could not be sent to %s.", mail.to[0])
