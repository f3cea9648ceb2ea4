"""Row-level permissions: a user limited to Wakefield sees, picks and changes nothing else."""

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from cities.models import City, Country, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.accounts.models import User
from portal.models import Page, Report, Site, Tie
from publishing.content.scope import scope_of, within
from publishing.models import FormerSlug, Picture
from publishing.revisions.comments import CommentThread
from publishing.revisions.models import Revision
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.portal.staff.two_cities import SECRET, TIED, place, shared, somebody
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

NAMED = (City, Network, Organisation, NewsItem, Event)
REFUSED = "Choose at least one of the places that you look after: Wakefield."


@pytest.fixture
def places(db):
    shared()
    return place("Wakefield", "Alder"), place("Manchester", SECRET)


@pytest.fixture
def own(places):
    return places[0]


@pytest.fixture
def foreign(places):
    return places[1]


@pytest.fixture
def contributor(own):
    return somebody("tied Contributor", own[City])


@pytest.fixture
def publisher(own):
    return somebody("tied Publisher", own[City])


@pytest.fixture
def joint(own, foreign):
    """Make a draft of a story about both cities and both networks."""
    return factories.news_item(
        title="Together",
        cities=[own[City], foreign[City]],
        networks=[own[Network], foreign[Network]],
        published_at=None,
    )


def listed(client, model, **query):
    response = client.get(admin_url(model, "changelist"), query)
    return list(response.context["cl"].queryset)


def offered(client, field, text=""):
    model, name = field.field.model, field.field.name
    query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
    address = reverse("admin:autocomplete")
    found = client.get(address, query | {"field_name": name, "term": text}).json()
    return [result["text"] for result in found["results"]]


def keys(records):
    return sorted(record.pk for record in records)


# -- Which records are whose -----------------------------------------------------------------


def test_the_scope_of_a_city_holds_its_records(own, foreign):
    person = factories.user("Contributors")
    Tie.objects.create(user=person, city=own[City])
    scope = scope_of(person)
    for model in NAMED:
        assert list(model.objects.within(scope)) == [own[model]]
    assert list(Report.objects.within(scope)) == [own[Report]]
    assert list(FormerSlug.objects.within(scope)) == [own[FormerSlug]]
    assert list(Picture.objects.within(scope)) == [own[Picture]]
    assert Revision.objects.within(scope).count() == 6
    assert set(Country.objects.within(scope)) == set(Country.objects.all())


def test_the_scope_of_a_network_holds_its_records(own, foreign):
    person = factories.user("Contributors")
    leeds = factories.city(name="Leeds")
    member = factories.organisation()
    network = factories.network(cities=[own[City], leeds])
    factories.membership(network=network, organisation=member)
    story = factories.news_item(networks=[network])
    Tie.objects.create(user=person, network=network)
    scope = scope_of(person)
    assert keys(City.objects.within(scope)) == keys([own[City], leeds])
    assert keys(Network.objects.within(scope)) == keys([own[Network], network])
    assert keys(Organisation.objects.within(scope)) == keys([own[Organisation], member])
    assert keys(NewsItem.objects.within(scope)) == keys([own[NewsItem], story])
    assert list(Event.objects.within(scope)) == [own[Event]]
    assert scope.names == (network.name,)


def test_reports_about_an_address_with_a_query_are_within_the_scope(own):
    address = f"{own[NewsItem].get_absolute_url()}?page=2"
    report = Report.objects.create(address=address, message="Wrong.")
    person = factories.user("Editors")
    Tie.objects.create(user=person, city=own[City])
    assert keys(Report.objects.within(scope_of(person))) == keys([own[Report], report])


def test_superusers_and_users_without_a_scope_are_not_limited(own):
    chief = factories.superuser()
    Tie.objects.create(user=chief, city=own[City])
    assert scope_of(chief) is None
    assert scope_of(factories.user("Contributors")) is None


def test_a_model_without_a_scope_is_hidden_from_users_with_a_scope(own):
    person = factories.user("Contributors")
    assert list(within(Group.objects.all(), person)) == list(Group.objects.all())
    Tie.objects.create(user=person, city=own[City])
    tied = User.objects.get(pk=person.pk)
    assert list(within(Group.objects.all(), tied)) == []


