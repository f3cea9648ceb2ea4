"""Pages on paper, in narrow windows, and for people who ask for more contrast."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal(live_server):
    """Make a city with a profile, an event, and enough years for wide tables."""
    intakes = [
        factories.intake(
            year=year,
            announced_on=f"{year}-02-14",
            cities_total=total,
            cities_announced=40,
            countries_total=80,
        )
        for year, total in ((2019, 170), (2020, 230), (2022, 294), (2024, 356))
    ]
    for intake in intakes:
        factories.city(name=f"Castle {intake.year}", joined_year=intake.year, intake=intake)
    profile = (
        '<p>See <a href="/news/">the news</a><sup><a href="https://example.org/a">1</a></sup>.</p>'
        '<h2>Sources</h2><ol><li><a href="https://example.org/a">A paper</a></li></ol>'
    )
    factories.city(name="York", profile=profile)
    factories.event(name="Fair", starts_on="2099-01-01")
    return live_server.url


def shown(page, words):
    return [one.is_visible() for one in page.get_by_text(words, exact=False).all()]


def test_a_printed_page_has_its_address_and_the_addresses_of_its_links(new_page, portal):
    page = new_page()
    page.goto(f"{portal}/cities/york/")
    assert not any(shown(page, "Data last changed on"))
    page.emulate_media(media="print")
    assert shown(page, f"{portal}/cities/york/")[-1]
    assert shown(page, "Data last changed on") == [True]
    after = "link => getComputedStyle(link, '::after').content"
    links = page.locator(".prose a")
    contents = [links.nth(number).evaluate(after) for number in range(3)]
    assert contents == ['" (/news/)"', "none", '" (https://example.org/a)"']


def test_paper_has_no_buttons_and_no_words_of_the_interface(new_page, portal):
    page = new_page()
    for path, words in (
        ("/cities/", "Sort by"),
        ("/cities/", "Atom"),
        ("/cities/york/", "Report a mistake"),
        ("/events/", "to your calendar"),
        ("/news/", "Home"),
    ):
        page.goto(portal + path)
        page.emulate_media(media="print")
        assert not any(shown(page, words)), (path, words)


@pytest.mark.parametrize("path", ["/numbers/", "/cities/?view=table", "/networks/", "/events/"])
def test_no_page_scrolls_sideways_in_a_landscape_phone(new_page, portal, path):
    page = new_page()
    page.goto(portal + path)
    for width in (320, 640, 650, 660, 672):
        page.set_viewport_size({"width": width, "height": 400})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_soft_words_become_ink_for_those_who_ask_for_more_contrast(new_page, portal):
    page = new_page()
    page.goto(f"{portal}/events/")
    colour = "word => getComputedStyle(word).color"
    soft, ink = page.locator("main .meta").first, page.locator("h1")
    assert soft.evaluate(colour) != ink.evaluate(colour)
    page.emulate_media(contrast="more")
    assert soft.evaluate(colour) == ink.evaluate(colour)


def test_the_summary_of_errors_takes_the_focus_and_leads_to_the_fields(new_page, portal):
    for scripts in (True, False):
        page = new_page(java_script_enabled=scripts)
        page.goto(f"{portal}/report/")
        page.locator(".report-form button").click()
        summary = page.locator(".error-summary")
        assert page.title().startswith("Error: ")
        assert page.locator(".error-summary:focus").count() == summary.count() == 1
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type("The year is wrong.")
        assert page.locator("#id_message").input_value() == "The year is wrong."
