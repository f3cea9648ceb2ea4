"""The search over the whole desk: what it finds, where, and for whom."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from portal.models import Page, Report, Site
from publishing.revisions.models import Action, log
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.portal.staff.two_cities import ROLES, SECRET, place, shared, somebody
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

PROFILE = "<p>The mayor appointed 159 Learning <strong>Ambassadors</strong>.</p>"


def search(client, text, **query):
    return client.get(reverse("admin:search"), {"q": text, **query})


def plain(text):
    return str(text).replace("<mark>", "").replace("</mark>", "")


def found(client, text):
    """Return kind → [(title, place)] of what is found."""
    groups = search(client, text).context.get("groups", [])
    return {group.slug: [(plain(hit.title), hit.place) for hit in group.hits] for group in groups}


@pytest.mark.parametrize("text", ["ambassadors", "AMBASSADOR", "ambass", "bristol ambassadors"])
def test_a_record_is_found_by_a_word_of_its_text(editor, text):
    city = factories.city(name="Bristol", profile=PROFILE)
    assert found(editor, text) == {"cities.city": [("Bristol, United Kingdom", "in Profile")]}
    page = search(editor, text)
    assert f'<a href="{admin_url(City, "change", city.pk)}">' in page.text
    assert "<mark>" in page.text
    assert '<span class="state state-public">Public</span>' in page.text


@pytest.mark.parametrize(
    ("make", "kind", "where"),
    [
        (lambda: factories.city(summary="Zugspitze"), "cities.city", "in Summary"),
        (lambda: factories.city(note="Zugspitze"), "cities.city", "in Note for staff"),
        (lambda: factories.city(source="Zugspitze"), "cities.city", "in Source"),
        (lambda: factories.alternative_name(name="Zugspitze"), "cities.city", "in Alternative"),
        (lambda: factories.country(other_names="Zugspitze"), "cities.country", "in Other names"),
        (lambda: factories.intake(note="Zugspitze"), "cities.intake", "in Note for staff"),
        (lambda: factories.theme(description="Zugspitze"), "cities.theme", "in Description"),
        (lambda: factories.network(profile="<p>Zugspitze</p>"), "partners.network", "in Profile"),
        (lambda: factories.organisation(note="Zugspitze"), "partners.organisation", "in Note"),
        (lambda: factories.news_item(body="<p>Zugspitze</p>"), "news.newsitem", "in "),
        (lambda: factories.event(description="Zugspitze"), "news.event", "in Description"),
        (lambda: factories.page(body="<p>Zugspitze</p>"), "portal.page", "in Text"),
        (lambda: factories.picture(credit="Zugspitze"), "publishing.picture", "in Credit"),
        (lambda: factories.picture(alternative_text="Zugspitze"), "publishing.picture", "in Alt"),
        (
            lambda: Report.objects.create(address="/", message="Zugspitze"),
            "portal.report",
            "in What is wrong",
        ),
    ],
)
def test_every_kind_of_record_is_found_by_its_texts(superuser, make, kind, where):
    make()
    ((slug, hits),) = found(superuser, "zugspitze").items()
    assert slug == kind
    assert hits[0][1].startswith(where)


def test_the_texts_of_the_site_are_found(superuser):
    site = Site.objects.get()
    site.contact = "Zugspitze"
    site.save()
    assert list(found(superuser, "zugspitze")) == ["portal.site"]


def test_drafts_are_found_by_what_they_change(editor):
    city = factories.city(name="Bristol", motto="Virtue", profile=PROFILE)
    save_form(editor, city, motto="Zugspitze", _note="From the council")
    ((slug, [(title, where)]),) = found(editor, "zugspitze").items()
    assert (slug, title) == ("drafts", "Bristol")
    assert where.startswith("in a draft by Staff ")
    assert where.endswith(", in Motto")
    assert list(found(editor, "ambassadors")) == ["cities.city"]
    assert "drafts" in found(editor, "council")


def test_reasons_for_changes_are_found(editor):
    city = factories.city(name="Bristol")
    log(city, Action.CHANGED, None, "Corrected by the ambassador")
    assert [title for title, _place in found(editor, "ambassadors")["notes"]] == ["Bristol"]


def test_people_are_found_by_administrators_only(editor):
    factories.user(name="Petra Zugspitze", email="petra@example.org")
    administrator = signed_in(factories.user("Administrators"))
    assert found(administrator, "zugspitze") == {"people": [("Petra Zugspitze", "")]}
    assert found(editor, "zugspitze") == {}


def test_a_person_without_an_address_is_found_by_name(superuser):
    factories.user(name="Petra Zugspitze", email=None, former_name="petra")
    assert found(superuser, "zugspitze") == {"people": [("Petra Zugspitze", "")]}


def test_records_in_every_state_are_found_and_the_trash_is_last_and_labelled(editor):
    factories.city(name="Zugspitze A", trashed_at=timezone.now())
    factories.city(name="Zugspitze B", published_at=None)
    factories.city(name="Zugspitze C", archived_at=timezone.now())
    page = search(editor, "zugspitze")
    (group,) = page.context["groups"]
    assert [(plain(hit.title)[10], hit.state_label) for hit in group.hits] == [
        ("B", "Draft"),
        ("C", "Archived"),
        ("A", "In the trash"),
    ]


def test_names_come_before_texts_and_kinds_with_names_before_others(editor):
    factories.city(name="Bath", profile="<p>Near Bristol.</p>")
    factories.alternative_name(name="Bristol", city=factories.city(name="Somewhere"))
    factories.city(name="Bristol")
    factories.page(title="Bristol")
    factories.news_item(title="News", body="<p>Bristol</p>")
    titles = {slug: [title for title, _ in hits] for slug, hits in found(editor, "bristol").items()}
    assert titles["cities.city"] == [
        "Bristol, United Kingdom",
        "Somewhere, United Kingdom",
        "Bath, United Kingdom",
    ]
    assert list(titles)[-1] == "news.newsitem"


def test_a_country_is_found_by_any_of_its_names(editor):
    factories.united_kingdom()
    assert found(editor, "UK")["cities.country"] == [("United Kingdom", "")]


def test_all_results_of_a_kind_have_pages(editor):
    for number in range(27):
        factories.page(title=f"Zugspitze {number:02}")
    page = search(editor, "zugspitze")
    assert "Pages: show all 27" in page.text
    first = search(editor, "zugspitze", kind="portal.page")
    second = search(editor, "zugspitze", kind="portal.page", page=2)
    assert (len(first.context["hits"]), len(second.context["hits"])) == (25, 2)
    assert "Page 2 of 2" in second.text


@pytest.mark.parametrize(
    "text",
    ["", " ", "%", "_", "'", '"', "\0", "a" * 5000, "ﷺ" * 200, "~ #", "a b c d e f g h i j k", "*"],
)
@pytest.mark.parametrize("kind", ["", "cities.city", "drafts", "notes", "nonsense"])
def test_hostile_searches_are_answered(editor, text, kind):
    factories.city(name="Bristol", profile=PROFILE)
    assert search(editor, text, kind=kind, page="x").status_code == 200


def test_wildcards_are_no_letters(editor):
    factories.page(title="Abcdef")
    assert found(editor, "ab%ef") == {}
    assert found(editor, "ab_def") == {}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_finds_a_record_that_they_may_not_see(role):
    own = place("Wakefield", "Hidden")
    place("Manchester", SECRET)
    shared()
    page = search(somebody(role, own[City]), SECRET)
    sees_all = role in {"Contributor", "Editor", "Publisher", "Administrator"}
    assert (f"<mark>{SECRET}</mark>" in page.text) == sees_all
    if not sees_all and page.status_code == 200:
        assert page.context["groups"] == []


@pytest.mark.parametrize("size", [1, 12])
def test_the_search_has_a_constant_number_of_queries(editor, django_assert_num_queries, size):
    for number in range(size):
        city = factories.city(name=f"Bristol {number:02}", profile=PROFILE)
        factories.page(title=f"Bristol {number}")
        factories.news_item(title=f"Bristol {number}")
        save_form(editor, city, motto="Bristol", _note="Bristol")
    search(editor, "bristol")
    with django_assert_num_queries(21):
        search(editor, "bristol")


def test_the_field_is_on_every_page_of_the_desk_and_keeps_the_words(editor):
    factories.page(title="Bristol")
    for page in (editor.get(reverse("admin:index")), editor.get(admin_url(Page, "changelist"))):
        assert 'id="desk-search" name="q" value=""' in page.text
    assert 'id="desk-search" name="q" value="bris"' in search(editor, "bris").text
    assert 'id="desk-search"' not in search(editor.__class__(), "bris", follow=True).text


def test_nothing_found_says_what_to_do(editor):
    page = search(editor, "zugspitze")
    assert "Nothing found for “zugspitze”" in page.text
    assert "try fewer words" in page.text


# -- Suggestions ---------------------------------------------------------------------------


def suggested(client, text):
    items = client.get(reverse("admin:suggestions"), {"q": text}).json()["items"]
    return [(item["name"], item["detail"], item["url"]) for item in items]


def test_suggestions_are_the_best_records_of_all_kinds(editor):
    city = factories.city(name="Bristol")
    story = factories.news_item(title="In Bristol")
    factories.city(name="Bath", profile="<p>Near Bristol.</p>")
    assert suggested(editor, "brist")[:2] == [
        ("Bristol, United Kingdom", "city", admin_url(city, "change", city.pk)),
        ("In Bristol", "news item", admin_url(story, "change", story.pk)),
    ]
    assert suggested(editor, "brist")[2][1] == "city in Profile"
    assert suggested(editor, "b") == []


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_offered_a_record_that_they_may_not_see(role):
    own = place("Wakefield", "Hidden")
    place("Manchester", SECRET)
    shared()
    page = somebody(role, own[City]).get(reverse("admin:suggestions"), {"q": SECRET})
    sees_all = role in {"Contributor", "Editor", "Publisher", "Administrator"}
    assert (SECRET in page.text) == sees_all
