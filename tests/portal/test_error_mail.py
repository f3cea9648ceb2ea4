"""Letters about errors: one for each kind an hour, few a day, and no data of people."""

import logging
import os
import threading
import time

import pytest
from django.core import mail

from portal import error_mail
from portal.error_mail import ErrorMailHandler, claim
from portal.logging import RequestFilter

pytestmark = pytest.mark.once


@pytest.fixture
def handler(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.ERROR_EMAILS = ["it@example.org"]
    handler = ErrorMailHandler()
    handler.addFilter(RequestFilter())
    error_mail.sent_here.clear()
    return handler


def record_of(error, name="django.request"):
    try:
        raise error
    except type(error):
        import sys

        return logging.LogRecord(
            name,
            logging.ERROR,
            __file__,
            1,
            "Internal Server Error: /x/?q=jane",
            (),
            sys.exc_info(),
        )


def handle(handler, record):
    handler.handle(record)
    for thread in threading.enumerate():
        if getattr(thread, "_target", None) is error_mail.send:
            thread.join()


def test_a_letter_has_the_error_and_its_place_and_no_data(handler):
    reason = "duplicate key of jane@example.org\nDETAIL: Key (name)=(Jane Doe) already exists."
    handle(handler, record_of(ValueError(reason)))
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["it@example.org"], "Error in the portal: ValueError")
    assert "ValueError: duplicate key of …@…\n" in letter.body
    assert "test_error_mail.py" in letter.body
    assert "jane" not in letter.body.lower()


def test_a_second_letter_about_the_same_error_waits_for_an_hour(handler, tmp_path):
    for _ in range(3):
        handle(handler, record_of(ValueError("same place")))
    assert len(mail.outbox) == 1
    handle(handler, record_of(KeyError("another kind")))
    assert len(mail.outbox) == 2
    for file in (tmp_path / "error-mails").iterdir():
        file.rename(file.with_name(file.name.partition("-")[0] + "-0"))
        os.utime(file.with_name(file.name.partition("-")[0] + "-0"), (time.time() - 3700,) * 2)
    handle(handler, record_of(ValueError("same place")))
    assert len(mail.outbox) == 3


def test_no_more_than_twenty_letters_are_sent_in_a_day(handler, tmp_path):
    assert [claim(f"kind {number}") for number in range(22)] == [True] * 20 + [False] * 2
    for file in (tmp_path / "error-mails").iterdir():
        os.utime(file, (time.time() - 25 * 3600,) * 2)
    assert claim("kind 30")
    assert len(list((tmp_path / "error-mails").iterdir())) == 1


def test_without_a_disk_each_process_counts_by_itself(handler, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "file"
    settings.DATA_DIR.touch()
    assert [claim("full disk"), claim("full disk"), claim("another")] == [True, False, True]


def test_refused_hosts_send_no_letter(handler):
    handle(handler, record_of(ValueError("host"), "django.security.DisallowedHost"))
    assert mail.outbox == []


def test_a_mail_server_that_refuses_is_a_warning(handler, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    handle(handler, record_of(ValueError("x")))
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage().startswith("A letter about an error could not be sent: ")
