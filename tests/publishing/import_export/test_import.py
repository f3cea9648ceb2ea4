"""Imports: the preview, the writes, the refusals, and the undo."""

from datetime import UTC, datetime

import pytest

from cities.models import City, Country, Intake
from news.models import NewsItem
from partners.models import Membership, Network, Organisation
from portal.models import Tie
from publishing.models import Batch, BatchRow, FormerSlug, Revision
from publishing.revisions import comments, snapshots
from publishing.revisions.comments import CommentThread
from publishing.revisions.models import log, open_draft
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.import_export.conftest import Desk, results

pytestmark = pytest.mark.django_db


def test_an_import_changes_the_field_of_the_table_and_nothing_else(publisher):
    city = factories.city(name="Wakefield", population=300_000, themes=[factories.theme()])
    factories.award(city=city, year=2017)
    before = snapshots.take(city)
    batch = publisher.bring(City, [{"slug": "wakefield", "population": "353000.0"}], mode="live")
    after = snapshots.take(city)
    assert after == before | {"fields": before["fields"] | {"population": 353_000}}
    made = Revision.objects.of(city).get()
    assert (made.action, made.batch, made.base, made.content, made.person) == (
        "imported", batch, before, after, publisher.user,
    )  # fmt: skip


def test_the_preview_of_an_import_changes_nothing_and_shows_old_and_new_values(publisher):
    city = factories.city(name="Wakefield", motto="Old words", country=factories.united_kingdom())
    rows = [{"id": city.pk, "name": "Wakefield", "motto": "New words", "country": "GB"}]
    batch = publisher.look(City, [*rows, {"id": "", "name": "Derby", "motto": "", "country": "gb"}])
    assert City.objects.get().motto == "Old words"
    page = publisher.client.get(admin_url(City, "batch", batch.pk)).content.decode()
    assert '<del><span class="visually-hidden">removed: </span>Old</del>' in page
    assert '<th scope="row"><bdi>Derby</bdi></th>' in page
    assert [r.outcome for r in batch.rows.all()] == ["changed", "new"]


def test_absent_columns_keep_their_fields_and_empty_cells_empty_them(publisher):
    city = factories.city(motto="Words", summary="A summary.", themes=[factories.theme()])
    factories.award(city=city)
    publisher.bring(City, [{"id": city.pk, "motto": "", "themes": "", "awards": ""}], mode="live")
    city.refresh_from_db()
    assert (city.motto, city.summary, city.themes.count(), city.awards.count()) == (
        "", "A summary.", 0, 0,
    )  # fmt: skip


def test_an_imported_new_record_is_as_its_form_would_make_it(publisher):
    factories.united_kingdom()
    factories.intake(year=2024)
    theme = factories.theme(name="Health")
    row = {
        "name": " Écully ",
        "country": "United Kingdom",
        "intake": "2024",
        "profile": "<h2>Learning</h2><script>alert(1)</script>",
        "website": "ecully.fr",
        "themes": "health",
        "alternative_names (name | language)": "Ecully | fr\nÉcully-le-Haut",
        "status": "Member",
    }
    publisher.bring(City, [row])
    city = City.objects.get()
    said = (city.name, city.slug, city.joined_year, city.profile, city.website, city.name_key)
    assert said == ("Écully", "ecully", 2024, "<h2>Learning</h2>", "https://ecully.fr", " ecully")
    assert (city.published_at, list(city.themes.all())) == (None, [theme])
    names = city.alternative_names.values_list("name", "language", "search_key")
    assert set(names) == {("Ecully", "fr", " ecully"), ("Écully-le-Haut", "", " ecully le haut")}


def test_live_means_public_at_once_unless_the_file_says_when(publisher):
    publisher.bring(Organisation, [{"name": "A", "sector": "college"}], mode="live")
    later = {"name": "B", "sector": "college", "published_at": "2199-01-01 09:00"}
    publisher.bring(Organisation, [later, later | {"name": "C", "published_at": ""}], mode="live")
    states = {o.name: o.state.value for o in Organisation.objects.all()}
    assert states == {"A": "public", "B": "scheduled", "C": "draft"}
    assert Organisation.objects.get(name="B").published_at == datetime(2199, 1, 1, 9, tzinfo=UTC)


