"""Share links to drafts, for people without an account."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from publishing.models import Revision, SharedDraft
from tests import factories
from tests.admin_pages import admin_url, save_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafted(editor):
    """Make a public city with a draft that changes it."""
    city = factories.city(name="Leeds", motto="Public motto")
    save_form(editor, city, motto="Draft motto", _draft="1")
    return city


def make_link(client, record, days="7"):
    """Return the path of a new share link."""
    response = client.post(admin_url(record, "share", record.pk), {"days": days})
    return "/" + response.context["address"].split("/", 3)[3]


def visit(address):
    return Client().get(address)


def actions(record):
    return list(Revision.objects.of(record).values_list("action", flat=True))


def test_a_share_link_shows_the_draft_of_a_public_page_to_a_stranger(editor, drafted):
    address = make_link(editor, drafted)
    response = visit(address)
    assert "Draft motto" in response.text
    assert "Draft of “Leeds”, not published. Shared by Staff " in response.text
    assert "Public motto" in visit(drafted.get_absolute_url()).text
    drafted.refresh_from_db()
    assert drafted.motto == "Public motto"


def test_the_page_of_a_share_link_is_not_indexed_or_cached_and_sends_no_referrer(editor, drafted):
    response = visit(make_link(editor, drafted))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in response.text
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert 'href="/cities/"' in response.text
    assert "/admin/" not in response.text
    assert not response.cookies


def test_a_visit_to_a_share_link_writes_nothing(editor, drafted):
    address = make_link(editor, drafted)
    tables = (Revision, SharedDraft, type(drafted))
    before = [list(model.objects.order_by("pk").values()) for model in tables]
    visit(address)
    assert [list(model.objects.order_by("pk").values()) for model in tables] == before


def test_a_share_link_of_a_hidden_record_needs_no_transaction(editor):
    item = factories.news_item(title="To come", published_at=None)
    address = make_link(editor, item)
    with CaptureQueriesContext(connection) as queries:
        assert "To come" in visit(address).text
    assert not [q for q in queries if q["sql"].split()[0] not in ("SELECT",)]


def test_a_share_link_follows_the_draft(editor, drafted):
    address = make_link(editor, drafted)
    save_form(editor, drafted, motto="Second thought", _draft="1")
    assert "Second thought" in visit(address).text


@pytest.mark.parametrize("decision", ["publish", "discard"])
def test_a_share_link_ends_with_its_draft_and_shows_no_later_one(
    publisher, editor, drafted, decision
):
    address = make_link(editor, drafted)
    draft = Revision.objects.open().get()
    publisher.post(
        admin_url(drafted, "draft", drafted.pk), {"draft": draft.pk, "decision": decision}
    )
    assert visit(address).status_code == 410
    save_form(editor, drafted, motto="Another draft", _draft="1")
    response = visit(address)
    assert response.status_code == 410
    assert "This link has ended" in response.text
    assert "Another draft" not in response.text


def test_a_share_link_of_a_published_record_has_ended(publisher):
    item = factories.news_item(title="To come", published_at=None)
    address = make_link(publisher, item)
    save_form(publisher, item, _publish="1", _because="It is urgent")
    assert visit(address).status_code == 410


def test_a_share_link_does_not_show_a_record_in_the_trash(editor):
    item = factories.news_item(title="To come", published_at=None)
    address = make_link(editor, item)
    editor.post(admin_url(item, "delete", item.pk), {"post": "yes"})
    assert visit(address).status_code == 410


def test_a_share_link_expires(editor, drafted):
    address = make_link(editor, drafted, days="1")
    assert SharedDraft.objects.get().expires_at - timezone.now() > timedelta(hours=23)
    SharedDraft.objects.update(expires_at=timezone.now())
    assert visit(address).status_code == 410


def test_a_share_link_is_revoked_on_the_page_of_the_draft(editor, drafted):
    address = make_link(editor, drafted)
    page = editor.get(admin_url(drafted, "draft", drafted.pk))
    link = SharedDraft.objects.get()
    assert f'name="revoke" value="{link.pk}"' in page.text
    response = editor.post(
        admin_url(drafted, "share", drafted.pk), {"revoke": link.pk}, follow=True
    )
    assert "The link has been revoked" in response.text
    assert "There are no working links." in response.text
    assert visit(address).status_code == 410
    assert actions(drafted) == ["unshared", "shared", "drafted"]


def test_a_share_link_is_stored_only_as_a_hash(editor, drafted):
    token = make_link(editor, drafted).strip("/").split("/")[-1]
    assert token not in str(list(SharedDraft.objects.values()) + list(Revision.objects.values()))
    assert token not in editor.get(admin_url(drafted, "share", drafted.pk)).text


def test_an_unknown_share_link_is_not_found(db):
    assert visit("/shared/nothing/").status_code == 404


def test_a_public_record_without_a_draft_cannot_be_shared(editor):
    city = factories.city()
    response = editor.post(admin_url(city, "share", city.pk), {"days": "7"})
    assert not SharedDraft.objects.exists()
    assert "There is no draft to share" in response.text
    assert "Share the draft" not in editor.get(admin_url(city, "change", city.pk)).text


@pytest.mark.parametrize("days", ["", "0", "365", "x"])
def test_a_share_link_lasts_only_an_offered_number_of_days(editor, drafted, days):
    editor.post(admin_url(drafted, "share", drafted.pk), {"days": days})
    assert not SharedDraft.objects.exists()


def test_a_share_link_needs_the_permission_to_change_the_record(client, drafted):
    client.force_login(factories.user())
    assert client.get(admin_url(drafted, "share", drafted.pk)).status_code == 403
