"""Comments on records: written, answered, resolved, sent by mail, and never public."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from cities.models import City
from portal.models import Tie
from publishing.models import Comment, CommentThread, Revision
from publishing.revisions import comments, transitions
from publishing.revisions.comments import open_comments_for
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import signed_in

SECRET = "Zebrawords"


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", motto="Old", profile="<p>A city of <b>wool</b>.</p>")


@pytest.fixture
def maria(db):
    return factories.user("Contributors", name="Maria Reed", email="maria@example.org")


@pytest.fixture
def paul(db):
    return factories.user("Publishers", name="Paul Okafor", email="paul@example.org")


def post(person, record, **values):
    values = {"do": "add", **values}
    return signed_in(person).post(admin_url(record, "comments", record.pk), values)


def comment(person, record, text="Which year?", **values):
    assert post(person, record, text=text, **values).status_code == 302
    return CommentThread.objects.latest("pk")


def draft_page(person, record):
    return signed_in(person).get(admin_url(record, "draft", record.pk))


def texts(thread):
    return [(said.person_name, said.text) for said in thread.comments.all()]


# -- Writing ---------------------------------------------------------------------------------


def test_a_comment_on_a_field_is_shown_on_the_draft_and_in_the_form(maria, paul, city):
    save_form(signed_in(maria), city, motto="New", _review="")
    thread = comment(paul, city, field="fields/motto")
    assert (thread.label, texts(thread)) == ("Motto", [("Paul Okafor", "Which year?")])
    for page in ("draft", "change", "comments"):
        response = signed_in(maria).get(admin_url(city, page, city.pk))
        (group,) = response.context["discussion"].groups
        assert (group.path, group.label, group.open) == ("fields/motto", "Motto", [thread])
        assert "Which year?" in response.text


@pytest.mark.parametrize(
    ("path", "label"),
    [("", ""), ("links/themes", "Themes"), ("rows/awards", "Learning city award")],
)
def test_a_record_its_relations_and_its_rows_take_comments(maria, city, path, label):
    assert comment(maria, city, field=path).label == label


def test_an_unknown_field_takes_no_comment(maria, city):
    response = post(maria, city, text="Hm", field="fields/password")
    assert response.status_code == 422
    assert not CommentThread.objects.exists()


def test_a_reply_joins_the_thread_and_opens_it_again(maria, paul, city):
    thread = comment(paul, city)
    comments.resolve(thread, paul)
    post(maria, city, text="2026", thread=thread.pk)
    thread.refresh_from_db()
    assert texts(thread) == [("Paul Okafor", "Which year?"), ("Maria Reed", "2026")]
    assert thread.resolved_at is None


def test_a_thread_is_resolved_and_opened_again(maria, paul, city):
    thread = comment(paul, city)
    post(maria, city, thread=thread.pk, do="resolve")
    thread.refresh_from_db()
    assert thread.resolved_name == "Maria Reed"
    page = signed_in(paul).get(admin_url(city, "comments", city.pk))
    assert "1 resolved comment" in page.text
    assert page.context["discussion"].number == 0
    post(paul, city, thread=thread.pk, do="reopen")
    thread.refresh_from_db()
    assert (thread.resolved_at, thread.resolved_name) == (None, "")


def test_a_reply_that_was_typed_is_saved_when_the_thread_is_resolved(maria, paul, city):
    thread = comment(paul, city)
    post(maria, city, thread=thread.pk, do="resolve", text="Done")
    thread.refresh_from_db()
    assert thread.comments.last().text == "Done"
    assert thread.resolved_at


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_an_empty_comment_is_refused_at_its_field(maria, city, text):
    response = post(maria, city, text=text, quote="wool", field="fields/profile")
    assert (response.status_code, Comment.objects.count()) == (422, 0)
    assert 'aria-describedby="comment-error"' in response.text
    assert 'value="wool"' in response.text


def test_a_text_that_is_too_long_is_refused_and_kept(maria, paul, city):
    thread = comment(paul, city)
    response = post(maria, city, text="x" * 2001, thread=thread.pk)
    assert "x" * 2001 in response.text
    assert 'id="reply-error"' in response.text
    assert thread.comments.count() == 1


def test_a_comment_returns_to_the_page_of_the_desk_that_it_came_from(maria, city):
    page = admin_url(city, "draft", city.pk)
    answer = post(maria, city, text="Hm", next=page)
    assert answer["Location"] == f"{page}#thread-{CommentThread.objects.get().pk}"
    answer = post(maria, city, text="Hm", next="https://example.com/")
    assert answer["Location"].startswith(admin_url(city, "comments", city.pk))


def test_the_script_gets_the_list_alone(maria, city):
    address = admin_url(city, "comments", city.pk)
    values = {"do": "add", "text": "Hm"}
    response = signed_in(maria).post(address, values, headers={"X-Comments": "1"})
    assert response.status_code == 200
    assert "Hm" in response.text
    assert "<html" not in response.text


@pytest.mark.parametrize("key", ["x", "9" * 30, "-1", "²"])
def test_an_impossible_thread_is_not_found(maria, city, key):
    assert post(maria, city, text="Hm", thread=key).status_code == 404


def test_a_thread_of_another_record_is_not_found(maria, city):
    thread = comment(maria, factories.city(name="York"))
    assert post(maria, city, text="Hm", thread=thread.pk).status_code == 404


# -- Passages --------------------------------------------------------------------------------


def test_a_passage_is_found_across_markup_and_white_space(maria, city):
    comment(maria, city, field="fields/profile", quote="city\n of  wool.", position="1")
    page = signed_in(maria).get(admin_url(city, "change", city.pk))
    assert "On the words “city of wool.”" in page.text


def test_a_passage_whose_words_are_gone_is_shown_with_them(maria, paul, city):
    comment(paul, city, field="fields/profile", quote="wool")
    save_form(signed_in(maria), city, profile="<p>A city of flax.</p>", _draft="1")
    assert "On words since removed: “wool”" in draft_page(maria, city).text
    signed_in(maria).post(
        admin_url(city, "draft", city.pk),
        {"draft": draft_page(maria, city).context["draft"].pk, "decision": "discard"},
    )
    page = signed_in(maria).get(admin_url(city, "comments", city.pk))
    assert "On the words “wool”" in page.text


# -- Who may ---------------------------------------------------------------------------------


def test_people_who_may_only_view_a_record_read_its_comments(paul, city):
    comment(paul, city, text="Read me")
    viewer = factories.user("Contributors")
    country = city.country
    comment(paul, country, text="About the country")
    page = signed_in(viewer).get(admin_url(country, "comments", country.pk))
    assert "About the country" in page.text
    assert "<form" not in page.text.partition('id="comments"')[2]
    assert post(viewer, country, text="Hm").status_code == 403


def test_a_record_in_the_trash_takes_no_comments_and_keeps_those_it_has(paul, city):
    thread = comment(paul, city)
    transitions.run(city, transitions.trash)
    assert post(paul, city, text="Hm").status_code == 403
    transitions.run(city, transitions.recover)
    assert list(CommentThread.objects.of(city)) == [thread]


def test_a_person_tied_to_another_city_neither_reads_nor_writes_comments(maria, paul, city):
    comment(paul, city)
    Tie.objects.create(user=maria, city=factories.city(name="York"))
    assert post(maria, city, text="Hm").status_code == 404
    assert signed_in(maria).get(admin_url(city, "comments", city.pk)).status_code == 404
    listed = signed_in(maria).get(admin_url(CommentThread, "changelist"))
    assert list(listed.context["cl"].queryset) == []


# -- Life ------------------------------------------------------------------------------------


def test_comments_survive_saving_and_publishing_until_they_are_resolved(maria, paul, city):
    save_form(signed_in(maria), city, motto="New", _review="")
    thread = comment(paul, city, field="fields/motto")
    save_form(signed_in(maria), city, motto="Newer", _draft="1")
    save_form(signed_in(paul), city, _save="1")
    assert list(CommentThread.objects.of(city).open()) == [thread]


def test_deleting_a_record_for_good_deletes_its_comments(superuser, paul, city):
    comment(paul, city)
    transitions.run(city, transitions.trash)
    superuser.post(admin_url(city, "delete", city.pk), {"post": "yes"})
    assert not City.objects.exists()
    assert not Comment.objects.exists()


def test_the_name_of_a_deleted_account_stays_as_in_the_history(paul, city):
    thread = comment(paul, city)
    paul.delete()
    assert texts(thread) == [("Paul Okafor", "Which year?")]


def test_open_comments_on_ones_own_drafts_are_counted(maria, paul, city):
    other = factories.city(name="York")
    save_form(signed_in(maria), city, motto="New", _review="")
    threads = [comment(paul, city), comment(paul, city)]
    comment(paul, other)
    comments.resolve(threads[0], paul)
    assert list(open_comments_for(maria)) == [threads[1]]
    assert list(open_comments_for(paul)) == []
    Tie.objects.create(user=maria, city=other)
    assert list(open_comments_for(type(maria).objects.get(pk=maria.pk))) == []


def test_the_front_page_counts_open_comments_and_links_to_their_list(maria, paul, city):
    save_form(signed_in(maria), city, motto="New", _review="")
    thread = comment(paul, city, field="fields/motto")
    comments.resolve(comment(paul, city), paul)
    client = signed_in(maria)
    (figure,) = [
        figure
        for figure in client.get(reverse("admin:index")).context["mine"]
        if figure.label == "Open comments on my drafts"
    ]
    page = client.get(figure.address)
    assert figure.number == 1
    assert list(page.context["cl"].result_list) == [thread]
    assert f"{admin_url(city, 'comments', city.pk)}#thread-{thread.pk}" in page.text
    listed = admin_url(CommentThread, "changelist")
    found = {
        query: client.get(f"{listed}?{query}").context["cl"].result_count
        for query in ("status=resolved", "concerns=mine", "q=year", "q=Leeds", "q=Hull")
    }
    assert found == {
        "status=resolved": 1, "concerns=mine": 0, "q=year": 2, "q=Leeds": 2, "q=Hull": 0,
    }  # fmt: skip
    Tie.objects.create(user=maria, city=factories.city(name="York"))
    assert signed_in(maria).get(listed).context["cl"].result_count == 0


# -- Mail ------------------------------------------------------------------------------------


@pytest.fixture
def sent(settings, django_capture_on_commit_callbacks):
    """Return a function that comments, and returns the recipients of the mails."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def write(*args, **values):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            comment(*args, **values)
        return sorted(to for one in mail.outbox for to in one.to)

    return write


