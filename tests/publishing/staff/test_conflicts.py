"""The pages on which two versions of a text are put together."""

import pytest

from cities.models import City
from publishing.revisions.models import open_draft
from tests import factories
from tests.admin_pages import admin_url, open_form, save_form
from tests.parsed_page import words
from tests.staff_fixtures import signed_in

BASE = "<p>First one.</p><p>Second one. Shared end.</p><p>Third one.</p>"
MINE = "<p>First one.</p><p>Mine here. Shared end.</p><p>Third one.</p><p>My addition.</p>"
THEIRS = "<p>Their start.</p><p>First one.</p><p>Theirs here. Shared end.</p><p>Third one.</p>"
MERGED = "<p>Their start.</p><p>First one.</p>{}<p>Third one.</p><p>My addition.</p>"
BOTH = MERGED.format("<p>Theirs here. Mine here. Shared end.</p>")
KEY = "_choice:fields/profile#0"


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", profile=BASE)


@pytest.fixture
def other(db):
    return signed_in(factories.user("Publishers", name="Ada"))


def profile():
    return City.objects.get().profile


def collide(publisher, other, city, **button):
    """Let two people change one paragraph; return the page that asks the second one."""
    form = open_form(publisher, city)
    save_form(other, city, profile=THEIRS)
    form = form | {"profile": MINE} | button
    return publisher.post(admin_url(city, "change", city.pk), form)


def answer(client, city, page, **more):
    posted: dict[str, list[str]] = {"_seen": [page.context["seen"]]}
    for name, value in page.context["posted"]:
        posted.setdefault(name, []).append(value)
    if page.context["confirmed"]:
        posted["_confirmed"] = [page.context["confirmed"]]
    return client.post(admin_url(city, "change", city.pk), posted | more)


def test_changes_of_different_paragraphs_are_saved_without_a_question(publisher, other, city):
    form = open_form(publisher, city)
    save_form(other, city, profile=BASE.replace("Third", "Last"))
    mine = form | {"profile": BASE.replace("First", "Very first")}
    assert publisher.post(admin_url(city, "change", city.pk), mine).status_code == 302
    assert profile() == BASE.replace("Third", "Last").replace("First", "Very first")


def test_the_page_shows_the_colliding_paragraph_with_marks_and_a_line_around_it(
    publisher, other, city
):
    page = collide(publisher, other, city)
    assert page.status_code == 409
    (conflict,) = page.context["conflicts"]
    assert (conflict.label, conflict.before, conflict.after) == (
        "Profile", "First one.", "Third one."
    )  # fmt: skip
    assert words(page.text, '<div class="conflict-sides">', '<div class="conflict-results"') == (
        "Yours removed: Second one added: Mine here. Shared end. "
        "Theirs removed: Second one added: Theirs here. Shared end. "
        "Both, theirs first Sentences that both have appear once."
    )
    assert conflict.results == {
        "mine": "<p>Mine here. Shared end.</p>",
        "theirs": "<p>Theirs here. Shared end.</p>",
        "both": "<p>Theirs here. Mine here. Shared end.</p>",
    }


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_one_version_is_saved_at_once(publisher, other, city, choice):
    page = collide(publisher, other, city)
    assert answer(publisher, city, page, **{KEY: choice}).status_code == 302
    chosen = {"mine": "<p>Mine here. Shared end.</p>", "theirs": "<p>Theirs here. Shared end.</p>"}
    assert profile() == MERGED.format(chosen[choice])


def test_both_versions_are_public_only_after_their_result_was_shown(publisher, other, city):
    page = collide(publisher, other, city)
    shown = answer(publisher, city, page, **{KEY: "both"})
    assert (shown.status_code, profile()) == (409, THEIRS)
    assert shown.context["results"] == [("Profile", BOTH)]
    assert BOTH in shown.text
    assert answer(publisher, city, shown, **{KEY: "both"}).status_code == 302
    assert profile() == BOTH


def test_the_result_of_other_choices_is_not_confirmed(publisher, other, city):
    page = collide(publisher, other, city)
    shown = answer(publisher, city, page, **{KEY: "mine", "_result": "1"})
    assert shown.context["results"] == [("Profile", MERGED.format("<p>Mine here. Shared end.</p>"))]
    assert answer(publisher, city, shown, **{KEY: "both"}).status_code == 409
    assert profile() == THEIRS


def test_a_result_confirmed_before_another_save_is_asked_again(publisher, other, city):
    shown = answer(publisher, city, collide(publisher, other, city), **{KEY: "both"})
    save_form(other, city, profile=THEIRS.replace("Theirs here", "Theirs again"))
    again = answer(publisher, city, shown, **{KEY: "both"})
    assert (again.status_code, again.context["results"]) == (409, [])
    assert [row.choice for row in again.context["conflicts"]] == [""]


def test_both_versions_become_a_draft_at_once(publisher, other, city):
    page = collide(publisher, other, city, _draft="1")
    assert answer(publisher, city, page, **{KEY: "both"}).status_code == 302
    assert profile() == THEIRS
    assert open_draft(city).content["fields"]["profile"] == BOTH


def test_a_draft_over_a_changed_public_version_shows_the_result_first(publisher, city):
    save_form(publisher, city, profile=MINE, _draft="1")
    City.objects.update(profile=THEIRS)
    address = admin_url(city, "draft", city.pk)
    posted = {"draft": open_draft(city).pk, "decision": "publish"}
    page = publisher.post(address, posted)
    assert [row.key for row in page.context["conflicts"]] == ["fields/profile#0"]
    choice = {KEY: "both", "_seen": page.context["seen"]}
    shown = publisher.post(address, posted | choice)
    assert (shown.context["results"], profile()) == ([("Profile", BOTH)], THEIRS)
    confirmed = {"_confirmed": shown.context["confirmed"]}
    assert publisher.post(address, posted | choice | confirmed).status_code == 302
    assert profile() == BOTH


def test_a_draft_is_merged_by_paragraph_over_a_changed_public_version(publisher, city):
    save_form(publisher, city, profile=f"{BASE}<p>From the draft.</p>", _draft="1")
    City.objects.update(profile=f"<p>Public.</p>{BASE}")
    posted = {"draft": open_draft(city).pk, "decision": "publish"}
    publisher.post(admin_url(city, "draft", city.pk), posted)
    assert profile() == f"<p>Public.</p>{BASE}<p>From the draft.</p>"