def test_a_live_import_schedules_a_draft_and_is_undone_to_a_draft(publisher):
    draft = factories.organisation(name="A", published_at=None)
    row = {"id": draft.pk, "name": "A", "published_at": "2098-12-04 09:00"}
    batch = publisher.look(Organisation, [row], mode="live")
    remark = "Scheduled for 4 December 2098, 09:00 UTC. Visitors cannot see it until then."
    assert [row.remark for row in batch.rows.all()] == [remark]
    batch = publisher.bring(Organisation, [row], mode="live")
    draft.refresh_from_db()
    assert draft.published_at == datetime(2098, 12, 4, 9, tzinfo=UTC)
    publisher.undo(batch)
    draft.refresh_from_db()
    assert draft.published_at is None


def test_a_live_import_keeps_the_dates_of_the_file_as_they_are(publisher):
    row = {"name": "A", "sector": "college", "expires_at": "2021-05-04 09:00"}
    archived = {"name": "B", "sector": "college", "archived_at": "2021-05-04 09:00"}
    publisher.bring(Organisation, [archived], mode="live")
    assert Organisation.objects.get(name="B").state == "archived"
    batch = publisher.look(Organisation, [row], mode="live")
    reason = "“Expires at” must be later than “Publish at”. Change one of them."
    assert results(batch) == [(2, "refused", reason)]


def test_every_kind_of_error_has_its_line_and_reason(publisher):
    factories.united_kingdom()
    factories.city(name="Derby")
    factories.city(name="Leeds", trashed_at=factories.LONG_AGO)
    leeds = City.objects.get(name="Leeds")
    full = {"id": "", "name": "X", "country": "GB", "kind": "", "latitude": "", "joined_on": ""}
    batch = publisher.look(
        City,
        [
            full | {"name": ""},
            full | {"country": "Atlantis"},
            full | {"name": "Derby"},
            full | {"kind": "planet"},
            full | {"latitude": "53,5"},
            full | {"joined_on": "14 Feb"},
            full | {"id": "4711"},
            full | {"id": leeds.pk},
            full | {"id": "one"},
            full | {"name": "Hull"},
            full | {"name": "Hull"},
        ],
    )
    no_id = (
        "There is no city with the id “%s” that you may change. "
        "Leave the id empty to add a new one."
    )
    taken = (
        "There is already a city of this name in this country. "
        "If this is a different place, give both a different part of the country."
    )
    kinds = "; ".join(map(str, City.Kind.labels))
    assert results(batch) == [
        (2, "refused", "Name: This cannot be empty."),
        (3, "refused", "Unknown country “Atlantis”."),
        (4, "refused", f"“Derby (United Kingdom)”: {taken}"),
        (5, "refused", f"Kind of place: “planet” is none of: {kinds}."),
        (6, "refused", "Give both latitude (−90 to 90) and longitude (−180 to 180), or neither."),
        (
            7,
            "refused",
            (
                "Joining date: “14 Feb” is not a whole date. Write the day, the month and the "
                "year. If only the year is known, put it into “Joining year”."
            ),
        ),
        (8, "refused", no_id % 4711),
        (9, "refused", "It is in the trash. Take it out before you change it."),
        (10, "refused", no_id % "one"),
        (11, "new", ""),
        (12, "refused", "“Hull (United Kingdom)”: Row 11 of the file has the same."),
    ]


def test_refused_rows_are_skipped_and_the_others_are_imported(publisher):
    rows = [
        {"code": "FR", "name": "France", "region": "Africa"},
        {"code": "x", "name": "X", "region": "africa"},
    ]
    batch = publisher.bring(Country, rows)
    assert list(Country.objects.values_list("code", "name", "slug")) == [("FR", "France", "france")]
    assert batch.counts == {
        "pending": 0,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "left_out": 0,
    }


def test_an_imported_slug_leaves_a_redirect_from_the_former_one(publisher):
    city = factories.city(name="Wakefield")
    publisher.bring(City, [{"id": city.pk, "slug": "Wakefield-District"}], mode="live")
    assert City.objects.get().slug == "wakefield-district"
    assert FormerSlug.objects.get(slug="wakefield").object_pk == str(city.pk)
    # The same in the other direction.
    publisher.bring(City, [{"id": city.pk, "slug": "wakefield"}], mode="live")
    assert [f.slug for f in FormerSlug.objects.all()] == ["wakefield-district"]


def test_rows_of_a_record_keep_their_keys_in_an_import(publisher):
    network = factories.network()
    kept = factories.membership(network=network, role="lead")
    factories.membership(network=network)
    came = factories.organisation(name="Came | College")
    cell = f"{kept.organisation.slug} | lead \\| chair\n{came.slug} | | planned"
    batch = publisher.bring(Network, [{"slug": network.slug, "memberships": cell}], mode="live")
    assert batch.counts["changed"] == 1
    rows = Membership.objects.order_by("status").values_list("organisation", "role", "status")
    assert list(rows) == [
        (came.pk, "", "planned"),
        (kept.organisation.pk, "lead | chair", "unconfirmed"),
    ]
    assert Membership.objects.filter(pk=kept.pk).exists()


