"""Mail to one person: rendered in the time zone of whoever reads it, and sent without raising.

`send` is for pages that say whether it worked; all other mail is sent after the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from publishing.content.after_answer import after_answer
from publishing.content.moments import zone_of

logger = logging.getLogger(__name__)


def is_set_up() -> bool:
    """Return whether there is a mail server; without one, Django prints mail to the console."""
    return not settings.EMAIL_BACKEND.endswith("console.EmailBackend")


def made_mail(about: str, person: Any, context: Mapping[str, Any]) -> EmailMessage:
    """Return a mail from a template in templates/mail/, whose first line is the subject."""
    with timezone.override(zone_of(person)):
        text = render_to_string(f"mail/{about}.txt", dict(context))
    subject, _line, body = text.partition("\n")
    return EmailMessage(subject.strip(), body.strip() + "\n", to=[person.email])


def send(mail: EmailMessage) -> bool:
    """Send a mail and return whether that worked; a failure is logged."""
    try:
        mail.send()
    except (OSError, SMTPException):
        logger.exception("The mail “%s” could not be sent to %s.", mail.subject, mail.to[0])
        return False
    return True


def send_later(mail: EmailMessage) -> None:
    """Send a mail after the answer; a failure is logged."""
    after_answer(partial(send, mail))