def test_the_author_of_the_draft_gets_mail_about_a_comment(maria, paul, city, sent):
    save_form(signed_in(maria), city, motto="New", _review="")
    recipients = sent(paul, city, field="fields/profile", quote="wool")
    assert recipients == ["maria@example.org"]
    (one,) = mail.outbox
    thread = CommentThread.objects.get()
    assert one.subject == "New comment on “Leeds”"
    for part in (
        "Paul Okafor wrote about “Profile” of “Leeds”:",
        "On the words “wool”",
        "Which year?",
        f"http://testserver{admin_url(city, 'draft', city.pk)}#thread-{thread.pk}",
    ):
        assert part in one.body


def test_a_reply_is_mailed_once_to_everybody_in_the_thread_but_its_writer(maria, paul, city, sent):
    rosa = factories.user("Editors", email="rosa@example.org")
    save_form(signed_in(maria), city, motto="New", _review="")
    assert sent(maria, city) == []
    thread = CommentThread.objects.get()
    assert sent(paul, city, thread=thread.pk) == ["maria@example.org"]
    assert sent(rosa, city, thread=thread.pk) == ["maria@example.org", "paul@example.org"]
    assert mail.outbox[0].subject.startswith("New reply about “Leeds”")
    assert sent(maria, city, thread=thread.pk) == ["paul@example.org", "rosa@example.org"]