# -- Drafts and permissions --------------------------------------------------------------------


def test_a_contributor_imports_drafts_only(contributor):
    public = factories.news_item(title="Old", published_at=factories.LONG_AGO)
    hidden = factories.news_item(title="Hidden", published_at=None)
    rows = [
        {"id": public.pk, "title": "Better", "summary": "S", "published_at": ""},
        {"id": hidden.pk, "title": "Shown", "summary": "S", "published_at": "2020-01-01"},
        {"id": "", "title": "Fresh", "summary": "S", "published_at": "2020-01-01"},
    ]
    batch = contributor.bring(NewsItem, rows, mode="live")
    titles = NewsItem.objects.order_by("pk").values_list("title", "published_at")
    assert list(titles) == [("Old", factories.LONG_AGO), ("Shown", None), ("Fresh", None)]
    draft = open_draft(public)
    assert (draft.action, draft.stage, draft.batch) == ("drafted", "draft", batch)
    assert draft.content["fields"]["title"] == "Better"
    assert draft.content["fields"]["published_at"] == draft.base["fields"]["published_at"]


def test_the_open_draft_of_a_colleague_is_named_and_stays(contributor, publisher):
    city = factories.city(motto="Old")
    taken = snapshots.take(city)
    mine = log(city, "drafted", contributor.user, base=taken, content=taken, stage="draft")
    batch = contributor.look(City, [{"id": city.pk, "motto": "New"}])
    said = f"{contributor.user} has an open draft of it. Publish or discard the draft first."
    assert results(batch) == [(2, "refused", said)]
    batch = publisher.bring(City, [{"id": city.pk, "motto": "New"}], mode="live")
    said = (
        f"{contributor.user} has an open draft of it, "
        "which stays and will be combined with this later."
    )
    assert batch.rows.get().remark == said
    assert open_draft(city) == mine
    assert City.objects.get().motto == "New"


def test_an_import_needs_the_permissions_to_add_and_to_change(publisher, contributor):
    assert contributor.client.get(admin_url(Country, "import")).status_code == 403
    page = contributor.client.get(admin_url(Country, "changelist")).content.decode()
    assert admin_url(Country, "import") not in page
    assert admin_url(Country, "export", "csv") in page
    batch = publisher.look(City, [{"name": "A", "country": "GB"}])
    address = admin_url(City, "batch", batch.pk)
    assert contributor.client.get(address).status_code == 403
    assert contributor.client.post(address, {"decision": "import"}).status_code == 403
    # Another publisher cannot see the preview of a colleague.
    assert Desk(factories.user("Publishers")).client.get(address).status_code == 403


def test_a_record_that_the_user_may_not_see_is_refused_and_not_added_twice(publisher, monkeypatch):
    from cities.admin import CityAdmin

    mine, other = factories.city(name="Wakefield"), factories.city(name="Manchester")
    network = factories.network(cities=[other])
    whole = CityAdmin.get_queryset
    monkeypatch.setattr(
        CityAdmin, "get_queryset", lambda self, request: whole(self, request).filter(pk=mine.pk)
    )
    rows = [{"id": other.pk, "slug": ""}, {"id": "", "slug": "manchester"}]
    batch = publisher.look(City, [row | {"name": "M", "country": "GB"} for row in rows])
    assert [reason for _number, _outcome, reason in results(batch)] == [
        (
            f"There is no city with the id “{other.pk}” that you may change. "
            "Leave the id empty to add a new one."
        ),
        "Address “manchester”: Another record already has this address. Choose a different one.",
    ]
    assert len(publisher.table(City)) == 1
    # An existing link may stay; a new one needs the permission to view its target.
    kept = {"id": network.pk, "cities": "manchester; wakefield"}
    batch = publisher.look(Network, [kept, {"id": factories.network().pk, "cities": "manchester"}])
    assert results(batch) == [
        (2, "changed", ""),
        (3, "refused", "Unknown city “manchester”."),
    ]


# -- Meanwhile ---------------------------------------------------------------------------------


