# ruff: noqa: E501 (a sentence of a page stands on one line)
"""The pages on privacy and accessibility say only what the product does.

Each of their sentences stands here with the tests that hold it, or with the reason why there is
none. A sentence that is new or changed fails until it has its own.
"""

import re
from pathlib import Path

import pytest
from axes.models import AccessLog
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.models import Report
from portal.rate_limits import REPORTS, RequestCount
from portal.retention import IMPORT_DAYS, REPORT_DAYS, SIGN_IN_DAYS, UNSAVED_DAYS
from publishing.content.text_index import plain_lines
from tests import factories
from tools.browser_floor import FLOOR, READABLE

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "portal" / "starter" / "texts" / "pages"
REPORT_FORM = "tests/portal/test_report_form.py"
PERSONAL = "tests/portal/test_personal_data.py"
ANSWERS = "tests/portal/test_report_answers.py"
HERE = "tests/portal/test_promises.py"
WALK = "tests/browser/test_walks.py::test_a_visitor_gets_everything_done_in_each_way"
TEXT_BROWSER = (
    "tests/text_browser/test_walks.py::test_every_kind_of_page_can_be_read_in_a_text_browser"
)
AIM = "an aim, not a claim"
WISH = "says what to do"

PRIVACY = {
    "You can read this portal without telling us anything about yourself.": f"{HERE}::test_no_page_for_readers_sets_a_cookie",
    "We set no cookies while you read.": f"{HERE}::test_no_page_for_readers_sets_a_cookie",
    "Only the form for reporting a mistake sets one.": f"{HERE}::test_no_page_for_readers_sets_a_cookie",
    "We have no accounts for visitors, and we do not count who reads what.": f"{HERE}::test_reading_leaves_no_row",
    "Fonts, maps and images come from this server, so no one else is told of your visit.": "tests/portal/test_headers.py::test_no_page_requests_another_site",
    "If you follow a link with a tracking code, such as utm_source or fbclid, we remove the code from the address.": "tests/portal/test_tracking.py::test_a_tracking_code_is_taken_off_the_address_of_every_public_page",
    "We keep your message, the page it is about, and the link and email address if you give them.": f"{HERE}::test_a_report_holds_no_more_than_the_page_on_privacy_says",
    "We use your email address only to answer you.": f"{HERE}::test_the_copy_of_a_message_has_no_address_of_its_writer",
    "We delete it when we have dealt with your report.": f"{ANSWERS}::test_the_address_of_the_visitor_is_deleted_when_the_report_is_dealt_with",
    f"We delete the report {REPORT_DAYS} days after we received it.": "tests/portal/test_retention.py::test_only_what_has_been_kept_for_its_whole_time_is_deleted",
    "The people who run the portal may get a copy of your message by email.": "tests/portal/test_feedback.py::test_a_report_is_stored_and_mailed_to_the_managers",
    "The copy does not include your email address.": f"{HERE}::test_the_copy_of_a_message_has_no_address_of_its_writer",
    "The form sets one cookie, which protects it against misuse by other sites.": f"{REPORT_FORM}::test_the_cookie_of_the_form_ends_with_the_visit",
    "The cookie ends when you close your browser.": f"{REPORT_FORM}::test_the_cookie_of_the_form_ends_with_the_visit",
    "To prevent spam, we count the messages from your network address for one hour.": f"{HERE}::test_messages_are_counted_for_an_hour_without_the_address",
    "We store a code in place of the address.": "tests/portal/test_rate_limits.py::test_no_ip_address_is_stored",
    "We keep your account, and a record of what you changed and when.": "the history of each record, for staff",
    "We set cookies while you are signed in.": "Django's session, for staff",
    f"We keep attempts to sign in, with the network address and the browser, for {SIGN_IN_DAYS} days.": f"{HERE}::test_a_sign_in_is_kept_with_its_network_address_and_browser",
    f"We keep what you typed and did not save for {UNSAVED_DAYS} days, and the file of an import for {IMPORT_DAYS} days.": "tests/portal/test_retention.py::test_only_what_has_been_kept_for_its_whole_time_is_deleted",
    "The portal logs its errors, failed attempts to sign in, and the address of each page that it cannot find.": f"{HERE}::test_the_log_does_not_say_who_made_a_request",
    "The log does not say who made the request.": f"{HERE}::test_the_log_does_not_say_who_made_a_request",
    "The web server in front of the portal may keep a log of its own.": "not the portal's",
    "You can ask what we hold about you, and ask us to correct or delete it.": f"{PERSONAL}::test_a_person_gets_a_copy_of_all_that_names_them_without_secrets",
    "If you worked on the portal, your name and address can be removed, and what you published stays.": f"{PERSONAL}::test_an_erased_person_is_named_nowhere_and_what_they_did_stays",
    "Use the form to report a mistake.": WISH,
}


