"""Taking records offline asks first, tells what links to them, and can be undone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from portal.models import MenuItem, Site
from publishing.models import Revision
from publishing.revisions import transitions
from tests import factories
from tests.admin_pages import admin_url, save_form

pytestmark = pytest.mark.django_db

OLD = datetime(2024, 2, 14, 12, 0, 0, 123456, tzinfo=UTC)
NEWER = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
SUMMARY = "Manchester and Wakefield joined the network in the year 2024, with many others."


@pytest.fixture
def derby():
    return factories.city(name="Derby", published_at=OLD)


@pytest.fixture
def stories():
    return [
        factories.news_item(title="Joined", published_at=OLD, summary=SUMMARY),
        factories.news_item(title="More", published_at=NEWER, summary=SUMMARY),
    ]


def offline(record, target):
    return f"{admin_url(record, 'offline', record.pk)}?to={target}"


def ask(client, action, *records, **more):
    """Run an action of the list; return its answer."""
    chosen = {"action": action, "_selected_action": [record.pk for record in records]}
    address = admin_url(records[0], "changelist")
    return client.post(address, chosen | {"index": "0"} | more, follow=True)


def said(response):
    """Return the messages of a page without their Undo."""
    return [str(message).partition(" <form")[0] for message in response.context["messages"]]


def undo(client, response):
    """Press Undo in the message of a page; return the page that follows."""
    form = re.search(
        r'<form method="post" action="([^"]+)" class="undo">(.*?)</form>', response.text
    )
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    return client.post(form[1], fields, follow=True)


def state(record):
    record.refresh_from_db()
    return record.state.value, record.published_at


# -- The question --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "button", "message"),
    [
        ("draft", "Unpublish", "“Derby” is a draft now. Visitors cannot see it."),
        ("archived", "Archive", "“Derby” is archived now. Visitors cannot see it."),
        (
            "trashed",
            "Move to the trash",
            "“Derby” is in the trash. You can take it out again.",
        ),
    ],
)
def test_one_record_is_taken_offline_after_a_question(
    publisher, client, derby, target, button, message
):
    page = publisher.get(offline(derby, target))
    assert f'value="{button}"' in page.text
    assert "“Derby” is public. Visitors will not see it any more." in page.text
    assert state(derby) == ("public", OLD)
    response = publisher.post(offline(derby, target), {"_note": "Asked by the city"}, follow=True)
    assert said(response) == [message]
    assert state(derby)[0] == target
    assert client.get(derby.get_absolute_url()).status_code == 404
    assert Revision.objects.get().note == "Asked by the city"
    response = undo(publisher, response)
    assert said(response) == [f'<a href="{derby.get_absolute_url()}">Derby</a> is public again.']
    assert state(derby) == ("public", OLD)


def test_the_page_of_the_trash_is_the_same_question(publisher, derby):
    page = publisher.get(admin_url(derby, "delete", derby.pk))
    assert 'value="Move to the trash"' in page.text


def test_an_unknown_target_is_not_found(publisher, derby):
    assert publisher.get(offline(derby, "gone")).status_code == 404


def test_taking_offline_needs_the_permission(editor, contributor, publisher, derby):
    for client in (editor, contributor):
        for target in ("draft", "archived", "trashed"):
            assert client.get(offline(derby, target)).status_code == 403
            assert client.post(offline(derby, target)).status_code == 403
    transitions.run(derby, transitions.trash)
    assert publisher.post(offline(derby, "draft")).status_code == 403
    assert state(derby)[0] == "trashed"


def test_a_record_that_is_a_draft_already_says_so(publisher, derby):
    transitions.run(derby, transitions.unpublish)
    assert said(publisher.post(offline(derby, "draft"), follow=True)) == [
        "“Derby” is a draft already."
    ]


@pytest.mark.parametrize(
    ("action", "button"),
    [
        ("unpublish", "Unpublish 2 news items"),
        ("archive", "Archive 2 news items"),
        ("trash", "Move 2 news items to the trash"),
    ],
)
def test_a_bulk_action_on_public_records_asks_first(publisher, stories, action, button):
    page = ask(publisher, action, *stories)
    assert f'value="{button}"' in page.text
    assert "2 of these are public. Visitors will not see them any more." in page.text
    assert [str(record) for record, _address in page.context["listed"]] == ["More", "Joined"]
    assert {state(story)[0] for story in stories} == {"public"}


def test_a_bulk_action_on_drafts_asks_nothing(publisher):
    draft = factories.news_item(published_at=None)
    assert said(ask(publisher, "trash", draft)) == ["1 news item is in the trash now."]


def test_a_bulk_action_on_all_rows_names_some_and_counts_the_rest(publisher):
    cities = [factories.city(name=f"City {number:02}") for number in range(23)]
    page = ask(publisher, "unpublish", cities[0], select_across="1")
    assert (len(page.context["listed"]), page.context["more"]) == (20, 3)
    assert 'value="Unpublish 23 cities"' in page.text
    assert page.context["keys"] == [page.context["listed"][0][0].pk]
    ask(publisher, "unpublish", cities[0], select_across="1", _confirmed="1")
    assert not City.objects.published().exists()


def test_a_scheduled_record_is_counted_by_itself(publisher):
    story = factories.news_item(published_at=timezone.now() + timedelta(days=2), summary=SUMMARY)
    page = ask(publisher, "unpublish", story)
    assert "1 of these is scheduled, and will not be published." in page.text
    assert "is public. Visitors" not in page.text


# -- What links to it ----------------------------------------------------------------------


def referrers(page):
    found = page.context["referrers"]
    return [str(referrer.record) for referrer in found.named], found.more, found.hidden


def test_the_question_names_what_refers_to_the_record(publisher, derby):
    factories.award(city=derby, year=2015)
    factories.network(name="A network", cities=[derby])
    factories.news_item(title="About it", cities=[derby])
    link = f'<p><a href="record:cities.city:{derby.pk}">Derby</a></p>'
    factories.page(title="A text", body=link)
    factories.page(title="In the trash", body=link, trashed_at=timezone.now())
    other = link.replace(f":{derby.pk}", f":{derby.pk}0")
    factories.page(title="Another city", body=other)
    Site.objects.get().featured_cities.add(derby)
    named, more, hidden = referrers(publisher.get(offline(derby, "draft")))
    assert sorted(named) == sorted(["A network", "About it", "A text", str(Site.objects.get())])
    assert (more, hidden) == (0, 0)


def test_the_question_names_the_menu_with_a_page_and_a_member(publisher):
    page = factories.page(title="About")
    MenuItem.objects.create(site=Site.objects.get(), label="About", address="/about/")
    assert referrers(publisher.get(offline(page, "draft")))[0] == [str(Site.objects.get())]
    member = factories.membership()
    found = referrers(publisher.get(offline(member.organisation, "draft")))
    assert found[0] == [str(member.network)]


def test_only_some_referring_records_are_named_and_the_rest_counted(publisher, derby):
    for number in range(15):
        factories.news_item(title=f"Story {number}", cities=[derby])
    named, more, hidden = referrers(publisher.get(offline(derby, "draft")))
    assert (len(named), more, hidden) == (12, 3, 0)


def test_the_question_takes_as_many_queries_for_many_referring_records(
    publisher, derby, django_assert_num_queries
):
    factories.news_item(title="First", cities=[derby])
    publisher.get(offline(derby, "draft"))
    with django_assert_num_queries(20):
        publisher.get(offline(derby, "draft"))
    for number in range(9):
        factories.news_item(title=f"Story {number}", cities=[derby])
    with django_assert_num_queries(20):
        publisher.get(offline(derby, "draft"))


def test_records_that_take_each_other_offline_are_no_referrers(publisher, derby):
    other = factories.city(
        name="Leeds", profile=f'<p><a href="record:cities.city:{derby.pk}">D</a></p>'
    )
    assert referrers(ask(publisher, "unpublish", derby, other))[0] == []
    assert referrers(ask(publisher, "unpublish", derby))[0] == ["Leeds"]


# -- Undo ----------------------------------------------------------------------------------


def test_undoing_a_bulk_action_brings_back_state_and_dates(publisher, stories):
    page = ask(publisher, "unpublish", *stories, _confirmed="1", _note="By mistake")
    assert said(page) == ["2 news items are drafts now."]
    assert [state(story) for story in stories] == [("draft", None)] * 2
    page = undo(publisher, page)
    assert said(page) == ["Undone: 2 news items are as they were before."]
    assert [state(story) for story in stories] == [("public", OLD), ("public", NEWER)]
    assert [str(item) for item in NewsItem.objects.published()] == ["More", "Joined"]
    entry = Revision.objects.of(stories[0]).first()
    assert (entry.action, entry.note) == ("reverted", "Undid: Unpublished")


@pytest.mark.parametrize("action", ["archive", "trash"])
def test_undoing_the_other_actions_brings_back_state_and_dates(publisher, stories, action):
    page = ask(publisher, action, *stories, _confirmed="1")
    undo(publisher, page)
    assert [state(story) for story in stories] == [("public", OLD), ("public", NEWER)]


def test_undoing_a_first_publication_leaves_no_date(publisher):
    story = factories.news_item(published_at=None, summary=SUMMARY)
    undo(publisher, ask(publisher, "publish_now", story, _because="x"))
    assert state(story) == ("draft", None)
    assert story.first_published_at is None


def test_undoing_a_second_publication_keeps_the_first_date(publisher, stories):
    transitions.run(stories[0], transitions.unpublish)
    page = ask(publisher, "publish_now", stories[0], _because="x")
    assert said(page) == [f'<a href="{stories[0].get_absolute_url()}">Joined</a> is public again.']
    undo(publisher, page)
    assert state(stories[0]) == ("draft", None)
    assert stories[0].first_published_at == OLD


def test_undoing_a_recovery_moves_records_to_the_trash_again(publisher, stories):
    transitions.run(stories[0], transitions.trash)
    chosen = {"action": "recover", "_selected_action": [stories[0].pk], "index": "0"}
    page = publisher.post(f"{admin_url(NewsItem, 'changelist')}?state=trashed", chosen, follow=True)
    undo(publisher, page)
    assert state(stories[0])[0] == "trashed"


def test_undo_leaves_records_alone_that_were_changed_since(publisher, stories):
    page = ask(publisher, "unpublish", *stories, _confirmed="1")
    NewsItem.objects.filter(pk=stories[1].pk).update(title="Edited")
    page = undo(publisher, page)
    assert said(page) == [
        "More: It has been changed since then, so it was left as it is.",
        f'<a href="{stories[0].get_absolute_url()}">Joined</a> is public again.',
    ]
    assert state(stories[1]) == ("draft", None)


def test_undo_works_once(publisher, stories):
    page = ask(publisher, "unpublish", stories[0], _confirmed="1")
    undo(publisher, page)
    assert said(undo(publisher, page)) == [
        "Joined: It has been changed since then, so it was left as it is."
    ]


def test_nobody_undoes_what_somebody_else_did(publisher, superuser, stories):
    page = ask(publisher, "unpublish", stories[0], _confirmed="1")
    assert said(undo(superuser, page)) == ["There is nothing left to undo."]
    assert state(stories[0])[0] == "draft"


def test_undo_is_a_decision_and_not_a_link(publisher, contributor):
    address = admin_url(NewsItem, "undo")
    assert publisher.get(address).status_code == 403
    for moment in ("", "x", "2026-13-01", "2026-11-28T10:00:00"):
        response = publisher.post(address, {"moment": moment})
        texts = [str(message) for message in get_messages(response.wsgi_request)]
        assert texts[-1:] == ["There is nothing left to undo."]
    assert contributor.post(address).status_code == 302


def test_publishing_again_in_the_form_says_so_with_a_link(publisher, stories):
    transitions.run(stories[0], transitions.unpublish)
    address = admin_url(stories[0], "change", stories[0].pk)
    assert save_form(publisher, stories[0], _publish="1").status_code == 302
    link = f'<a href="{stories[0].get_absolute_url()}">Joined</a> is public again.'
    assert link in said(publisher.get(address))


# -- The trash -----------------------------------------------------------------------------


def test_a_record_in_the_trash_opens_as_it_was_with_the_way_out(publisher, superuser, derby):
    draft = factories.city(name="Draft", published_at=None)
    for city in (derby, draft):
        transitions.run(city, transitions.trash, note="Twice")
    for city in (derby, draft):
        page = publisher.get(admin_url(city, "change", city.pk)).text
        assert f'formaction="{admin_url(city, "recover", city.pk)}"' in page
        assert "Twice" in page
        assert "Publish anyway" not in page
        assert "Delete for good" not in page
    assert "Delete for good" in superuser.get(admin_url(derby, "change", derby.pk)).text


def test_people_who_may_not_recover_a_record_see_no_way_out(editor, contributor, derby):
    transitions.run(derby, transitions.trash)
    for client in (editor, contributor):
        page = client.get(admin_url(derby, "change", derby.pk)).text
        assert "Take out of the trash" not in page
        listed = client.get(f"{admin_url(City, 'changelist')}?state=trashed").text
        assert "Derby" in listed
        assert "recover/" not in listed


def test_the_list_of_the_trash_has_the_way_out_in_each_row(publisher, derby):
    transitions.run(derby, transitions.trash)
    address = admin_url(derby, "recover", derby.pk)
    assert (
        f'formaction="{address}"'
        in publisher.get(f"{admin_url(City, 'changelist')}?state=trashed").text
    )
    publisher.post(address)
    assert state(derby) == ("public", OLD)


def test_the_head_of_the_list_does_not_count_the_trash(publisher, derby):
    factories.city(name="Leeds")
    transitions.run(derby, transitions.trash)
    page = publisher.get(admin_url(City, "changelist"), {"q": "Leeds"})
    assert (page.context["cl"].result_count, page.context["cl"].full_result_count) == (1, None)
