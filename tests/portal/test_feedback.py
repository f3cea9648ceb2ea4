"""Reports of mistakes: a visitor writes one, staff find it in the admin."""

from datetime import UTC, datetime

import pytest
from django.core import mail

from portal.models import Report
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

WEB_ADDRESS = "Enter a web address, like https://www.ons.gov.uk, or leave this empty"
RIGHT = {"address": "/cities/", "message": "The year is wrong."}


def test_every_record_shows_its_last_change_and_a_link_to_report_a_problem(client):
    city = factories.city()
    day = datetime(2024, 2, 14, 12, tzinfo=UTC)
    records = [
        city,
        factories.intake(),
        factories.theme(),
        factories.network(),
        factories.organisation(),
        factories.news_item(),
        factories.event(),
        factories.page(),
    ]
    for record in records:
        type(record).objects.update(updated_at=day)
    paths = [record.get_absolute_url() for record in records]
    # The page of a country changes with its cities, so it has no date of its own.
    for path in [*paths, city.country.get_absolute_url()]:
        page = parse(client.get(path))
        assert "Last changed on 14 February 2024. Report a mistake" in page.text, path
        assert ("Report a mistake", f"/report/?page={path}") in page.links


def test_a_report_is_stored_and_mailed_to_the_managers(client, settings):
    settings.MANAGERS = [("Editors", "editors@example.org")]
    response = client.post("/report/", RIGHT | {"email": "ann@example.org"})
    assert (response.status_code, response["Location"]) == (302, "/report/thanks/")
    [report] = Report.objects.all()
    assert (report.address, report.message, report.email, report.done_at) == (
        "/cities/",
        "The year is wrong.",
        "ann@example.org",
        None,
    )
    [message] = mail.outbox
    assert message.to == ["editors@example.org"]
    assert "Thank you" in client.get("/report/thanks/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"message": ""}, "Write what is wrong"),
        ({"message": " \u200b "}, "Write what is wrong"),
        ({"email": "ann"}, "Enter an email address, like name@example.org, or leave this empty"),
        ({"source_url": "x y"}, WEB_ADDRESS),
        ({"source_url": "ftp://ons.gov.uk/"}, WEB_ADDRESS),
    ],
)
def test_an_invalid_report_is_explained_and_no_typed_text_is_lost(client, wrong, said):
    response = client.post("/report/", RIGHT | {"source_url": "https://example.org/"} | wrong)
    page = response.content.decode()
    assert response.status_code == 200
    assert said in page
    assert not Report.objects.exists()
    if "message" not in wrong:
        assert "The year is wrong." in page


def test_reports_from_bots_are_thanked_and_discarded(client):
    response = client.post("/report/", RIGHT | {"homepage": "https://spam.example/"})
    assert response.status_code == 302
    assert not Report.objects.exists()


def test_staff_deal_with_a_report_and_cannot_change_its_words(admin_client):
    report = Report.objects.create(**RIGHT)
    url = f"/admin/portal/report/{report.pk}/change/"
    assert 'href="/cities/"' in admin_client.get(url).content.decode()
    admin_client.post(
        url, {"message": "x", "done_at_0": "2026-11-24", "done_at_1": "09:00", "note": "Put right."}
    )
    report.refresh_from_db()
    assert (report.message, report.note, report.done_at is not None) == (
        "The year is wrong.",
        "Put right.",
        True,
    )
    assert admin_client.get("/admin/portal/report/add/").status_code == 403
