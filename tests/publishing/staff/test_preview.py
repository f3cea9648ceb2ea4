"""The preview: the public page with the typed values, without a trace."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from cities.models import AlternativeName, City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page, Site
from publishing.models import FormerSlug, Revision
from tests import factories
from tests.admin_pages import admin_url, open_form, read_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

# A record of each kind with a page, and a field that the page shows.
KINDS = {
    City: (factories.city, "motto"),
    Country: (lambda: factories.city().country, "name"),
    Intake: (factories.intake, "source"),
    Theme: (factories.theme, "name"),
    Network: (factories.network, "name"),
    Organisation: (factories.organisation, "name"),
    NewsItem: (factories.news_item, "title"),
    Event: (factories.event, "name"),
    Page: (factories.page, "title"),
    Site: (lambda: Site.objects.get(), "home_heading"),
}


def preview(client, record, **typed):
    """Return the preview of a record's form with typed values."""
    return client.post(admin_url(record, "preview", record.pk), open_form(client, record) | typed)


def preview_new(client, model, **typed):
    form = read_form(client.get(admin_url(model, "add")), model).fields
    return client.post(admin_url(model, "add_preview"), form | typed)


def contents():
    """Return every row of every table that a rehearsal might change."""
    models = (City, AlternativeName, NewsItem, FormerSlug, Revision, City.themes.through)
    return [list(model._base_manager.order_by("pk").values()) for model in models]


@pytest.mark.parametrize("model", KINDS, ids=lambda model: model.__name__)
def test_the_preview_of_every_kind_of_page_shows_what_is_typed(superuser, model):
    make, field = KINDS[model]
    record = make()
    response = preview(superuser, record, **{field: "Words typed just now"})
    assert response.status_code == 200
    assert "Words typed just now" in response.text
    assert "Preview of the form as it is now." in response.text
    record.refresh_from_db()
    assert getattr(record, field) != "Words typed just now"


def test_a_preview_changes_nothing(editor):
    city = factories.alternative_name(city=factories.city(name="Fez")).city
    before = contents()
    response = preview(
        editor,
        city,
        **{"slug": "fes", "alternative_names-0-name": "Fās", "themes": [factories.theme().pk]},
    )
    assert "Fās" in response.text
    assert contents() == before
    assert not response.wsgi_request.session.get("_messages")


def test_the_preview_is_private_and_opens_only_in_a_frame_of_the_portal(editor):
    response = preview(editor, factories.city())
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex, nofollow">' in response.text
    assert 'rel="canonical"' not in response.text


def test_the_frame_of_the_preview_has_a_content_security_policy_of_its_own(editor):
    city = factories.city()
    response = editor.get(admin_url(city, "preview", city.pk))
    policy = response["Content-Security-Policy"]
    assert "script-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "style-src 'self'" in policy
    form = editor.get(admin_url(city, "change", city.pk))
    assert "frame-src 'self'" in form["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in form["Content-Security-Policy"]
    changelist = editor.get(admin_url(City, "changelist"))
    assert "frame-src 'none'" in changelist["Content-Security-Policy"]


def test_the_preview_shows_a_draft_as_visitors_would_see_it(editor):
    item = factories.news_item(title="Not out", published_at=None)
    other = factories.city(name="Hidden city", published_at=None)
    response = preview(editor, item, cities=[other.pk])
    assert "Not out" in response.text
    assert "Hidden city" not in response.text
    assert "Visitors cannot see this page." not in response.text


def test_the_preview_shows_the_open_draft_and_what_others_saved_meanwhile(publisher, editor):
    city = factories.city(name="Leeds", motto="Old", summary="Old summary")
    form = open_form(editor, city)
    City.objects.filter(pk=city.pk).update(summary="Summary by somebody else")
    response = editor.post(admin_url(city, "preview", city.pk), form | {"motto": "My motto"})
    assert "My motto" in response.text
    assert "Summary by somebody else" in response.text


def test_the_preview_of_a_new_record_writes_nothing(editor):
    country = factories.country()
    before = contents()
    response = preview_new(editor, City, name="Newtown", country=country.pk, motto="Brand new")
    assert "Newtown" in response.text
    assert "Brand new" in response.text
    assert contents() == before
    assert editor.get("/cities/newtown/").status_code == 404


def test_the_preview_shows_a_new_record_with_rows_and_relations(editor):
    network = factories.network(name="Ring of libraries")
    response = preview_new(
        editor,
        NewsItem,
        title="A story",
        summary="Short",
        body="<p>Long text</p>",
        networks=[network.pk],
    )
    assert "Long text" in response.text
    assert "Ring of libraries" in response.text


def test_previews_of_new_records_use_up_no_keys(editor):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite takes its numbers back with the transaction")
    first = factories.news_item()
    for _ in range(3):
        preview_new(editor, NewsItem, title="A story")
    assert factories.news_item().pk == first.pk + 1


def test_the_preview_says_in_sentences_what_is_wrong(editor):
    city = factories.city()
    response = preview(
        editor,
        city,
        **{
            "name": "",
            "awards-TOTAL_FORMS": "1",
            "awards-0-year": "",
            "awards-0-source": "Somebody",
            "awards-0-city": city.pk,
        },
    )
    assert response.status_code == 200
    assert "<li>Name: This field is required.</li>" in response.text
    assert "<li>Learning city award, year: This field is required.</li>" in response.text


def test_the_preview_needs_the_permission_to_change_the_record(client):
    city = factories.city()
    address = admin_url(city, "preview", city.pk)
    assert client.post(address).status_code == 302
    client.force_login(factories.user())
    assert client.post(address).status_code == 403
    assert client.post(admin_url(City, "add_preview")).status_code == 403
    City.objects.update(trashed_at=timezone.now())
    client.force_login(factories.superuser())
    assert client.get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_previews_do_not_block_the_saves_of_colleagues():
    city = factories.city(motto="Old")
    writer = signed_in(factories.user("Publishers"))
    form = open_form(writer, city)

    def look(number):
        try:
            return preview(writer, city, motto=f"Motto {number}").status_code
        finally:
            connection.close()

    def save(number):
        try:
            address = admin_url(city, "change", city.pk)
            return writer.post(
                address, form | {"summary": f"Summary {number}", "_because": "Short"}
            ).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        looks = [pool.submit(look, number) for number in range(6)]
        saved = pool.submit(save, 1)
        assert saved.result() == 302
        assert [answer.result() for answer in looks] == [200] * 6
    city.refresh_from_db()
    assert (city.motto, city.summary) == ("Old", "Summary 1")
