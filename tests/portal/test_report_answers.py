"""Staff answer a report once; the visitor's address goes with the answer."""

from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from portal.models import Report
from tests import factories

# Mails leave when a transaction has ended.
pytestmark = pytest.mark.django_db(transaction=True)

DONE = {"done_at_0": "2026-11-24", "done_at_1": "09:00"}


class BrokenBackend(EmailBackend):
    def send_messages(self, messages):
        raise SMTPException("The server is away.")


@pytest.fixture
def report():
    factories.city(name="Fez", slug="fez")
    return Report.objects.create(
        address="/cities/fez/", message="The year is wrong.", email="ann@example.org"
    )


@pytest.fixture
def save(admin_client, report):
    """Return a function that saves the report in the desk and returns the words of the page."""

    def save(**fields):
        response = admin_client.post(f"/admin/portal/report/{report.pk}/change/", fields)
        assert response.status_code == 302
        report.refresh_from_db()
        return admin_client.get("/admin/portal/report/").content.decode()

    return save


def test_an_answer_is_mailed_when_the_report_is_dealt_with(report, save):
    save(answer="It is 2015. Thank you.")
    assert mail.outbox == []
    assert "The answer was sent." in save(answer="It is 2015. Thank you.", **DONE)
    [message] = mail.outbox
    assert (message.to, message.subject) == (["ann@example.org"], "Your message about “Fez”")
    for words in ("It is 2015. Thank you.", "The year is wrong.", "/cities/fez/", "deleted your"):
        assert words in message.body
    assert report.answered_at is not None


def test_the_answer_goes_out_once_and_cannot_be_changed_afterwards(report, save):
    save(answer="It is 2015.", **DONE)
    save(answer="It is 2016.", **DONE)
    assert len(mail.outbox) == 1
    assert report.answer == "It is 2015."


@pytest.mark.parametrize("answer", ["", "It is 2015."])
def test_the_address_of_the_visitor_is_deleted_when_the_report_is_dealt_with(report, save, answer):
    assert "ann" in report.words_key
    save(answer=answer, **DONE)
    assert report.email == ""
    assert "ann" not in report.words_key
    assert len(mail.outbox) == bool(answer)


def test_an_answer_that_could_not_be_sent_can_be_sent_again(report, save, settings, caplog):
    works, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.BrokenBackend"
    assert "The answer could not be sent." in save(answer="It is 2015.", **DONE)
    assert (report.email, report.answered_at) == ("ann@example.org", None)
    assert caplog.messages[-1] == "The answer to a report could not be sent."
    settings.EMAIL_BACKEND = works
    save(answer="It is 2015.", **DONE)
    assert [message.to for message in mail.outbox] == [["ann@example.org"]]


def test_a_report_without_an_address_has_no_answer_to_write(report, admin_client):
    url = f"/admin/portal/report/{report.pk}/change/"
    assert 'name="answer"' in admin_client.get(url).content.decode()
    Report.objects.update(email="")
    assert 'name="answer"' not in admin_client.get(url).content.decode()
