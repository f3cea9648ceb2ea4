"""The everyday jobs of staff, with clicks and page loads counted (see `counted`).

`pytest -s tests/browser/test_jobs.py` prints a table of them.
"""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cities.models import City
from news.models import NewsItem
from publishing.models import Picture, Revision, WorkingCopy
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.browser.counted import COUNTS, LIMITS, SLOW, Person
from tests.browser.test_import import MENDED
from tests.browser.test_picture_chooser import DIALOG, FIELD, chosen
from tests.browser.test_preview import media, still
from tests.staff_fixtures import signed_in

__all__ = ["media", "still"]

pytestmark = pytest.mark.django_db(transaction=True)

SUMMARY = "Wakefield has joined the network of learning cities this week."
PROFILE = "<p>The mayor appointed 159 ambassadors.</p><p>Schools open in the evening.</p>"


@pytest.fixture(scope="module", autouse=True)
def patience():
    """Wait longer than usual: some jobs have several windows, previews and renditions."""
    expect.set_options(timeout=SLOW)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module", autouse=True)
def table(pytestconfig):
    """Print the counts after the last job."""
    yield
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print(f"\n{'job':45} clicks loads   limit")
        for name, (clicks, loads) in COUNTS.items():
            print(f"{name:45} {clicks:6} {loads:5}   {'/'.join(map(str, LIMITS[name]))}")


@pytest.fixture
def enter(new_page):
    """Return a function that signs somebody in, in a window of their own."""

    def sign_in(*groups, **values):
        person = Person(new_page(viewport={"width": 1280, "height": 900}))
        person.user = factories.user(*groups, **values)
        person.sign_in(person.user)
        return person

    return sign_in


@pytest.fixture
def mary(enter):
    return enter("Publishers", name="Mary Gawthorpe")


@pytest.fixture
def visitor(new_page):
    """Return a function that fetches a page as a visitor: its status and text."""
    page = new_page()

    def fetch(address):
        answer = page.request.get(address)
        return answer.status, answer.text()

    return fetch


@pytest.fixture
def city():
    return factories.city(name="Leeds", motto="Pro rege et lege", profile=PROFILE)


def test_signing_in(mary):
    with mary.job("sign in"):
        mary.page.context.clear_cookies()
        mary.sign_in(mary.user)


def test_a_record_is_found_by_its_name_or_a_word_of_its_text(mary, city):
    for job, word in [
        ("find a record by name, from the front page", "leeds"),
        ("find a record by a word of its text", "ambassadors"),
    ]:
        mary.front()
        with mary.job(job):
            mary.page.keyboard.press("/")
            expect(mary.page.locator("#desk-search")).to_be_focused()
            mary.page.keyboard.type(word)
            mary.page.keyboard.press("Enter")
            expect(mary.page.locator("h1")).to_have_text(f"1 result for “{word}”")
            mary.click("text=Leeds, United Kingdom")
            mary.page.wait_for_url(f"**{admin_url(City, 'change', city.pk)}")


def test_a_changed_sentence_is_kept_saved_and_seen_on_a_phone(mary, city, visitor):
    mary.open(city)
    with mary.job("change a sentence; it is kept"):
        mary.type_into(0, " All of them are volunteers.")
        expect(mary.page.locator("[data-state=kept]")).to_be_visible()
    assert "volunteers" in WorkingCopy.objects.get().posted()["profile"]
    with mary.job("preview on a phone"):
        mary.click("[data-preview-open]")
        inside = mary.page.frame_locator(".preview-window iframe")
        expect(inside.locator(".prose")).to_contain_text("volunteers")
        assert inside.locator("html").evaluate("e => e.clientWidth") == 390
    mary.page.click("[data-preview-hide]")
    with mary.job("change a sentence; save it as the draft"):
        mary.type_into(1, " Some of them.")
        mary.page.keyboard.press("Control+s")
        mary.is_told("Saved as a draft. The public page has not changed.")
    assert "Some of them." in Revision.objects.open().get().content["fields"]["profile"]
    assert "volunteers" not in visitor(city.get_absolute_url())[1]


