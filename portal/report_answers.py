"""Answers to reports of mistakes: mailed once, after which the visitor's address is deleted."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone

from portal.models import Report, Site
from portal.reported_page import reported_page
from publishing.content.mail import is_set_up

logger = logging.getLogger(__name__)


def close(report: Report) -> bool | None:
    """Send the answer of a report that is dealt with, and delete the visitor's address.

    Returns True if it was sent, False if it could not be, and None if there was nothing to send.
    The address is kept only for an answer that has to be tried again.
    """
    if not (report.answer and report.is_answerable and is_set_up()):
        forget_address(report)
        return None
    # Of two people who save it at the same time, one sends it.
    rows = Report.objects.filter(pk=report.pk, answered_at=None)
    if not rows.update(answered_at=timezone.now()):
        return None
    is_sent = mail_answer(report)
    if is_sent:
        forget_address(report)
    else:
        Report.objects.filter(pk=report.pk).update(answered_at=None)
    return is_sent


def forget_address(report: Report) -> None:
    """Delete the visitor's address, from the words of the search too."""
    report.email = ""
    report.save(update_fields=["email", "words_key"])


def mail_answer(report: Report) -> bool:
    """Return whether the answer could be sent."""
    page = reported_page(report.address)
    context = {
        "report": report,
        "page": page.title if page else report.address,
        "link": f"{settings.PUBLIC_ADDRESS}{report.address}",
        "site": Site.objects.first(),
    }
    subject, _line, body = render_to_string("mail/report_answer.txt", context).partition("\n")
    try:
        EmailMessage(subject.strip(), body.strip() + "\n", to=[report.email]).send()
    except (OSError, SMTPException):
        logger.exception("The answer to a report could not be sent.")
        return False
    return True
