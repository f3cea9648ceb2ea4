"""Letters about reported mistakes: to whom they go, and what stands in their subject."""

import subprocess
import sys

import pytest
from django.core import mail

from portal.models import Report
from tests.settings import ENVIRONMENT

ODD = [
    ("/cities/?x=1\r\nBcc: evil@example.org", "/cities/?x=1 Bcc: evil@example.org"),
    ("/cities/?x=1\nSubject: no", "/cities/?x=1 Subject: no"),
    ("/cities/?\x0bx\x1f=\x7f1", "/cities/? x=1"),
    ("/cities/?q=\u2028\u2029a\u202eb", "/cities/?q= ab"),
    ("/cities/?q=Écully 北京", "/cities/?q=Écully 北京"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "kept"), ODD, ids=[ascii(kept) for _address, kept in ODD])
@pytest.mark.parametrize("managers", [[], [("", "editors@example.org")]], ids=["nobody", "editors"])
def test_an_address_of_several_lines_is_kept_on_one(client, settings, managers, address, kept):
    settings.MANAGERS = managers
    response = client.post("/report/", {"address": address, "message": "Wrong.\r\nTwice."})
    assert response.status_code == 302
    [report] = Report.objects.all()
    assert report.address == kept
    assert len(mail.outbox) == len(managers)
    for letter in mail.outbox:
        assert letter.subject.endswith(f"A mistake was reported: {kept}")
        assert letter.recipients() == ["editors@example.org"]


def managers_with(value: str) -> str:
    code = "from django.conf import settings; print(settings.MANAGERS)"
    environment = ENVIRONMENT | {
        "REPORT_EMAILS": value,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_the_environment_says_who_gets_the_letters():
    assert managers_with("") == "[]"
    both = "[('', 'a@example.org'), ('', 'b@example.org')]"
    assert managers_with("a@example.org, b@example.org") == both
