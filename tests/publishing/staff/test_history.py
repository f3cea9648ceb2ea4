"""The history of a record: readable, complete, and with versions to restore."""

import pytest
from django.utils.html import escape

from cities.models import City
from publishing.models import FormerSlug, Revision, format_moment
from publishing.revisions import snapshots
from publishing.revisions.block_diff import html_text
from publishing.revisions.diff import differences
from publishing.revisions.models import open_draft
from publishing.revisions.word_diff import mark_words
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import signed_in

GONE = '<del><span class="visually-hidden">removed: </span>{}</del>'
CAME = '<ins><span class="visually-hidden">added: </span>{}</ins>'


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", motto="Old")


def changes(client, record):
    """Return the changes of the newest version: label → both texts as one."""
    revision = Revision.objects.of(record).first()
    page = client.get(admin_url(record, "revision", record.pk, revision.pk))
    return {change.label: change.marked for change in page.context["changes"]}


def restore(client, record, revision, **more):
    address = admin_url(record, "revision", record.pk, revision.pk)
    seen = client.get(address).context["seen"]
    response = client.post(address, {"_seen": seen} | more, follow=True)
    return [str(said) for said in response.context["messages"]]


def test_the_history_shows_changed_words_relations_and_rows(publisher, city):
    theme = factories.theme(name="Family learning")
    save_form(
        publisher,
        city,
        motto="Old and new",
        country=factories.country(code="FR", name="France").pk,
        themes=[theme.pk],
        **{"awards-TOTAL_FORMS": "1", "awards-0-year": "2015", "awards-0-id": ""},
        _note="Asked the city",
    )
    assert changes(publisher, city) == {
        "Motto": f"Old {CAME.format('and new')}",
        "Country": f"{GONE.format('United Kingdom')} {CAME.format('France')}",
        "Themes": CAME.format("Family learning"),
        "Learning city award": CAME.format("year: 2015"),
    }
    page = publisher.get(admin_url(city, "history", city.pk)).text
    assert "Asked the city" in page


def test_a_changed_value_of_a_row_is_shown_with_its_row(publisher):
    award = factories.award(year=2015)
    save_form(publisher, award.city, **{"awards-0-year": "2017"})
    assert changes(publisher, award.city) == {
        "Learning city award: year (year: 2017)": f"{GONE.format('2015')} {CAME.format('2017')}"
    }


def test_the_history_escapes_markup(publisher, city):
    evil = "<script>alert(1)</script>"
    save_form(publisher, city, motto=evil, subdivision="<img src=x onerror=alert(1)>", _note=evil)
    revision = Revision.objects.of(city).first()
    for page in ("history", "revision"):
        key = [revision.pk] if page == "revision" else []
        text = publisher.get(admin_url(city, page, city.pk, *key)).text
        assert evil not in text
        assert "<img src=x" not in text
        assert escape(evil) in text


def test_a_version_is_restored_without_later_changes(publisher, city):
    other = factories.city(motto="Other")
    factories.award(city=city, year=2015)
    save_form(publisher, city, motto="New", slug="leeds-city", **{"awards-0-DELETE": "on"})
    first = Revision.objects.of(city).first()
    save_form(publisher, city, motto="Newer")
    content = first.base
    Revision.objects.filter(pk=first.pk).update(content=content)
    assert restore(publisher, city, first) == [f"Restored the version of {_moment(first)}."]
    city.refresh_from_db()
    assert snapshots.take(city) == content
    assert (city.slug, city.awards.get().year) == ("leeds", 2015)
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["leeds-city"]
    assert City.objects.get(pk=other.pk).motto == "Other"


def _moment(revision):
    return format_moment(revision.made_at)


def test_restoring_a_version_leaves_the_state_unchanged(publisher, city):
    save_form(publisher, city, motto="New")
    first = Revision.objects.of(city).first()
    save_form(publisher, city, motto="Newer", published_at_0="", published_at_1="", _offline="1")
    restore(publisher, city, first)
    assert City.objects.values_list("motto", "published_at").get() == ("New", None)


def test_restoring_without_the_permission_to_publish_makes_a_draft(contributor, publisher, city):
    save_form(publisher, city, motto="New")
    first = Revision.objects.of(city).first()
    save_form(publisher, city, motto="Newer")
    assert restore(contributor, city, first) == [
        f"Restored the version of {_moment(first)} as a draft."
    ]
    assert City.objects.get().motto == "Newer"
    assert open_draft(city).content["fields"]["motto"] == "New"
    assert restore(contributor, city, first) == [
        "There is a draft already. Publish or discard it first."
    ]


def test_restoring_asks_again_if_the_record_changed_meanwhile(publisher, city):
    save_form(publisher, city, motto="New")
    first = Revision.objects.of(city).first()
    save_form(publisher, city, motto="Newer")
    said = restore(publisher, city, first, _seen="something else")
    assert said == ["Somebody changed this record in the meantime. Check it again."]
    assert City.objects.get().motto == "Newer"


def test_the_history_shows_a_discarded_draft(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    draft = open_draft(city)
    publisher.post(admin_url(city, "draft", city.pk), {"draft": draft.pk, "decision": "discard"})
    assert changes(publisher, city) == {"Motto": f"{GONE.format('New')} {CAME.format('Old')}"}


def test_versions_need_the_permission_to_view_the_record(city, publisher):
    save_form(publisher, city, motto="New")
    revision = Revision.objects.of(city).first()
    nobody = signed_in(factories.user())
    assert nobody.get(admin_url(city, "history", city.pk)).status_code == 403
    address = admin_url(city, "revision", city.pk, revision.pk)
    assert nobody.get(address).status_code == 403
    assert nobody.post(address).status_code == 403
    other = factories.city()
    assert publisher.get(admin_url(other, "revision", other.pk, revision.pk)).status_code == 404


# -- Readable differences ------------------------------------------------------------------


def test_a_diff_marks_only_the_words_that_differ():
    assert mark_words("a city of learning", "a city for learning") == (
        f"a city {GONE.format('of')} {CAME.format('for')} learning"
    )


def test_a_diff_shortens_unchanged_text_around_a_change():
    long = "word " * 200
    marked = mark_words(f"{long}old {long}", f"{long}new {long}")
    assert marked.startswith("[…]")
    assert marked.endswith("[…]")
    assert len(marked) < 700


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("word " * 1_000_000, "word " * 999_999 + "other"),
        ("a b " * 500_000, "b a " * 500_000),
        ("x\n" * 1_000_000, "y\n" * 1_000_000),
        ("x" * 5_000_000, "y" * 5_000_000),
    ],
)
def test_a_diff_compares_texts_of_megabytes(old, new):
    assert "removed: " in mark_words(old, new)


def test_a_diff_shows_a_changed_address_of_a_link():
    assert html_text('<p>See <a href="/a/" rel="x">there</a></p><ul><li>One</li></ul>') == (
        "See there (/a/)\nOne"
    )


@pytest.mark.django_db
def test_the_history_opens_with_removed_parts_and_fields():
    old = {"fields": {"mayor": "A"}, "links": {"twins": [1]}, "rows": {"buildings": {}}}
    new = {
        "fields": {"mayor": "B"},
        "links": {"twins": [2]},
        "rows": {"buildings": {"k": {"height": 12}}},
    }
    assert [(change.label, change.old, change.new) for change in differences(City, old, new)] == [
        ("mayor", "A", "B"),
        ("twins", "1", "2"),
        ("Buildings", "", "height: 12"),
    ]