def test_a_scope_assignment_names_one_place_and_is_unique(own):
    person = factories.user("Contributors")
    Tie.objects.create(user=person, city=own[City])
    for values in [
        {"city": own[City]},
        {},
        {"city": own[City], "network": own[Network]},
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Tie.objects.create(user=person, **values)


def test_a_place_in_the_scope_of_a_user_cannot_be_deleted(own):
    """Otherwise the user would lose the limit and work on everything."""
    person = factories.user("Contributors")
    Tie.objects.create(user=person, city=own[City])
    with pytest.raises(ProtectedError):
        own[City].delete()
    own[City].trashed_at = own[City].created_at
    own[City].save()
    assert list(City.objects.within(scope_of(person))) == [own[City]]


# -- Seeing and picking ------------------------------------------------------------------------


@pytest.mark.parametrize("role", TIED)
@pytest.mark.parametrize("model", NAMED, ids=lambda model: model._meta.label)
def test_lists_searches_and_filters_have_only_records_of_the_scope(own, foreign, role, model):
    client = somebody(role, own[City])
    assert listed(client, model) == [own[model]]
    assert listed(client, model, q=SECRET) == []
    assert listed(client, model, q="Manchester") == []
    assert listed(client, model, state="trashed") == []
    view = client.get(admin_url(model, "changelist")).context["cl"]
    counts = view.filter_specs[0].choices(view)
    assert "All" in [choice["display"] for choice in counts]
    assert SECRET not in client.get(admin_url(model, "changelist")).text


def test_autocompletes_offer_records_of_the_scope_and_shared_words(own, foreign, contributor):
    theme = factories.theme(name="Green")
    assert offered(contributor, NewsItem.cities) == ["Wakefield, United Kingdom"]
    assert offered(contributor, NewsItem.cities, "Manchester") == []
    assert offered(contributor, NewsItem.networks) == ["Learn Wakefield Alder (draft)"]
    assert offered(contributor, Membership.organisation) == ["College of Wakefield Alder (draft)"]
    assert offered(contributor, NewsItem.picture) == ["Town hall of Wakefield Alder"]
    assert offered(contributor, City.country) == ["United Kingdom"]
    assert f"{theme.name} · Thematic cluster" in offered(contributor, City.themes)


def test_counts_of_shared_words_count_records_of_the_scope(own, foreign, contributor):
    [country] = listed(contributor, Country)
    assert country.recorded == 1
    theme = factories.theme()
    foreign[City].themes.add(theme)
    assert {row.recorded for row in listed(contributor, Theme)} == {0}


@pytest.mark.parametrize("model", NAMED, ids=lambda model: model._meta.label)
def test_hidden_pages_are_shown_to_users_with_the_record_in_their_scope(
    own, foreign, contributor, model
):
    for made, expected in [(own, 200), (foreign, 404)]:
        record = made[model]
        model.objects.filter(pk=record.pk).update(published_at=None)
        assert contributor.get(record.get_absolute_url()).status_code == expected


def test_a_former_address_does_not_reveal_the_present_one_outside_the_scope(
    own, foreign, contributor
):
    for made, expected in [(own, 301), (foreign, 404)]:
        network = made[Network]
        made[FormerSlug].delete()
        FormerSlug.objects.create(
            model="partners.network", object_pk=network.pk, slug=f"old-{network.pk}"
        )
        address = reverse("networks:detail", args=[f"old-{network.pk}"])
        assert contributor.get(address).status_code == expected


@pytest.mark.parametrize("model", NAMED, ids=lambda model: model._meta.label)
def test_view_on_site_does_not_open_records_outside_the_scope(own, foreign, contributor, model):
    kind = ContentType.objects.get_for_model(model).pk
    assert contributor.get(f"/admin/r/{kind}/{own[model].pk}/").status_code == 302
    for number in [kind, f"0{kind}", f"+{kind}", f" {kind}", f"{kind}_", "9" * 30, "x"]:
        response = contributor.get(f"/admin/r/{number}/{foreign[model].pk}/")
        assert response.status_code == 404


def test_the_index_of_the_desk_offers_only_what_the_scope_allows(own):
    client = somebody("tied Administrator", own[City])
    groups = client.get(reverse("admin:index")).context["app_list"]
    offered = {model["object_name"] for app in groups for model in app["models"]}
    assert offered == {
        "City", "Country", "Intake", "Theme", "Network", "Organisation", "NewsItem", "Event",
        "Report", "Picture", "FormerSlug", "Revision", "OpenDraft", "CommentThread",
    }  # fmt: skip
    for model in [Page, Site]:
        assert client.get(admin_url(model, "changelist")).status_code == 403


# -- Saving --------------------------------------------------------------------------------------


def test_links_to_records_outside_the_scope_are_shown_and_stay(joint, own, foreign, contributor):
    before = keys(joint.cities.all())
    assert sorted(map(int, open_form(contributor, joint)["cities"])) == before
    assert save_form(contributor, joint, title="Apart").status_code == 302
    joint.refresh_from_db()
    assert joint.title == "Apart"
    assert keys(joint.cities.all()) == before
    assert joint.networks.count() == 2


def test_links_to_records_outside_the_scope_cannot_be_removed_by_a_forged_form(
    joint, own, foreign, contributor
):
    response = save_form(contributor, joint, cities=[str(own[City].pk)], networks=[])
    assert response.status_code == 302
    assert keys(joint.cities.all()) == keys([own[City], foreign[City]])
    # A link to a record of the scope may be removed.
    assert list(joint.networks.all()) == [foreign[Network]]


def test_links_to_records_outside_the_scope_cannot_be_added(own, foreign, contributor):
    story = own[NewsItem]
    both = [str(own[City].pk), str(foreign[City].pk)]
    response = save_form(contributor, story, cities=both)
    assert errors(response) == {
        "cities": [
            f"Select a valid choice. {foreign[City].pk} is not one of the available choices."
        ]
    }
    response = save_form(contributor, own[Event], city=str(foreign[City].pk))
    assert list(errors(response)) == ["city"]
    response = save_form(contributor, story, picture=str(foreign[Picture].pk))
    assert list(errors(response)) == ["picture"]
    assert list(story.cities.all()) == [own[City]]


@pytest.mark.parametrize("sent", ["_save", "_draft", "_review", "_publish"])
def test_a_user_with_a_scope_cannot_move_a_record_out_of_it(
    joint, own, contributor, publisher, sent
):
    for client in [contributor, publisher]:
        response = save_form(client, joint, cities=[], networks=[], **{sent: "1"})
        assert response.status_code == 200
        assert errors(response) == {"__all__": [REFUSED]}
    assert joint.cities.count() == 2
    assert not Revision.objects.of(joint).exists()


def test_a_user_with_a_scope_cannot_move_a_draft_out_of_it(own, foreign, contributor):
    story = factories.news_item(cities=[own[City], foreign[City]])
    response = save_form(contributor, story, cities=[])
    assert errors(response) == {"__all__": [REFUSED]}
    assert (
        save_form(contributor, story, title="Anew", cities=[str(own[City].pk)]).status_code == 302
    )
    draft = Revision.objects.of(story).open().get()
    assert draft.content["links"]["cities"] == sorted([own[City].pk, foreign[City].pk])
    assert draft.content["fields"]["title"] == "Anew"


def test_a_record_added_by_a_user_with_a_scope_belongs_to_it(own, contributor):
    response = add(contributor, NewsItem, title="News", summary="Of nobody.", cities=[])
    assert errors(response) == {"__all__": [REFUSED]}
    assert not NewsItem.objects.filter(title="News").exists()
    chosen = [str(own[City].pk)]
    response = add(contributor, NewsItem, title="News", summary="Ours.", cities=chosen)
    assert response.status_code == 302
    assert list(NewsItem.objects.get(title="News").cities.all()) == [own[City]]
    assert contributor.get(admin_url(City, "add")).status_code == 403


def chosen(client, model, name, **query):
    form = client.get(admin_url(model, "add"), query).context["adminform"].form
    return form.get_initial_for_field(form.fields[name], name)


def test_a_new_record_begins_with_the_only_city_of_its_author(own, foreign, contributor):
    city = own[City].pk
    for model in (NewsItem, Network, Organisation):
        assert chosen(contributor, model, "cities") == [city]
    assert chosen(contributor, Event, "city") == city
    assert chosen(contributor, NewsItem, "networks") is None
    # An address may ask for something else.
    other = foreign[City].pk
    assert chosen(contributor, Event, "city", city=other) == str(other)


def test_a_new_record_begins_with_the_only_network_of_its_author(own):
    person = factories.user("Contributors")
    Tie.objects.create(user=person, network=own[Network])
    client = signed_in(person)
    assert chosen(client, NewsItem, "networks") == [own[Network].pk]
    assert chosen(client, NewsItem, "cities") is None


def test_with_several_places_or_none_a_new_record_begins_with_no_city(own, foreign):
    several = factories.user("Contributors")
    for place_of in (own, foreign):
        Tie.objects.create(user=several, city=place_of[City])
    for person in (several, factories.user("Contributors")):
        assert chosen(signed_in(person), NewsItem, "cities") is None


def test_query_parameters_do_not_choose_a_place_outside_the_scope(own, foreign, contributor):
    address = (
        f"{admin_url(NewsItem, 'add')}?cities={foreign[City].pk}&picture={foreign[Picture].pk}"
    )
    response = contributor.get(address)
    assert response.status_code == 200
    assert "Manchester, United Kingdom" not in response.text
    assert SECRET not in response.text


def test_rows_about_records_outside_the_scope_stay_unchanged(own, foreign, publisher):
    network = own[Network]
    row = factories.membership(network=network, organisation=foreign[Organisation])
    fields = open_form(publisher, network)
    [place] = [
        name.removesuffix("-id")
        for name, value in fields.items()
        if name.endswith("-id") and value == [str(row.pk)]
    ]
    forged = {
        f"{place}-role": "Nothing",
        f"{place}-organisation": str(own[Organisation].pk),
        f"{place}-DELETE": "on",
    }
    response = publisher.post(
        admin_url(network, "change", network.pk), fields | forged | {"summary": "Changed"}
    )
    assert response.status_code == 302
    network.refresh_from_db()
    row.refresh_from_db()
    assert network.summary == "Changed"
    assert (row.organisation, row.role) == (foreign[Organisation], "")


def test_a_row_about_a_record_outside_the_scope_cannot_be_added(own, foreign, publisher):
    fields = open_form(publisher, own[Organisation])
    [total] = [name for name in fields if name.endswith("TOTAL_FORMS")]
    prefix = total.removesuffix("-TOTAL_FORMS")
    number = int(fields[total][0])
    row = {total: number + 1, f"{prefix}-{number}-network": foreign[Network].pk}
    row[f"{prefix}-{number}-status"] = "member"
    address = admin_url(Organisation, "change", own[Organisation].pk)
    response = publisher.post(address, fields | row)
    assert response.status_code == 200
    assert "Select a valid choice" in str(errors(response))


def test_a_version_with_references_outside_the_scope_is_not_restored(
    joint, own, foreign, superuser, publisher
):
    save_form(superuser, joint, title="With both", cities=[str(c.pk) for c in joint.cities.all()])
    old = Revision.objects.of(joint).first()
    save_form(superuser, joint, cities=[str(own[City].pk)], title="Alone")
    response = publisher.post(admin_url(joint, "revision", joint.pk, old.pk), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        (
            "This would change the record for Manchester. You do not look after that, so undo this "
            "part of your change."
        )
    ]
    joint.refresh_from_db()
    assert (joint.title, list(joint.cities.all())) == ("Alone", [own[City]])


def test_a_draft_with_references_outside_the_scope_is_not_published(
    own, foreign, superuser, publisher
):
    story = factories.news_item(cities=[own[City]])
    both = [str(own[City].pk), str(foreign[City].pk)]
    save_form(superuser, story, cities=both, _draft="1")
    draft = Revision.objects.of(story).open().get()
    form = {"draft": draft.pk, "decision": "publish"}
    response = publisher.post(admin_url(story, "draft", story.pk), form)
    assert [str(message) for message in response.context["messages"]] == [
        (
            "This would change the record for Manchester. You do not look after that, so undo this "
            "part of your change."
        )
    ]
    assert list(story.cities.all()) == [own[City]]
    assert Revision.objects.of(story).open().exists()


def test_a_draft_that_moves_the_record_out_of_scope_still_opens(
    own, foreign, superuser, contributor
):
    story = factories.news_item(cities=[own[City]])
    save_form(superuser, story, cities=[str(foreign[City].pk)], _draft="1")
    assert open_form(contributor, story)["cities"] == [str(foreign[City].pk)]
    response = save_form(contributor, story, title="Anew")
    assert errors(response) == {"__all__": [REFUSED]}


# -- Nothing by any address ----------------------------------------------------------------------


def rows(made):
    found = {}
    for model, record in made.items():
        found[model] = model.objects.filter(pk=record.pk).values().get()
    found["themes"] = list(made[City].themes.values_list("pk", flat=True))
    found["members"] = list(made[Network].memberships.values())
    found["log"] = list(Revision.objects.of(made[City]).values())
    return found


@pytest.mark.parametrize("role", ["tied Contributor", "tied Administrator"])
def test_a_forged_request_changes_nothing_outside_the_scope(own, foreign, superuser, role):
    client, before = somebody(role, own[City]), rows(foreign)
    tries = [
        {"_draft": "1"},
        {"_publish": "1", "post": "yes"},
        {"draft": foreign[Revision].pk, "decision": "publish"},
        {"draft": foreign[Revision].pk, "decision": "discard"},
    ]
    for model in NAMED:
        record = foreign[model]
        forged = open_form(superuser, record)
        for page in ["change", "delete", "history", "draft", "recover"]:
            for number, extra in enumerate(tries):
                query = ["", "?_popup=1", "?_to_field=id", "?_changelist_filters=q"][number]
                address = admin_url(model, page, record.pk) + query
                response = client.post(address, forged | extra)
                assert response.status_code in (302, 403, 404), address
                assert response.get("Location", "/admin/") == "/admin/"
        revision = Revision.objects.of(record).last()
        address = admin_url(model, "revision", record.pk, revision.pk)
        assert client.post(address).status_code == 404
        for action in ["publish_now", "archive", "trash"]:
            chosen = {"action": action, "_selected_action": [record.pk], "select_across": "0"}
            address = f"{admin_url(model, 'changelist')}?state=draft"
            assert client.post(address, chosen).status_code in (200, 302)
    assert rows(foreign) == before


def told(client, address, query=None):
    """Return the text at an address, or the message with which the dashboard follows a redirect.

    The text of the dashboard itself, which is slow, is read once.
    """
    response = client.get(address, query)
    if response.status_code == 302 and response.url == reverse("admin:index"):
        return " ".join(map(str, get_messages(response.wsgi_request)))
    if response.status_code == 302:
        response = client.get(response.url)
    assert response.status_code in (200, 400, 403, 404)
    return response.text


@pytest.mark.parametrize("role", ["tied Contributor", "tied Administrator"])
def test_no_address_of_the_desk_shows_records_outside_the_scope(own, foreign, role):
    client = somebody(role, own[City])
    addresses = [reverse("admin:index"), reverse("admin:publishing_revision_changelist")]
    for model in [*NAMED, Report, Picture, FormerSlug, Revision]:
        for query in [
            {},
            {"q": "Manchester"},
            {"q": "a"},
            {"all": ""},
            {"state": "draft"},
            {"created_at__year": "2026"},
            {"pk__exact": foreign[model].pk},
            {"id__exact": foreign[model].pk},
        ]:
            assert SECRET not in told(client, admin_url(model, "changelist"), query)
        discussed = ["comments", "draft"] if model in NAMED else []
        for page in ["change", "history", "delete", *discussed]:
            for query in ["", "?_popup=1", "?_to_field=id"]:
                address = admin_url(model, page, foreign[model].pk) + query
                assert SECRET not in told(client, address)
    comments = admin_url(CommentThread, "changelist")
    for query in ["", "?q=Ask", "?status=resolved", "?concerns=drafts"]:
        assert SECRET not in client.get(comments + query).text
    # Those on their own records are there.
    assert "Ask Alder." in client.get(comments).text
    assert "Ask Alder." in client.get(admin_url(City, "comments", own[City].pk)).text
    for address in addresses:
        assert SECRET not in client.get(address).text


def test_pictures_used_outside_the_scope_can_be_viewed_and_not_changed(own, foreign, publisher):
    picture = own[Picture]
    address = admin_url(Picture, "change", picture.pk)
    assert publisher.get(address).context["has_change_permission"] is True
    foreign[City].picture = picture
    foreign[City].save()
    assert publisher.get(address).context["has_change_permission"] is False
    assert publisher.post(address, {"title": "Mine"}).status_code == 403
    assert (
        publisher.post(admin_url(Picture, "delete", picture.pk), {"post": "yes"}).status_code == 403
    )


@pytest.mark.parametrize("number", [1, 30])
def test_scope_assignments_are_read_in_one_query(own, number, django_assert_num_queries):
    person = factories.user("Contributors")
    for _ in range(number):
        Tie.objects.create(user=person, city=factories.city())
    client = signed_in(person)
    with django_assert_num_queries(12):
        assert client.get(admin_url(City, "changelist")).status_code == 200
