"""Days and moments at the rim of what people type, in every time zone and by every way in."""

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from cities.models import City
from news.models import Event, NewsItem
from publishing.models import DayField, MomentField, Picture, Revision
from publishing.revisions.models import Action, Stage, log
from publishing.revisions.snapshots import take
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.publishing.import_export.conftest import Desk, results

pytestmark = pytest.mark.django_db

ZONES = ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"]
SENTENCE = "Choose a year between 1900 and 2200."
OUTSIDE = [("31/12/9999", "23:59"), ("01/01/0001", "00:00"), ("31/12/1899", "23:59")]
OUTSIDE += [("01/01/2201", "00:00"), ("9999-12-31", "23:59:59"), ("0001-01-01", "12:00")]
RIMS = [datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]
OURS = ("cities", "partners", "news", "portal", "publishing")


@pytest.fixture(params=ZONES)
def zone(request, settings):
    settings.TIME_ZONE = request.param


def typed(name: str, day: str, time: str) -> dict[str, str]:
    return {f"{name}_0": day, f"{name}_1": time}


def test_every_day_and_moment_that_people_type_has_the_limits():
    automatic = {
        *("Batch", "BatchRow", "CommentThread", "HeadingChoice"),
        *("RequestCount", "SharedDraft", "WorkingCopy"),
    }
    bare = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model.__name__ in automatic:
            continue
        for field in model._meta.local_fields:
            is_typed = field.editable and isinstance(field, models.DateField)
            if (
                is_typed
                and not isinstance(field, DayField | MomentField)
                and not field.has_default()
            ):
                bare.append(str(field))
    assert bare == []


@pytest.mark.parametrize("name", ["published_at", "expires_at"])
def test_a_moment_outside_the_years_is_refused_at_its_field(superuser, zone, name):
    for day, time in OUTSIDE:
        response = add(superuser, NewsItem, title="Story", summary="New.", **typed(name, day, time))
        assert errors(response) == {name: [SENTENCE]}, day
    assert not NewsItem.objects.exists()


def test_a_moment_of_the_archive_outside_the_years_is_refused_at_its_field(superuser, zone):
    story = factories.news_item(summary="New.", published_at=None)
    for day, time in OUTSIDE:
        response = save_form(superuser, story, **typed("archived_at", day, time))
        assert errors(response) == {"archived_at": [SENTENCE]}, day


def test_the_first_and_the_last_moment_are_saved_and_saved_again(superuser, zone):
    rims = typed("published_at", "01/01/1900", "00:00") | typed("expires_at", "31/12/2200", "23:59")
    words = {"title": "Story", "summary": "New.", "_because": "So."}
    assert add(superuser, NewsItem, **words, **rims).status_code == 302
    record = NewsItem.objects.get()
    fields = open_form(superuser, record)
    assert (fields["published_at_0"], fields["expires_at_0"]) == (["01/01/1900"], ["31/12/2200"])
    again = save_form(superuser, record, summary="More.", _because="So.")
    assert again.status_code == 302, errors(again)
    record.refresh_from_db()
    record.full_clean()
    assert record.summary == "More."


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1899-12-31", "2201-01-01"])
def test_a_day_outside_the_years_is_refused_at_its_field(superuser, day):
    city = factories.city()
    assert errors(save_form(superuser, city, checked_on=day)) == {"checked_on": [SENTENCE]}
    event = factories.event()
    refused = errors(save_form(superuser, event, starts_on=day, ends_on=""))
    assert refused == {"starts_on": [SENTENCE]}
    refused = errors(save_form(superuser, city, joined_on=day, joined_year="2024"))
    assert refused["joined_on"] == [SENTENCE]


def test_a_draft_cannot_go_live_outside_the_years(publisher, zone):
    city = factories.city()
    for moment in ("9999-12-31T23:59", "0001-01-01T00:00", "2201-01-01T00:00"):
        response = save_form(publisher, city, motto="New", _schedule="1", _due_at=moment)
        assert SENTENCE in response.text, moment
    assert not Revision.objects.filter(stage=Stage.SCHEDULED).exists()


