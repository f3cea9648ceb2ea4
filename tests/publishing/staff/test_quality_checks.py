"""Quality checks of a record before it becomes public."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cities.models import City
from publishing.content.text_references import reference
from publishing.staff.list_filters import check_cases
from publishing.staff.quality_checks import advice_on, alt_text_problem
from tests import factories

pytestmark = pytest.mark.django_db

GOOD = "Wakefield has joined the network of learning cities this week."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def said(record, field):
    return [advice.message for advice in advice_on(record) if advice.field == field]


def about_text(html):
    return said(factories.page(body=html), "body")


def test_a_good_record_has_no_warnings():
    city = factories.city(
        summary=GOOD,
        checked_on=timezone.localdate(),
        profile="<h2>One</h2><h3>Two</h3><h2>Three</h2><p><a href='/cities/'>All cities</a></p>",
        picture=factories.picture(),
    )
    assert advice_on(city) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("IMG_1234.jpg", "is a file name"),
        ("library dome final.PNG", "is a file name"),
        ("IMG_1234", "could stand for any"),
        ("DSC00012", "could stand for any"),
        ("Photo", "could stand for any"),
        ("picture 2", "could stand for any"),
        ("Image (3)", "could stand for any"),
        ("logo.", "could stand for any"),
        ("WhatsApp Image 2024-05-01", "could stand for any"),
    ],
)
def test_vague_alternative_texts_are_a_warning(text, finding):
    assert finding in alt_text_problem(text)


@pytest.mark.parametrize(
    "text",
    ["Readers under a dome", "Photograph of the mayor", "Logo of the college", "Painters at work"],
)
def test_meaningful_alternative_texts_are_no_warning(text):
    assert alt_text_problem(text) == ""


@pytest.mark.parametrize(
    ("summary", "finding"),
    [
        ("", ["There is no summary. Lists and search engines would show it."]),
        ("Short.", ["The summary has 6 characters; between 40 and 300 read best."]),
        (GOOD, []),
        ("x" * 301, ["The summary has 301 characters; between 40 and 300 read best."]),
    ],
)
def test_a_summary_of_the_wrong_length_is_a_warning(summary, finding):
    assert said(factories.city(summary=summary), "summary") == finding


@pytest.mark.parametrize(
    ("days", "finding"),
    [
        (None, ["Nobody has compared this record with its source yet."]),
        (365, []),
        (366, ["The record was last checked more than a year ago."]),
    ],
)
def test_an_old_last_check_is_a_warning(days, finding):
    day = days and timezone.localdate() - timedelta(days=days)
    assert said(factories.city(checked_on=day), "checked_on") == finding


@pytest.mark.parametrize(("days", "is_due"), [(364, False), (365, False), (366, True)])
def test_the_advice_and_the_filter_call_the_same_checks_due(days, is_due):
    city = factories.city(checked_on=timezone.localdate() - timedelta(days=days))
    cases = {name: condition for name, (_label, condition) in check_cases().items()}
    assert bool(said(city, "checked_on")) is is_due
    assert City.objects.filter(cases["due"]).exists() is is_due
    assert City.objects.filter(cases["recent"]).exists() is not is_due


@pytest.mark.parametrize(
    ("html", "finding"),
    [
        ("<h2>One</h2><h3>Two</h3><h4>Three</h4><h2>Four</h2>", []),
        (
            "<h3>Two</h3>",
            ["The heading “Two” is at level 3, but there is no heading of level 2 above it."],
        ),
        (
            "<h2>One</h2><h4>Three</h4>",
            ["The heading “Three” is at level 4, but there is no heading of level 3 above it."],
        ),
    ],
)
def test_headings_out_of_order_are_a_warning(html, finding):
    assert about_text(html) == finding


@pytest.mark.parametrize(
    "words", ["here", "Click <strong>here</strong>!", "Read more →", "https://example.org/a"]
)
def test_links_with_vague_words_are_a_warning(words):
    plain = words.replace("<strong>", "").replace("</strong>", "")
    assert about_text(f'<p><a href="https://example.org/a">{words}</a></p>') == [
        f"The link “{plain}” does not say where it leads."
    ]


def test_links_to_missing_records_are_a_warning():
    city = factories.city(name="Fez")
    draft = factories.city(name="Leeds", published_at=None)
    moved = factories.network(name="Old name")
    moved.slug = "new-name"
    moved.save()
    targets = {
        "good": reference(city),
        "hidden": reference(draft),
        "gone": "record:cities.city:999",
        "page": "/cities/fez/",
        "list": "/cities/?q=a",
        "former": "/networks/old-name/",
        "draft page": "/cities/leeds/",
        "typo": "/citys/",
        "no such page": "/nothing-at-all/",
        "abroad": "https://example.org/nothing/",
        "place": "#top",
    }
    links = "".join(f'<p><a href="{to}">{words}</a></p>' for words, to in targets.items())
    assert about_text(links) == [
        f"The link “{words}” leads to a page that is not public or does not exist."
        for words in ("hidden", "gone", "draft page", "typo", "no such page")
    ]


def test_pictures_in_a_text_and_of_the_record_are_checked():
    weak = factories.picture(title="The dome", alternative_text="IMG_1234.jpg")
    decorative = factories.picture(alternative_text="", is_decorative=True)
    sentence = (
        "Picture “The dome”: The alternative text “IMG_1234.jpg” is a file name. "
        "Say what the picture shows."
    )
    keys = (weak.pk, decorative.pk, 999)
    body = "".join(f'<figure data-picture="{key}"></figure>' for key in keys)
    item = factories.news_item(body=body, picture=weak, summary=GOOD)
    assert [(advice.field, advice.message) for advice in advice_on(item)] == [
        ("body", sentence),
        ("body", "A picture in the text is no longer in the library."),
        ("picture", sentence),
    ]