def test_a_record_changed_since_the_preview_is_shown_again(publisher):
    city, other = factories.city(name="A", motto="one"), factories.city(name="B", motto="one")
    rows = [{"id": c.pk, "motto": "two"} for c in (city, other)]
    batch = publisher.look(City, rows, mode="live")
    City.objects.filter(pk=city.pk).update(summary="Somebody was here.")
    address = admin_url(City, "batch", batch.pk)
    publisher.client.post(address, {"decision": "import"})
    assert results(batch) == [(2, "pending", ""), (3, "changed", "")]
    assert set(City.objects.values_list("motto", flat=True)) == {"one"}
    publisher.client.post(address, {"decision": "look"})
    publisher.client.post(address, {"decision": "import"})
    city.refresh_from_db()
    assert (city.motto, city.summary) == ("two", "Somebody was here.")


def test_a_name_taken_since_the_preview_is_refused(publisher):
    factories.united_kingdom()
    batch = publisher.look(City, [{"id": "", "name": "Derby", "country": "GB"}])
    factories.city(name="Derby")
    address = admin_url(City, "batch", batch.pk)
    publisher.client.post(address, {"decision": "import"})
    publisher.client.post(address, {"decision": "look"})
    assert [outcome for _number, outcome, _reason in results(batch)] == ["refused"]
    assert City.objects.count() == 1


def test_a_second_submit_imports_nothing_twice(publisher):
    batch = publisher.bring(Intake, [{"year": "2024"}])
    publisher.client.post(admin_url(Intake, "batch", batch.pk), {"decision": "import"})
    assert Intake.objects.count() == 1
    assert Revision.objects.count() == 1


def test_undecided_batches_are_deleted_after_some_days(publisher):
    batch = publisher.look(Intake, [{"year": "2024"}])
    Batch.objects.filter(pk=batch.pk).update(made_at=factories.LONG_AGO)
    publisher.look(Intake, [{"year": "2025"}])
    assert [b.pk for b in Batch.objects.all()] == [Batch.objects.latest("pk").pk]
    assert BatchRow.objects.count() == 1
    assert publisher.client.get(admin_url(Intake, "batch", batch.pk)).status_code == 404


def test_a_discarded_batch_leaves_nothing(publisher):
    batch = publisher.look(Intake, [{"year": "2024"}])
    publisher.client.post(admin_url(Intake, "batch", batch.pk), {"decision": "discard"})
    assert (Batch.objects.count(), BatchRow.objects.count(), Intake.objects.count()) == (0, 0, 0)


# -- Undo --------------------------------------------------------------------------------------


def test_an_import_is_undone(publisher):
    city = factories.city(name="Wakefield", themes=[factories.theme()])
    kept = factories.award(city=city, year=2017, source="S")
    before = snapshots.take(city)
    row = {"id": city.pk, "slug": "elsewhere", "name": "Other", "themes": "", "country": "GB"}
    row["awards"] = "2019"
    batch = publisher.bring(City, [row, row | {"id": "", "slug": "", "name": "New"}], mode="live")
    publisher.undo(batch)
    city.refresh_from_db()
    assert snapshots.take(city) == before
    assert city.awards.get() == kept
    new = City.objects.get(name="New")
    assert new.trashed_at
    actions = [r.action for r in Revision.objects.of(city)]
    assert (actions, batch.left) == (["undone", "imported"], [])
    assert [r.action for r in Revision.objects.of(new)] == ["undone", "imported"]


def test_undoing_an_import_leaves_and_lists_records_edited_since(publisher):
    edited, other = factories.city(name="A"), factories.city(name="B")
    batch = publisher.bring(
        City, [{"id": c.pk, "motto": "M"} for c in (edited, other)], mode="live"
    )
    factories.award(city=edited)
    publisher.undo(batch)
    assert list(City.objects.values_list("name", "motto")) == [("A", "M"), ("B", "")]
    assert batch.left == [[str(edited.pk), "A", "It has been edited since then."]]
    page = publisher.client.get(admin_url(City, "batch", batch.pk)).content.decode()
    assert (
        f'<a href="{admin_url(City, "change", edited.pk)}">A</a>: It has been edited since then.'
        in page
    )


def test_undoing_an_import_discards_its_drafts(contributor):
    one, two = factories.city(name="A"), factories.city(name="B")
    batch = contributor.bring(City, [{"id": c.pk, "motto": "M"} for c in (one, two)])
    open_draft(two).close()
    contributor.undo(batch)
    assert open_draft(one) is None
    assert batch.left == [
        [str(two.pk), "B", "Its draft has been published or replaced since then."]
    ]