def test_a_scheduled_change_of_a_public_record_goes_live_at_its_time(mary, city, visitor):
    mary.open(city)
    mary.page.fill("#id_motto", "Learn for life")
    with mary.job("schedule a change of a public record"):
        mary.click("summary:text('More')")
        mary.page.fill("#id__due_at", "2098-12-04T09:00")
        mary.click("[name=_schedule]")
        mary.is_told("will be published on 4 Dec 2098 09:00 UTC. The public page has not changed.")
    assert "Learn for life" not in visitor(city.get_absolute_url())[1]
    Revision.objects.open().update(due_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_due")
    assert "Learn for life" in visitor(city.get_absolute_url())[1]


@pytest.mark.essential
def test_a_draft_is_shared_submitted_returned_and_published(mary, enter, city, visitor):
    maria = enter("Contributors", name="Maria Reed")
    maria.open(city)
    maria.page.fill("#id_motto", "Learn for life")
    maria.page.fill("#id__note", "The council’s new motto")
    maria.page.keyboard.press("Control+s")
    maria.is_told("Saved as a draft.")
    with maria.job("share a draft with an outsider"):
        maria.click(maria.page.get_by_role("link", name="Share the draft").first)
        maria.click("text=Create link")
        link = maria.page.input_value("#shared-address")
        maria.click("text=Copy link")
    assert "Learn for life" in visitor(link)[1]
    maria.open(city)
    with maria.job("submit for review"):
        maria.click("[name=_review]")
        maria.is_told("is waiting for review")

    mary.front()
    with mary.job("return with a note, from the front page"):
        mary.click("#content .frontpage-now a:has-text('Waiting for review')")
        mary.click("#result_list a:has-text('Leeds')")
        # The note of the earlier save has come along.
        expect(mary.page.locator(".draft-notes")).to_contain_text("The council’s new motto")
        mary.page.fill("#id__note", "Where does it say so?")
        mary.click("text=Return with a note")
        mary.is_told("has been returned to its author with your note.")
    maria.open(city)
    expect(maria.page.locator(".draft-notice")).to_contain_text("Where does it say so?")
    maria.page.fill("#id__note", "Minutes of 4 May")
    maria.click("[name=_review]")
    maria.is_told("is waiting for review")

    mary.front()
    with mary.job("approve, from the front page"):
        mary.click("#content .frontpage-now a:has-text('Waiting for review')")
        mary.click("#result_list a:has-text('Leeds')")
        expect(mary.page.locator(".changes th")).to_have_text("Motto")
        mary.click("button[value=publish]")
        mary.is_told("The draft of “Leeds” has been published.")
    # Back in the queue, which is empty now.
    expect(mary.page.locator("h1")).to_have_text("Drafts and reviews")
    assert "Learn for life" in visitor(city.get_absolute_url())[1]
    assert visitor(link)[0] == 410


def test_returning_needs_a_note_and_the_next_review_is_offered_after_a_decision(mary, city):
    for record in (city, factories.city(name="York")):
        maria = signed_in(factories.user("Contributors"))
        save_form(maria, record, motto="Learn for life", _review="")
    mary.page.goto(admin_url(city, "draft", city.pk))
    mary.click("text=Return with a note")
    expect(mary.page.locator("#id__note_error")).to_contain_text("Write a note")
    assert Revision.objects.open().filter(stage="returned").count() == 0
    mary.click("button[value=publish]")
    mary.is_told("Next: York")
    expect(mary.page.locator("h1")).to_have_text("Drafts and reviews")
    expect(mary.page.locator("#result_list tbody tr")).to_have_count(1)


@pytest.mark.essential
def test_a_story_gets_a_new_picture_or_one_of_the_library(mary):
    picture = factories.picture(title="The dome")
    mary.front()
    with mary.job("new story with a new picture"):
        mary.click("#content .model-newsitem .addlink")
        mary.page.fill("#id_title", "Wakefield joins")
        mary.page.fill("#id_summary", SUMMARY)
        mary.upload()
        mary.click("[name=_draft]")
        mary.is_told("Saved as a draft.")
    assert len(mary.page.context.pages) == 1
    new = NewsItem.objects.get().picture
    assert (new.title, new.alternative_text) == ("Town hall 2", "Readers under a dome")
    with mary.job("choose an existing picture"):
        mary.click(f"{FIELD} >> text=Change picture")
        thumbnail = mary.page.locator(f"{DIALOG} li:has-text('The dome') img")
        assert thumbnail.evaluate("async (image) => (await image.decode(), image.naturalWidth > 1)")
        mary.click(f"{DIALOG} li:has-text('The dome') button")
        mary.page.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert chosen(mary.page) == str(picture.pk)


def test_a_new_city_with_all_that_belongs_to_it_is_found_at_once(mary, visitor):
    factories.united_kingdom()
    mary.front()
    with mary.job("new city with picture, other name, award"):
        mary.click("#content .model-city .addlink")
        mary.page.fill("#id_name", "Hull")
        mary.click(".field-country .select2-selection")
        mary.page.keyboard.type("UK")
        expect(mary.page.locator(".select2-results__option--highlighted")).to_contain_text("UK")
        mary.page.keyboard.press("Enter")
        mary.page.fill("#id_summary", SUMMARY)
        mary.upload()
        mary.click("#alternative_names-group .add-row a")
        mary.page.fill("#id_alternative_names-0-name", "Kingston upon Hull")
        mary.click("#awards-group .add-row a")
        mary.page.fill("#id_awards-0-year", "2015")
        mary.publish_anyway()
        mary.is_told("is public")
    hull = City.objects.published().get()
    assert hull.country_id == "GB"
    assert (hull.picture, hull.awards.get().year) == (Picture.objects.get(), 2015)
    assert hull.get_absolute_url() in visitor("/search/?q=kingston")[1]


@pytest.mark.essential
def test_a_scheduled_story_is_never_public_early(mary, visitor):
    mary.front()
    with mary.job("new story, scheduled"):
        mary.click("#content .model-newsitem .addlink")
        mary.page.fill("#id_title", "Launch of the year")
        mary.page.fill("#id_summary", SUMMARY)
        mary.click("summary:text('More')")
        mary.page.fill("#id__due_at", "2098-12-04T09:00")
        mary.click("[name=_schedule]")
        mary.is_told("“Launch of the year” is scheduled for 4 December 2098, 09:00 UTC.")
    # None of the other buttons publishes it either.
    mary.page.fill("#id_summary", f"{SUMMARY} Really.")
    with mary.page.expect_navigation():
        mary.page.keyboard.press("Control+s")
    mary.page.wait_for_selector(".messagelist .success")
    story = NewsItem.objects.get()
    assert visitor(story.get_absolute_url())[0] == 404
    assert "Launch of the year" not in visitor("/news/")[1]
    NewsItem.objects.update(published_at=timezone.now() - timedelta(minutes=1))
    assert visitor(story.get_absolute_url())[0] == 200


def test_the_state_before_the_first_edit_is_restored(mary, city):
    save_form(
        signed_in(factories.user("Publishers", name="Ada Byron")), city, motto="Oops", _save=""
    )
    mary.open(city)
    with mary.job("see who changed what, compare, restore"):
        mary.click(".object-tools >> text=History")
        first = mary.page.locator(".history tr", has_text="Before the first change")
        expect(mary.page.locator(".history")).to_contain_text("Ada Byron")
        mary.click(first.get_by_role("link", name="Restore"))
        expect(mary.page.locator("#restore .changes th")).to_have_text("Motto")
        mary.click("input[value='Restore this version']")
        mary.page.wait_for_selector(".messagelist .success")
    assert City.objects.get().motto == "Pro rege et lege"


def test_two_people_in_one_text_are_asked_nothing_and_see_each_other(mary, enter, city):
    maria = enter("Publishers", name="Maria Reed")
    maria.open(city)
    mary.open(city)
    maria.type_into(1, " Maria was here.")
    maria.page.wait_for_selector("[data-state=kept]:visible")
    with mary.job("save after a colleague, other paragraphs"):
        mary.type_into(0, " Mary was here.")
        news = mary.page.locator("[data-news]")
        # She writes in the middle of a long form.
        expect(news).to_contain_text("Maria Reed is editing this")
        expect(news).to_be_in_viewport(ratio=1)
        assert mary.page.evaluate("scrollY") > 300
        maria.click("[name=_save]")
        maria.page.wait_for_selector(".messagelist .success")
        expect(news).to_contain_text("Maria Reed saved this")
        expect(news).to_be_in_viewport(ratio=1)
        mary.click("[name=_save]")
        mary.page.wait_for_selector(".messagelist .success")
    assert City.objects.get().profile == (
        "<p>The mayor appointed 159 ambassadors. Mary was here.</p>"
        "<p>Schools open in the evening. Maria was here.</p>"
    )


def test_text_typed_before_a_crash_is_restored_from_the_front_page(mary, city):
    mary.open(city)
    mary.type_into(0, " Half a sen")
    mary.page.wait_for_selector("[data-state=kept]:visible")
    mary.page.goto("about:blank")
    mary.front()
    with mary.job("restore text after a crash"):
        mary.click(mary.page.get_by_role("link", name="Restore Leeds"))
        expect(mary.page.locator(".ProseMirror")).to_contain_text("ambassadors. Half a sen")


def test_a_record_is_taken_offline_after_a_question_and_brought_back(mary, city, visitor):
    factories.network(name="A network", cities=[city])
    before = city.published_at
    mary.open(city)
    with mary.job("take offline"):
        mary.click("a.bar-wide")
        expect(mary.page.locator("form.offline")).to_contain_text("A network")
        mary.click("input[value=Unpublish]")
        mary.page.wait_for_selector(".messagelist .success")
    assert visitor(city.get_absolute_url())[0] == 404
    with mary.job("bring back"):
        mary.click("form.undo button")
        mary.is_told("Leeds is public again.")
    assert City.objects.get().published_at == before


def test_a_record_goes_to_the_trash_and_comes_back_whole(mary, city, visitor):
    factories.award(city=city, year=2015)
    mary.open(city)
    with mary.job("move to the trash"):
        mary.click("summary:text('More')")
        mary.click("text=Move to the trash")
        mary.click("input[value='Move to the trash']")
        mary.page.wait_for_selector(".messagelist .success")
    assert visitor(city.get_absolute_url())[0] == 404
    factories.city(name="York")
    mary.page.goto(admin_url(City, "changelist"))
    with mary.job("take out of the trash, from the list"):
        mary.click("#changelist-filter-header")
        mary.click("a[href='?state=trashed']")
        mary.click("#result_list button:text('Take out of the trash')")
        mary.page.wait_for_selector(".messagelist .success")
    assert visitor(city.get_absolute_url())[0] == 200
    assert [award.year for award in city.awards.all()] == [2015]


def test_a_table_is_imported(mary):
    factories.city(name="Wakefield")
    mary.page.goto(admin_url(City, "changelist"))
    with mary.job("import a table"):
        mary.click(".object-tools >> text=Import")
        file = {"name": "cities.csv", "mimeType": "text/csv", "buffer": MENDED.encode()}
        mary.page.set_input_files("#id_file", file)
        mary.click("input[name=mode][value=live]")
        mary.click(".submit-row input.default")
        mary.click("button[value=import]")
        mary.page.wait_for_selector("text=/imported/i")
    assert City.objects.published().filter(name__in=["Derby", "Leeds", "Wakefield"]).count() == 3


@pytest.mark.essential
def test_a_bulk_action_asks_and_is_undone_with_its_dates(mary, visitor):
    moments = [timezone.now() - timedelta(days=days) for days in (9, 6, 3)]
    for moment in moments:
        factories.news_item(title=f"Story of {moment:%d %B}", published_at=moment)
    before = list(NewsItem.objects.values_list("title", "published_at"))
    mary.page.goto(admin_url(NewsItem, "changelist"))
    with mary.job("unpublish two records"):
        for row in (0, 2):
            mary.click(mary.page.locator(".action-select").nth(row))
        mary.click(mary.page.get_by_role("button", name="Unpublish"))
        expect(mary.page.locator("form.offline li")).to_have_count(2)
        mary.click("input[type=submit].default")
        mary.is_told("2 news items are drafts now.")
    assert NewsItem.objects.published().count() == 1
    with mary.job("undo that"):
        mary.click("form.undo button")
        mary.is_told("2 news items are as they were before.")
    assert list(NewsItem.objects.values_list("title", "published_at")) == before
    assert NewsItem.objects.published().count() == 3


def test_the_front_page_leads_to_gaps_and_old_records(mary, city):
    City.objects.update(updated_at=timezone.now() - timedelta(days=400))
    for job, link in [
        ("see what lacks a picture", "section[aria-labelledby=quality] tr:has-text('Picture') a"),
        ("see what has not changed for a year", "section[aria-labelledby=stale] a:has-text('cit')"),
    ]:
        mary.front()
        with mary.job(job):
            mary.click(link)
            expect(mary.page.locator("#result_list tbody tr")).to_have_count(1)


def test_a_colleague_is_invited_in_one_form_and_signs_in_by_the_link_of_the_mail(enter, new_page):
    admin = enter("Administrators")
    with admin.job("invite a colleague"):
        admin.click("#content .model-user .addlink")
        admin.page.fill("#id_name", "Nora Byrne")
        admin.page.fill("#id_email", "nora@example.org")
        admin.click("#id_role label:has-text('Editors')")
        admin.click("text=Send invitation")
        admin.is_told("Nora Byrne has been invited")
    (link,) = re.findall(r"http://\S+", mail.outbox[-1].body)[:1]
    page = new_page()
    page.goto(link)
    for field in ("#id_new_password1", "#id_new_password2"):
        page.fill(field, factories.PASSWORD)
    page.press("#id_new_password2", "Enter")
    page.goto(reverse("admin:index"))
    if page.locator("#id_username").count():
        page.fill("#id_username", "nora@example.org")
        page.fill("#id_password", factories.PASSWORD)
        page.press("#id_password", "Enter")
    expect(page.locator("h1")).to_have_text("Staff desk")
    expect(page.locator("#content .model-city .addlink")).to_be_visible()


def test_a_city_is_made_changed_and_published_without_javascript(new_page, visitor):
    factories.united_kingdom()
    person = Person(new_page(java_script_enabled=False))
    person.sign_in(factories.user("Publishers"))
    person.click("#content .model-city .addlink")
    # The form opens with plain lists by itself.
    person.page.wait_for_url("**/add/?pickers=off")
    person.page.fill("#id_name", "Hull")
    person.page.select_option("#id_country", label="United Kingdom")
    person.page.fill("#id_summary", SUMMARY)
    person.click("[name=_draft]")
    person.is_told("Only staff can see “Hull")
    person.page.fill("#id_motto", "Learn for life")
    person.publish_anyway()
    person.is_told("is public")
    hull = City.objects.get()
    assert (hull.country_id, hull.motto) == ("GB", "Learn for life")
    assert "Learn for life" in visitor(hull.get_absolute_url())[1]
