"""The action bar of a form: one set of buttons, each named for what it does, and what it says."""

from html.parser import HTMLParser

import pytest

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision
from publishing.revisions.models import open_draft
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form

pytestmark = pytest.mark.django_db

SUMMARY = "Wakefield has joined the network of learning cities this week."
TYPED = {"published_at_0": "2098-12-04", "published_at_1": "09:00:00"}
EMPTY = {"published_at_0": "", "published_at_1": ""}


class FirstButton(HTMLParser):
    """Find the button that Enter presses: the first of the form."""

    name = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        is_submit = given.get("type") == "submit" and "form" not in given
        if tag in ("input", "button") and is_submit and not self.name:
            self.name = given.get("name", "")


def enter(client, address):
    page = client.get(address).text
    reader = FirstButton()
    reader.feed(page[page.index("_form") :])
    return reader.name


def story(**values):
    return factories.news_item(**{"title": "Launch", "summary": SUMMARY, **values})


def messages(client, response):
    assert response.status_code == 302, errors(response)
    return [str(message) for message in client.get(response["Location"]).context["messages"]]


def change(record):
    return admin_url(record, "change", record.pk)


def test_enter_presses_the_button_that_publishes_nothing(publisher, contributor, superuser):
    public, draft = story(), story(title="Draft", published_at=None)
    for client in (publisher, contributor):
        assert enter(client, admin_url(NewsItem, "add")) == "_draft"
        assert enter(client, change(draft)) == "_draft"
        assert enter(client, change(public)) == "_draft"
    assert enter(superuser, change(factories.country())) == "_save"


def test_every_form_has_one_set_of_buttons(superuser):
    for record in [story(), factories.city(), factories.country(), factories.picture()]:
        page = superuser.get(change(record)).text
        assert page.count('name="_save"') == 1
        assert page.count("data-bar") >= 1


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "Public"),
        ({"published_at": None}, "Draft"),
        ({"archived_at": factories.LONG_AGO}, "Archived"),
    ],
)
def test_the_bar_says_the_state(publisher, values, state):
    assert f'<p class="bar-state">{state}</p>' in publisher.get(change(story(**values))).text


def test_the_bar_says_that_there_is_a_draft_and_when_it_goes_live(publisher):
    item = story()
    save_form(publisher, item, title="New", _draft="1")
    assert '<p class="bar-state">Public · with a draft</p>' in publisher.get(change(item)).text
    save_form(publisher, item, title="Newer", _schedule="1", _due_at="2098-12-04T09:00")
    said = '<p class="bar-state">Public · changes scheduled for 4 Dec 2098 09:00 UTC</p>'
    assert said in publisher.get(change(item)).text


def test_a_new_record_is_saved_as_a_draft_and_stays_open(publisher):
    response = add(publisher, NewsItem, title="Launch", summary=SUMMARY, _draft="1")
    item = NewsItem.objects.get()
    assert (response["Location"], item.state) == (change(item), "draft")
    assert messages(publisher, response) == ["Saved as a draft. Only staff can see “Launch”."]


def test_a_draft_with_a_date_is_refused_because_it_would_publish(publisher):
    draft = story(published_at=None)
    new = {"title": "Another", "summary": SUMMARY}
    past = {"published_at_0": "2021-05-04", "published_at_1": "09:30:00"}
    for dates in (TYPED, past):
        for response in [
            save_form(publisher, draft, **dates, _draft="1"),
            add(publisher, NewsItem, **new, **dates, _draft="1"),
        ]:
            (said,) = errors(response)["__all__"]
            assert said.startswith("“Publish at” has a date, so this would not stay a draft.")
    assert [item.state for item in NewsItem.objects.all()] == ["draft"]


def test_a_record_that_nobody_sees_is_scheduled_from_the_menu(publisher):
    draft = story(published_at=None)
    due = {"_schedule": "1", "_due_at": "2098-12-04T09:00"}
    said = messages(publisher, save_form(publisher, draft, **due))
    assert said[0].startswith("“Launch” is scheduled for 4 December 2098, 09:00 UTC.")
    add(publisher, NewsItem, title="Another", summary=SUMMARY, **due)
    states = NewsItem.objects.values_list("title", "published_at__year")
    assert sorted(states) == [("Another", 2098), ("Launch", 2098)]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("", "Choose when to publish the draft."),
        ("2021-05-04T09:30", "This time has passed."),
    ],
)
def test_a_schedule_without_a_moment_to_come_publishes_nothing(publisher, moment, said):
    draft = story(published_at=None)
    for response in [
        save_form(publisher, draft, _schedule="1", _due_at=moment),
        add(publisher, NewsItem, title="New", summary=SUMMARY, _schedule="1", _due_at=moment),
    ]:
        assert errors(response)["__all__"][0].startswith(said)
    assert [item.published_at for item in NewsItem.objects.all()] == [None]