def versions(numbers):
    return ", ".join(f"{browser} {number}" for browser, number in numbers.items())


ACCESSIBILITY = {
    "We want everyone to be able to use this portal: by phone, by keyboard, with a screen reader, with large text, on a slow connection and without JavaScript.": AIM,
    "We aim to meet level AA of the Web Content Accessibility Guidelines (WCAG) 2.2.": AIM,
    "You can read every page and find cities without JavaScript.": TEXT_BROWSER,
    "You can do the main tasks with the keyboard alone, and you can always see where you are.": WALK,
    "You can enlarge pages to 400 per cent without scrolling sideways.": 'tools/audit/axe.py::Viewport("400 % zoom"',
    "The colours follow the light or dark setting of your device.": "portal/static/tokens.css::prefers-color-scheme: dark",
    "They are stronger if your device asks for more contrast.": "portal/static/tokens.css::prefers-contrast: more",
    "Colour is never the only sign: the name of a region stands next to its colour.": "tests/browser/test_preferences.py::test_forced_colours_apply_to_everything_but_the_colours_of_regions",
    "The cities that you can select on a map are also listed on the same page, except on the home page.": f"{HERE}::test_every_city_on_a_map_is_listed_on_the_same_page",
    "Every chart has its figures as text.": f"{HERE}::test_the_charts_have_their_figures_as_text",
    "Nothing moves if you have asked your device for less motion.": "tests/browser/test_preferences.py::test_no_animation_runs_with_reduced_motion",
    "The map on the home page has no list.": "a fault",
    "Its cities are in the list of all cities.": "a link",
    "On the page of an intake, the grey dots on the map have no names.": "a fault",
    "Dots of neighbouring cities can overlap on a map.": "a fault",
    "Some names in other languages are not marked with their language.": "a fault",
    "The portal is in English only.": "a fault",
    f"The portal works best in {versions(FLOOR)} and later versions.": "tests/test_browser_floor.py::test_no_young_feature_is_used_without_a_guard",
    f"In {versions(READABLE)} and later versions you can read and use every page, but some look simpler.": "tools/browser_floor.py::READABLE",
    "Automatic checks (axe-core) run on every kind of page, in light and dark colours and at several widths.": 'tools/audit/axe.py::schemes: tuple[Scheme, ...] = ("light", "dark")',
    "Automatic tests do the main tasks by keyboard alone and without JavaScript.": WALK,
    "No one who uses a screen reader every day has tested the portal yet.": "a fault",
    "Use the form to report a mistake.": WISH,
    "Tell us which page it was and what you use.": WISH,
}


def sentences(name):
    """Return the sentences of a page, without its headings."""
    html = re.sub(r"<h2>.*?</h2>", "", (PAGES / f"{name}.html").read_text())
    lines = plain_lines(html).splitlines()
    return [part for line in lines for part in re.split(r"(?<=[a-z0-9)][.])\s+(?=[A-Z])", line)]


@pytest.mark.parametrize(("page", "held"), [("privacy", PRIVACY), ("accessibility", ACCESSIBILITY)])
def test_every_sentence_of_the_page_is_held_by_a_test_or_claims_nothing(page, held):
    assert sentences(page) == list(held)


@pytest.mark.parametrize(
    "where", sorted({one for one in [*PRIVACY.values(), *ACCESSIBILITY.values()] if "::" in one})
)
def test_what_holds_a_sentence_exists(where):
    path, name = where.split("::")
    text = (ROOT / path).read_text()
    assert f"def {name}(" in text or (not name.startswith("test_") and name in text)