def test_people_who_may_no_longer_open_the_record_get_no_mail(maria, paul, city, sent):
    save_form(signed_in(maria), city, motto="New", _review="")
    tie = Tie.objects.create(user=maria, city=factories.city(name="York"))
    assert sent(paul, city) == []
    tie.delete()
    assert sent(paul, city) == ["maria@example.org"]
    maria.groups.clear()
    assert sent(paul, city) == []
    maria.groups.set(paul.groups.all())
    maria.is_active = False
    maria.save()
    assert sent(paul, city) == []


def test_resolving_sends_no_mail(maria, paul, city, sent, django_capture_on_commit_callbacks):
    sent(maria, city)
    with django_capture_on_commit_callbacks(execute=True):
        post(paul, city, thread=CommentThread.objects.get().pk, do="resolve")
    assert mail.outbox == []


# -- Never public ----------------------------------------------------------------------------


def test_a_comment_never_leaves_the_desk(maria, paul, superuser, city):
    """On no public page, feed, data file, export, snapshot, preview or shared link."""
    story = factories.news_item(title="News of Leeds", cities=[city])
    for record in (city, story, city.country):
        comments.start(record, paul, SECRET, quote=SECRET)
    save_form(signed_in(maria), city, motto="New", _review="")
    shared = signed_in(maria).post(admin_url(city, "share", city.pk), {"days": "7"})
    visitor = Client()
    addresses = [
        city.get_absolute_url(),
        story.get_absolute_url(),
        city.country.get_absolute_url(),
        "/",
        "/cities/",
        "/search/?q=Leeds",
        "/news/feed/",
        *(f"/cities/export.{kind}" for kind in ("csv", "json", "geojson", "atom")),
        shared.context["address"].removeprefix("http://testserver"),
    ]
    for address in addresses:
        assert SECRET not in read(visitor.get(address, follow=True)), address
    pages = [
        admin_url(city, "draft_page", city.pk),
        admin_url(city, "history", city.pk),
        admin_url(City, "export", "csv"),
    ]
    for address in pages:
        assert SECRET not in read(superuser.get(address, follow=True)), address
    for revision in Revision.objects.of(city):
        assert SECRET not in str((revision.base, revision.content, revision.note))


def read(response):
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode("utf-8", "replace")