def test_undoing_an_import_leaves_a_country_that_is_used(publisher):
    rows = [{"code": c, "name": n, "region": "africa"} for c, n in [("AA", "A"), ("BB", "B")]]
    batch = publisher.bring(Country, rows)
    factories.city(country=Country.objects.get(pk="AA"))
    publisher.undo(batch)
    assert [c.pk for c in Country.objects.all()] == ["AA"]
    assert batch.left == [["AA", "A", "Other records refer to it."]]


def test_undoing_an_import_deletes_the_comments_on_what_it_deletes(publisher):
    batch = publisher.bring(Country, [{"code": "AA", "name": "A", "region": "africa"}])
    kept, country = factories.city(), Country.objects.get(pk="AA")
    for record in (country, kept):
        comments.start(record, publisher.user, "Is this right?")
    publisher.undo(batch)
    assert [thread.object_pk for thread in CommentThread.objects.all()] == [str(kept.pk)]


def test_undoing_an_import_does_not_take_a_name_that_is_used_again(publisher):
    city = factories.city(name="Old")
    batch = publisher.bring(City, [{"id": city.pk, "name": "New"}], mode="live")
    factories.city(name="Old", slug="another-old")
    publisher.undo(batch)
    said = "There is already a city of this name in this country."
    assert batch.left == [[str(city.pk), "New", said]]


def test_undoing_the_import_of_a_colleague_needs_permissions_for_its_records(
    publisher, contributor
):
    batch = publisher.bring(City, [{"id": factories.city().pk, "motto": "M"}], mode="live")
    address = admin_url(City, "batch_undo", batch.pk)
    assert contributor.client.post(address).status_code == 403
    other = Desk(factories.user("Publishers"))
    assert other.client.get(address).status_code == 200
    other.undo(batch)
    assert City.objects.get().motto == ""


def test_undoing_an_import_leaves_records_that_the_user_may_not_see(publisher, monkeypatch):
    from cities.admin import CityAdmin

    mine, other = factories.city(name="Wakefield"), factories.city(name="Manchester")
    batch = publisher.bring(City, [{"id": c.pk, "motto": "M"} for c in (mine, other)], mode="live")
    whole = CityAdmin.get_queryset
    monkeypatch.setattr(
        CityAdmin, "get_queryset", lambda self, request: whole(self, request).filter(pk=mine.pk)
    )
    desk = Desk(factories.user("Publishers"))
    page = desk.client.get(admin_url(City, "batch", batch.pk)).content.decode()
    assert "Manchester" not in page
    assert "Undo this import" not in page
    desk.client.post(admin_url(City, "batch_undo", batch.pk))
    assert set(City.objects.values_list("motto", flat=True)) == {"M"}
    # The user undoes the rows that are still in their scope; the others are listed.
    publisher.undo(batch)
    assert batch.left == [[str(other.pk), "Manchester", "You cannot change it."]]


def test_a_user_with_a_scope_imports_nothing_outside_it():
    country = factories.united_kingdom()
    own = factories.city(name="Wakefield", country=country)
    other = factories.city(name="Manchester", country=country)
    person = factories.user("Publishers")
    Tie.objects.create(user=person, city=own)
    desk = Desk(person)
    both = factories.news_item(title="Both", cities=[own, other])

    def say(rows):
        batch = desk.look(NewsItem, rows, mode="live")
        address = admin_url(NewsItem, "batch", batch.pk)
        page = desk.client.post(address, {"decision": "import"}, follow=True)
        return [str(message) for message in page.context["messages"]]

    (said,) = say([{"title": "About nobody", "summary": "It happened."}])
    assert said == (
        "Nothing was imported. About nobody: Choose at least one of the places that you look "
        "after: Wakefield."
    )
    (said,) = say([{"id": both.pk, "title": "Both", "summary": "It happened.", "cities": own.slug}])
    assert "Manchester" in said
    assert list(NewsItem.objects.values_list("title", flat=True)) == ["Both"]
    assert set(both.cities.all()) == {own, other}
    say([{"title": "About us", "summary": "It happened.", "cities": own.slug}])
    assert NewsItem.objects.filter(title="About us", cities=own).count() == 1


def test_a_name_that_two_records_share_refers_to_neither(publisher):
    row = {"title": "A bridge", "summary": "It opens in May.", "cities": "Newport"}
    factories.city(name="Newport", slug="newport-gwent")
    assert [outcome for _, outcome, _ in results(publisher.look(NewsItem, [row]))] == ["new"]
    factories.city(name="Newport", slug="newport-elsewhere", country=factories.country())
    reason = (
        "“Newport” may be Newport, Country AA or Newport, United Kingdom. Write which city it is."
    )
    assert results(publisher.look(NewsItem, [row])) == [(2, "refused", reason)]