def test_emptying_the_date_of_a_public_record_asks_before_visitors_lose_it(publisher):
    item = story()
    response = save_form(publisher, item, **EMPTY, _save="1")
    assert errors(response)["__all__"][0].startswith("Without “Publish at”, visitors")
    assert 'value="Unpublish" class="default" name="_save"' in response.text
    assert NewsItem.objects.get().is_published
    said = messages(publisher, save_form(publisher, item, **EMPTY, _save="1", _offline="1"))
    assert said == ["“Launch” is no longer public. Only staff can see it."]


def test_a_save_says_what_it_did(publisher, contributor, superuser):
    item = story(published_at=None)
    said = messages(publisher, save_form(publisher, item, title="Now", _publish="1"))
    assert said == ['“Now” is public. <a href="/news/launch/">View it</a>']
    said = messages(publisher, save_form(publisher, item, title="Then", _save="1"))
    assert said == ['Your changes to “Then” are public. <a href="/news/launch/">View it</a>']
    said = messages(contributor, save_form(contributor, item, title="Soon", _review="1"))
    assert said == ["Your draft of “Then” is waiting for review. The public page has not changed."]
    said = messages(contributor, add(contributor, NewsItem, title="New", summary="S", _review="1"))
    assert said == ["“New” is waiting for review. Only staff can see it."]
    country = factories.country()
    assert messages(superuser, save_form(superuser, country, note="x")) == [
        f"“{country}” is saved."
    ]


def test_the_note_of_a_draft_stays_with_it_until_it_is_decided(contributor, publisher):
    city = factories.city(motto="Old")
    save_form(contributor, city, motto="New", _note="New motto from the council", _draft="1")
    assert open_form(contributor, city)["_note"] == ["New motto from the council"]
    save_form(contributor, city, _review="1")
    assert open_draft(city).note == "New motto from the council"
    page = publisher.get(admin_url(city, "draft", city.pk)).text
    assert "New motto from the council" in page


def test_saving_a_draft_again_without_a_change_adds_nothing_to_the_history(publisher):
    city = factories.city(motto="Old")
    save_form(publisher, city, motto="New", _note="Why", _draft="1")
    save_form(publisher, city, _draft="1")
    assert Revision.objects.count() == 1


def test_fields_that_say_nothing_yet_are_absent(publisher, contributor):
    page = publisher.get(admin_url(City, "add")).text
    for name in ("archived_at", "created_at", "updated_at", "state_now"):
        assert f"field-{name}" not in page
    assert "field-published_at" in page
    page = contributor.get(admin_url(City, "add")).text
    assert "field-published_at" not in page
    assert "field-expires_at" not in page
    page = contributor.get(change(factories.city())).text
    assert "field-published_at" in page
    assert "field-archived_at" not in page


def test_the_sections_of_a_form_say_how_many_errors_they_have(publisher):
    city = factories.city()
    form = open_form(publisher, city) | {
        "name": "", "latitude": "x", "longitude": "y",
        "awards-TOTAL_FORMS": "1", "awards-0-year": "x", "awards-0-city": city.pk,
    }  # fmt: skip
    response = publisher.post(change(city), form)
    found = {section.title: section.errors for section in response.context["sections"]}
    assert {title: number for title, number in found.items() if number} == {
        "The place": 1,
        "Facts": 2,
        "Learning city awards": 1,
    }
    assert 'href="#id_name" data-first-error>4 errors – go to the first</a>' in " ".join(
        response.text.split()
    ).replace("> 4", ">4").replace("first </a>", "first</a>")


def test_a_draft_is_saved_with_few_queries(publisher, django_assert_max_num_queries):
    city = factories.city(motto="Old")
    save_form(publisher, city, motto="First", _draft="1")
    form = open_form(publisher, city) | {"motto": "Second", "_draft": "1"}
    with django_assert_max_num_queries(80):
        publisher.post(change(city), form)
