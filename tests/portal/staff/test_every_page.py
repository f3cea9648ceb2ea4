"""Every page of every registered model opens, with any query parameters, and saves."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from cities.models import City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.accounts.models import User
from portal.models import Page, Report, Site
from publishing.models import CommentThread, FormerSlug, OpenDraft, Picture
from publishing.revisions.models import Action, Revision, log
from tests import factories
from tests.admin_pages import admin_url, errors, open_form

pytestmark = pytest.mark.django_db

MAKERS = {
    City: lambda: factories.award().city,
    Country: factories.country,
    Intake: factories.intake,
    Theme: factories.theme,
    Network: lambda: factories.membership().network,
    Organisation: lambda: factories.membership().organisation,
    NewsItem: lambda: factories.news_item(cities=[factories.city()]),
    Event: lambda: factories.event(city=factories.city()),
    Page: factories.page,
    Picture: factories.picture,
    Site: lambda: Site.objects.get(),
    Report: lambda: Report.objects.create(address="/cities/fez/", message="It is Fès."),
    FormerSlug: lambda: FormerSlug.objects.create(
        model="cities.city", object_pk=factories.city().pk, slug="old"
    ),
    Revision: lambda: log(factories.city(), Action.ARCHIVED, factories.user()),
    User: factories.user,
    Group: lambda: Group.objects.get(name="Editors"),
}
EDITABLE = [model for model in MAKERS if model not in (FormerSlug, Revision)]
EDITORIAL = [model for model in EDITABLE if model not in (User, Group, Report, Site)]
WRITTEN = [model for model in EDITORIAL if model is not Country]
WITH_STATE = [model for model in EDITORIAL if model not in (Country, Picture)]

# The list of the single Site redirects to its form.
LISTED = [model for model in MAKERS if model is not Site]

named = pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model._meta.label)
listed = pytest.mark.parametrize("model", LISTED, ids=lambda model: model._meta.label)
editorial = pytest.mark.parametrize("model", EDITORIAL, ids=lambda model: model._meta.label)

HOSTILE = ["\x00", "'", '"', "%", "\\", "' OR 1=1 --", "<script>", "(", "é" * 5000]


def test_the_tests_cover_every_registered_model():
    axes = {model for model in admin.site._registry if model._meta.app_label == "axes"}
    # Drafts and comments are only listed here; they have pages of the record.
    assert set(admin.site._registry) - axes == {*MAKERS, OpenDraft, CommentThread}


def test_the_index_of_the_desk_lists_frequently_edited_models_first(superuser):
    response = superuser.get(reverse("admin:index"))
    assert [app["app_label"] for app in response.context["app_list"]] == [
        "cities",
        "partners",
        "news",
        "portal",
        "publishing",
        "accounts",
        "axes",
    ]
    assert [app["name"] for app in response.context["app_list"][-2:]] == [
        "People",
        "Sign-in attempts",
    ]
    assert response.context["site_header"] == "Learning Cities Portal"


@named
def test_every_page_of_a_registered_model_opens(superuser, model):
    record = MAKERS[model]()
    opened = superuser.get(admin_url(model, "changelist"), follow=True)
    assert opened.status_code == 200
    for address in [
        admin_url(model, "change", record.pk),
        admin_url(model, "history", record.pk),
        reverse("admin:app_list", args=[model._meta.app_label]),
    ]:
        assert superuser.get(address).status_code == 200, address
    # One Site exists; the portal writes former slugs and the log, visitors write reports.
    forbidden = {Report: (403, 200)} | dict.fromkeys([Site, FormerSlug, Revision], (403, 403))
    add, delete = forbidden.get(model, (200, 200))
    assert superuser.get(admin_url(model, "add")).status_code == add
    assert superuser.get(admin_url(model, "delete", record.pk)).status_code == delete


@pytest.mark.parametrize("page", ["changelist", "add"])
@pytest.mark.parametrize("app", ["accessattempt", "accesslog", "accessfailurelog"])
def test_sign_in_records_open(superuser, app, page):
    expected = 403 if page == "add" else 200
    assert superuser.get(reverse(f"admin:axes_{app}_{page}")).status_code == expected


@listed
def test_every_list_filter_opens_with_its_counts(superuser, model, unrendered):
    MAKERS[model]()
    response = superuser.get(admin_url(model, "changelist"))
    view = response.context_data["cl"]
    for spec in view.filter_specs:
        for choice in spec.choices(view):
            # A select sends the value of its option; the others are links.
            name = spec.expected_parameters()[0]
            query = choice.get("query_string") or f"?{name}={choice['value']}"
            address = admin_url(model, "changelist") + query
            assert superuser.get(address).status_code == 200, address


@listed
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:12])
def test_hostile_searches_of_the_desk_are_answered(superuser, model, text, unrendered):
    MAKERS[model]()
    response = superuser.get(admin_url(model, "changelist"), {"q": text}, follow=True)
    assert response.status_code == 200


@editorial
def test_a_search_of_the_desk_with_very_many_words_is_answered(superuser, model, unrendered):
    MAKERS[model]()
    response = superuser.get(admin_url(model, "changelist"), {"q": "a " * 3000})
    assert response.status_code == 200


@listed
@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "state=%00",
        "state=",
        "kind__exact=%00",
        "intake__id__exact=%00",
        "intake__id__exact=99999999999999999999999",
        "missing=x",
        "published_at__year=0",
        "published_at__year=2024&published_at__month=99",
        "created_at__year=abc",
        "p=99999",
        "p=x",
        "o=99.-99.x",
        "all=x",
        "nonsense=1",
        "password__startswith=a",
        "%00=1",
        "e=1",
    ],
)
def test_hostile_list_filters_are_answered(superuser, model, query, unrendered):
    MAKERS[model]()
    response = superuser.get(f"{admin_url(model, 'changelist')}?{query}", follow=True)
    assert response.status_code in (200, 400)


@named
@pytest.mark.parametrize("key", ["0", "-1", "nonsense", "_00", "9" * 30, "%2F", "_27", "é"])
def test_unknown_keys_redirect_to_the_index_of_the_desk(superuser, model, key):
    for page in ["change", "delete", "history"]:
        if model in (FormerSlug, Revision, Site) and page == "delete":
            continue
        response = superuser.get(admin_url(model, page, key))
        assert response.status_code == 302
        assert response["Location"] == reverse("admin:index")


def test_an_unknown_list_filter_is_not_silently_ignored(superuser):
    response = superuser.get(admin_url(City, "changelist"), {"state": "nonsense"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "This address contains a filter that does not exist, so the whole list is shown."
    ]


@pytest.mark.parametrize("model", EDITABLE, ids=lambda model: model._meta.label)
def test_a_form_saves_as_it_was_opened(superuser, model):
    record = MAKERS[model]()
    before = model.objects.filter(pk=record.pk).values().get()
    fields = open_form(superuser, record)
    response = superuser.post(admin_url(model, "change", record.pk), fields)
    assert response.status_code == 302, response.context["adminform"].form.errors
    after = model.objects.filter(pk=record.pk).values().get()
    before.pop("updated_at", None)
    after.pop("updated_at", None)
    assert after == before


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model._meta.label)
def test_editors_and_publishers_open_and_save(editor, publisher, model):
    record = MAKERS[model]()
    for client in [editor, publisher]:
        assert client.get(admin_url(model, "changelist")).status_code == 200
        assert client.get(admin_url(model, "add")).status_code == 200
        assert client.get(admin_url(model, "history", record.pk)).status_code == 200
        fields = open_form(client, record)
        response = client.post(admin_url(model, "change", record.pk), fields)
        if client is editor and model in WITH_STATE:
            # Saving a public record makes a draft, and an unchanged form has none.
            assert errors(response) == {
                "__all__": ["You have not changed anything, so there is no draft to save."]
            }
        else:
            assert response.status_code == 302, errors(response)
    # The record is public, or is a picture that others may use.
    assert editor.get(admin_url(model, "delete", record.pk)).status_code == 403
    assert publisher.get(admin_url(model, "delete", record.pk)).status_code == 200


@pytest.mark.parametrize(
    "model", [model for model in EDITABLE if model is not Site], ids=lambda model: model._meta.label
)
def test_records_without_dependent_records_can_be_deleted(superuser, model):
    record = {Group: lambda: Group.objects.create(name="Guests")}.get(model, MAKERS[model])()
    if model in WITH_STATE:
        # The first deletion moves the record to the trash, the second is for good.
        assert superuser.post(admin_url(model, "delete", record.pk)).status_code == 302
        assert model.objects.get(pk=record.pk).state == "trashed"
    response = superuser.post(admin_url(model, "delete", record.pk), {"post": "yes"})
    assert response.status_code == 302
    assert not model.objects.filter(pk=record.pk).exists()


def test_a_country_with_cities_is_protected(superuser):
    country = factories.city().country
    page = superuser.get(admin_url(country, "delete", country.pk))
    assert page.status_code == 200
    assert "would require deleting the following protected related objects" in page.text
    assert (
        superuser.post(admin_url(country, "delete", country.pk), {"post": "yes"}).status_code == 200
    )
    assert Country.objects.filter(pk=country.pk).exists()


@pytest.mark.parametrize("name", ["Contributors", "Editors", "Publishers"])
def test_staff_see_no_users_and_no_sign_in_records(name):
    from tests.staff_fixtures import signed_in

    client = signed_in(factories.user(name))
    apps = [app["app_label"] for app in client.get(reverse("admin:index")).context["app_list"]]
    assert apps == ["cities", "partners", "news", "portal", "publishing"]
    for model in [User, Group]:
        assert client.get(admin_url(model, "changelist")).status_code == 403
        assert client.get(admin_url(model, "add")).status_code == 403


def test_strangers_are_asked_to_sign_in(client):
    for model in admin.site._registry:
        address = admin_url(model, "changelist")
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"] == f"{reverse('admin:login')}?next={address}"


def test_every_relation_in_a_form_has_an_autocomplete_or_the_chooser_of_pictures():
    for model, desk in admin.site._registry.items():
        if model not in EDITORIAL:
            continue
        for options in [desk, *(inline(model, admin.site) for inline in desk.inlines)]:
            relations = {
                field.name
                for field in (*options.model._meta.fields, *options.model._meta.many_to_many)
                if field.remote_field and field.editable
                if field.remote_field.model not in (model, Picture)
            }
            parents = {model} if options is not desk else set()
            relations -= {f.name for f in options.model._meta.fields if f.related_model in parents}
            assert set(options.autocomplete_fields) == relations, options