def test_what_is_typed_outside_the_years_is_kept_and_previewed_with_the_sentence(superuser, zone):
    record = factories.news_item()
    for day, time in OUTSIDE:
        fields = open_form(superuser, record) | typed("expires_at", day, time)
        response = superuser.post(admin_url(record, "preview", record.pk), fields)
        assert (response.status_code, SENTENCE in response.text) == (200, True), day
        kept = superuser.post(admin_url(record, "working", record.pk), fields)
        assert kept.json()["kept"], day
        taken = f"{admin_url(record, 'change', record.pk)}?_take={fields['_copy'][0]}"
        assert superuser.get(taken).status_code == 200


def test_an_import_refuses_the_row_and_says_why(zone):
    desk = Desk(factories.superuser())
    moments = ["9999-12-31 23:59", "0001-01-01 00:00", "9999-12-31T23:59:59Z", "2024-01-01 09:00"]
    rows = [
        {"title": f"Story {number}", "summary": "New.", "published_at": moment}
        for number, moment in enumerate(moments)
    ]
    outcomes = results(desk.look(NewsItem, rows, mode="live"))
    assert [SENTENCE in reason for _number, _outcome, reason in outcomes] == [True] * 3 + [False]
    assert outcomes[3][1] == "new"


def test_an_import_of_days_outside_the_years_is_refused():
    desk = Desk(factories.superuser())
    city = factories.city()
    rows = [{"id": city.pk, "checked_on": day} for day in ("9999-12-31",)]
    [(_number, outcome, reason)] = results(desk.look(City, rows))
    assert (outcome, SENTENCE in reason) == ("refused", True)


def pages_of_the_desk(record) -> list[str]:
    names = ("change", "history", "delete", "preview")
    return [
        admin_url(record, "changelist"),
        *(admin_url(record, name, record.pk) for name in names),
        admin_url(record, "export", "csv"),
        reverse("admin:index"),
        reverse("admin:schedule"),
    ]


@pytest.mark.parametrize("moment", RIMS, ids=["last", "first"])
def test_a_row_that_is_beyond_the_limits_already_breaks_no_page(superuser, zone, moment):
    """As an earlier version, or SQL, may have written it."""
    story, event, rim = factories.news_item(), factories.event(), moment.date()
    NewsItem.objects.update(expires_at=moment if moment.year > 2000 else None)
    Event.objects.update(starts_on=rim, ends_on=rim, checked_on=rim)
    log(story, Action.CHANGED, content=take(story))
    addresses = [*pages_of_the_desk(story), *pages_of_the_desk(event)]
    public = ["/", "/news/", "/events/", "/news/feed/", "/sitemap.xml"]
    for address in [*addresses, *public, story.get_absolute_url(), event.get_absolute_url()]:
        response = superuser.get(address)
        assert response.status_code == 200, address
        b"".join(response)
    NewsItem.objects.update(published_at=moment, expires_at=None, archived_at=moment)
    for address in pages_of_the_desk(story):
        assert superuser.get(address).status_code == 200, address


def test_a_revision_that_holds_such_a_moment_is_shown_and_restored_without_it(superuser, zone):
    story = factories.news_item()
    content = take(story)
    content["fields"] |= {"expires_at": "9999-12-31T23:59:59+00:00"}
    revision = log(story, Action.CHANGED, base=take(story), content=content)
    address = admin_url(story, "revision", story.pk, revision.pk)
    assert superuser.get(address).status_code == 200
    response = superuser.post(address, follow=True)
    assert response.status_code == 200
    story.refresh_from_db()
    assert story.expires_at is None


@pytest.mark.parametrize("model", [NewsItem, Picture, City, Revision])
def test_no_date_in_the_address_of_a_list_breaks_it(superuser, zone, unrendered, model):
    names = [f.name for f in model._meta.fields if isinstance(f, models.DateField)]
    values = ["9999", "1", "0", "-1", "99999", "9999-12-31", "0001-01-01", "9999-12-31 23:59"]
    for name in names:
        for kind in ("__year", "__gte", "__lt", "__date", ""):
            for value in values:
                address = f"{admin_url(model, 'changelist')}?{name}{kind}={value}"
                response = superuser.get(address)
                assert response.status_code in (200, 302, 400), address
