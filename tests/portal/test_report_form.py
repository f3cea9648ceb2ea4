"""The form "Report a mistake": its page, its errors, its limit and its cookie."""

import pytest
from django.core import mail

from cities.models import Region
from portal.models import MenuItem, Report
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

WRONG = {"message": "", "source_url": "the census", "email": "ann"}


def shown_page(client, page, **headers):
    """Return the title and the address of the page that the form names, or None."""
    parsed = parse(client.get("/report/", {"page": page} if page else {}, headers=headers))
    _before, is_named, after = parsed.text.partition("Page: ")
    [address] = [
        field.get("value")
        for field in parsed.attributes("input")
        if field.get("id") == "id_address"
    ]
    if not is_named:
        assert not address
        return None
    words = {words for words, link in parsed.links if link == address and after.startswith(words)}
    return max(words, key=len), address


def test_the_form_names_the_page_by_its_title(client):
    city = factories.city(name="Fez", slug="fez")
    intake = factories.intake(year=2015)
    for page, title in (
        ("/cities/fez/", "Fez"),
        (city.country.get_absolute_url(), city.country.name),
        ("/intakes/2015/", str(intake)),
        (f"/regions/{Region.AFRICA.value}/", "Africa"),
        ("/cities/?country=ma", "Cities"),
        ("/", "Home page"),
    ):
        assert shown_page(client, page) == (title, page)


def test_the_title_of_a_list_is_that_of_the_menu(client):
    assert shown_page(client, "/networks/") == ("Networks", "/networks/")
    MenuItem.objects.filter(address="/networks/").update(label="Partnerships")
    assert shown_page(client, "/networks/") == ("Partnerships", "/networks/")


def test_pages_of_others_and_pages_that_nobody_may_read_are_ignored(client):
    factories.city(slug="hidden", published_at=None)
    for page in (
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/no-such-page/",
        "/cities/nowhere/",
        "/cities/hidden/",
        "/regions/anything%20at%20all/",
        "/intakes/1999/",
        "/admin/",
        "/shared/buy-now/",
        "/report/",
        "/cities/export.csv",
        "\\0",
    ):
        assert shown_page(client, page) is None, page
        response = client.post("/report/", {"address": page, "message": "Wrong."})
        assert response.status_code == 302, page
    assert set(Report.objects.values_list("address", flat=True)) == {"/"}


def test_the_link_in_the_footer_leads_to_a_form_about_the_same_page(client):
    factories.city(name="Fez", slug="fez")
    host = "http://testserver"
    assert shown_page(client, "", referer=f"{host}/cities/fez/") == ("Fez", "/cities/fez/")
    assert shown_page(client, "", referer="https://evil.example/cities/fez/") is None
    assert shown_page(client, "", referer="http://[") is None


def test_errors_are_listed_first_with_links_to_their_fields_and_named_in_the_title(client):
    page = parse(client.post("/report/", WRONG))
    errors = [
        ("Write what is wrong", "#id_message"),
        ("Enter a web address, like https://www.ons.gov.uk, or leave this empty", "#id_source_url"),
        ("Enter an email address, like name@example.org, or leave this empty", "#id_email"),
    ]
    assert [link for link in page.links if link in errors] == errors
    ids = page.values("id")
    assert {address[1:] for _words, address in errors} <= set(ids)
    [summary] = [given for given in page.attributes("div") if "autofocus" in given]
    assert (summary["class"], summary["tabindex"]) == ("error-summary", "-1")
    assert "There is a problem" in page.text


def test_the_title_begins_with_the_error(client):
    wrong, right = client.post("/report/", WRONG), client.get("/report/")
    assert "<title>Error: Report a mistake – " in wrong.content.decode()
    assert "<title>Report a mistake – " in right.content.decode()


def test_a_field_with_an_error_is_marked_and_refers_to_its_sentence(client):
    page = parse(client.post("/report/", WRONG))
    fields = {
        given["id"]: given
        for given in page.attributes("textarea") + page.attributes("input")
        if "id" in given
    }
    for name in WRONG:
        assert fields[f"id_{name}"]["aria-invalid"] == "true"
        assert fields[f"id_{name}"]["aria-describedby"] == f"id_{name}_error"


def test_twenty_accepted_reports_an_hour_come_from_one_address_and_failed_tries_do_not_count(
    client,
):
    right = {"address": "/cities/", "message": "The year is wrong."}
    for _ in range(25):
        assert client.post("/report/", WRONG).status_code == 200
        client.post("/report/", right | {"homepage": "https://spam.example/"})
    for _ in range(20):
        assert client.post("/report/", right).status_code == 302
    response = client.post("/report/", right | {"email": "ann@example.org"})
    assert (response.status_code, response["Retry-After"]) == (429, "3600")
    assert Report.objects.count() == 20
    page = response.content.decode()
    assert "Too many messages have come from your network. You can try again in 60 minutes." in page
    assert "The year is wrong.</textarea>" in page
    assert 'value="ann@example.org"' in page
    assert 'value="/cities/"' in page


def test_a_portal_that_sends_no_mail_asks_for_no_address_and_promises_no_answer(client, settings):
    assert "if you would like an answer" in client.get("/report/").content.decode()
    assert "we will tell you the outcome" in client.get("/report/thanks/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = parse(client.get("/report/"))
    assert "answer" not in page.text
    assert "id_email" not in page.values("id")
    assert "outcome" not in client.get("/report/thanks/").content.decode()
    client.post("/report/", {"message": "Wrong.", "email": "ann@example.org"})
    assert [report.email for report in Report.objects.all()] == [""]
    assert mail.outbox == []


def test_the_cookie_of_the_form_ends_with_the_visit(client):
    cookies = client.get("/report/").cookies
    assert list(cookies) == ["csrftoken"]
    assert (cookies["csrftoken"]["max-age"], cookies["csrftoken"]["expires"]) == ("", "")