@pytest.fixture
def records():
    city = factories.city(
        name="Fez", latitude=34, longitude=-5, joined_year=2015, intake=factories.intake(year=2015)
    )
    factories.city(name="Rabat", country=city.country, latitude=34, longitude=-7)
    network = factories.network(cities=[city])
    organisation = factories.organisation()
    organisation.cities.add(city)
    theme = factories.theme()
    theme.cities.add(city)
    return [city, city.country, network, organisation, theme, city.intake]


LISTS = (
    "/ /cities/ /cities/?view=map /countries/ /networks/ /news/ /events/ /numbers/ /search/?q=fez"
)


@pytest.mark.django_db
def test_no_page_for_readers_sets_a_cookie(client, records):
    for path in [*LISTS.split(), *(record.get_absolute_url() for record in records)]:
        assert client.get(path).cookies == {}, path
    assert list(client.get("/report/").cookies) == ["csrftoken"]


@pytest.mark.django_db
def test_reading_leaves_no_row(client, records, django_assert_num_queries):

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for path in LISTS.split():
            client.get(path)
    written = [q["sql"] for q in queries if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert written == []


def test_a_report_holds_no_more_than_the_page_on_privacy_says():
    of_visitor = {"address", "message", "source_url", "email"}
    of_staff = {"id", "received_at", "done_at", "answer", "answered_at", "note", "words_key"}
    assert {field.name for field in Report._meta.get_fields()} == of_visitor | of_staff


@pytest.mark.django_db
def test_the_copy_of_a_message_has_no_address_of_its_writer(client, settings):
    settings.MANAGERS = [("", "editors@example.org")]
    client.post("/report/", {"message": "Wrong.", "email": "ann@example.org"})
    [letter] = mail.outbox
    assert "ann" not in str(letter.message())


@pytest.mark.django_db
def test_messages_are_counted_for_an_hour_without_the_address(client):
    assert REPORTS.seconds == 3600
    client.post("/report/", {"message": "Wrong."}, REMOTE_ADDR="8.8.4.4")
    [row] = RequestCount.objects.values()
    assert "8.8.4.4" not in str(row)


@pytest.mark.django_db
def test_a_sign_in_is_kept_with_its_network_address_and_browser(client):
    user = factories.user("Editors")
    user.set_password("right words")
    user.save()
    data = {"username": user.email, "password": "right words"}
    client.post("/admin/login/", data, REMOTE_ADDR="8.8.4.4", headers={"User-Agent": "Any 1.0"})
    [row] = AccessLog.objects.all()
    assert (row.ip_address, row.user_agent) == ("8.8.4.4", "Any 1.0")


@pytest.mark.django_db
def test_the_log_does_not_say_who_made_a_request(client, caplog):
    visitor = {"REMOTE_ADDR": "8.8.4.4", "headers": {"User-Agent": "Any 1.0"}}
    client.get("/no/such/page/", **visitor)
    assert caplog.messages == ["Not Found: /no/such/page/"]
    for _ in range(5):
        data = {"username": "ann@example.org", "password": "wrong"}
        client.post("/admin/login/", data, **visitor)
    assert "login failure" in caplog.text
    for said in ("8.8.4.4", "Any 1.0", "ann@"):
        assert said not in caplog.text


@pytest.mark.django_db
def test_every_city_on_a_map_is_listed_on_the_same_page(client, records):
    paths = ["/cities/?view=map", "/regions/arab-states/", *(r.get_absolute_url() for r in records)]
    for path in paths:
        html = client.get(path).content.decode()
        maps = re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)
        on_maps = set(re.findall(r'href="(/cities/[a-z-]+/)"', " ".join(maps)))
        listed = re.sub(r"<svg viewBox.*?</svg>", "", html, flags=re.DOTALL)
        # The city whose page it is needs no list.
        missing = {city for city in on_maps - {path} if f'href="{city}"' not in listed}
        assert not missing, path


@pytest.mark.django_db
def test_the_charts_have_their_figures_as_text(client):
    factories.intake(year=2015, cities_total=12, announced_on="2015-09-28")
    factories.intake(year=2024, cities_total=356, announced_on="2024-02-14")
    for path in ("/", "/numbers/"):
        html = client.get(path).content.decode()
        assert 'class="chart' in html
        text = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
        assert "356" in text
        assert "12" in text
