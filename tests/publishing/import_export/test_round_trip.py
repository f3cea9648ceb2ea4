"""Exports imported back: no differences, for any content."""

from io import BytesIO

import openpyxl
import pytest
from django.contrib import admin
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cities.models import AlternativeName, City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.models import Page
from publishing.content.csv import defused, undefused
from publishing.content.text import is_visible
from publishing.import_export.bulk_snapshots import load_snapshots
from publishing.import_export.cell_text import join_row, normalise, split_row
from publishing.models import FormerSlug
from publishing.revisions import snapshots
from publishing.revisions.rehearsal import rehearse
from tests import factories
from tests.admin_pages import admin_url
from tests.naughty import naughty_strings
from tests.publishing.import_export.conftest import results

pytestmark = pytest.mark.django_db

KINDS = (City, Country, Intake, Theme, Network, Organisation, NewsItem, Event, Page)
# The examples share a database, which makes no difference to these tests.
SAME_DATABASE = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Text that PostgreSQL can store.
TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60)


def everything():
    """Make a record of each kind, with all its possible parts."""
    country = factories.country(code="GB", name="United Kingdom")
    intake = factories.intake(year=2024, announced_on="2024-02-14", cities_announced=64)
    themes = [factories.theme(), factories.theme(trashed_at=factories.LONG_AGO)]
    city = factories.city(
        country=country, intake=intake, themes=themes, latitude=53.0, longitude=-1.123456789012345,
        population=1, population_year=2020, picture=factories.picture(), joined_on="2024-02-14",
        summary='=HYPERLINK("x")', motto="'=1+1", profile="<p>A &amp; B</p>\n<h2>C</h2>",
        confirmed=False, official_name="-1", note="a\r\nb; c | d",
    )  # fmt: skip
    factories.alternative_name(city=city, name="a | b\\c", language="fr", source="@S")
    factories.alternative_name(city=city, name="الملكة")
    factories.award(city=city, year=2015)
    factories.designation(city=city, year=2004)
    network = factories.network(cities=[city], country=country)
    factories.membership(network=network, role="one\ntwo")
    factories.news_item(
        cities=[city], countries=[country], networks=[network], intake=intake, body="<p>Text</p>"
    )
    factories.event(city=city, country=country)
    factories.page(body="<h2>More</h2>")


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("model", KINDS, ids=lambda model: model._meta.model_name)
def test_an_export_imports_back_with_no_difference(publisher, model, ending):
    everything()
    data = publisher.export(model, ending)
    batch = publisher.look(model, data, mode="live")
    counts = {name: number for name, number in batch.count_outcomes().items() if number}
    assert counts == {"unchanged": model.objects.filter(**_kept(model)).count()}, results(batch)


def _kept(model):
    return {"trashed_at": None} if hasattr(model, "trashed_at") else {}


@pytest.mark.parametrize("model", [City, Network, NewsItem, Country])
def test_an_export_imported_into_an_empty_portal_makes_the_same_records(publisher, model):
    everything()
    # A record in the trash can stay linked, but cannot be chosen.
    Theme.objects.filter(trashed_at__isnull=False).delete()
    City.objects.update(note="plain")
    rows = publisher.table(model)
    before = {str(record): snapshots.take(record) for record in model.objects.all()}
    key = "code" if model is Country else "id"
    names = {"name": "Other", "title": "Other", "slug": "other", "country": ""}
    [row] = rows
    fresh = row | {name: "Other" for name in ("name", "title") if name in row}
    fresh |= {"slug": "other", key: "ZZ" if model is Country else ""}
    publisher.bring(model, [fresh], mode="live")
    made = snapshots.take(model.objects.get(slug="other"))
    [old] = before.values()
    for content in (old, made):
        for name in names:
            content["fields"].pop(name, None)
        content["rows"] = {
            part: sorted(map(str, rows.values())) for part, rows in content["rows"].items()
        }
    assert made == old


@given(
    name=TEXTS.filter(is_visible),
    words=TEXTS,
    summary=TEXTS,
    role=TEXTS,
    ending=st.sampled_from(["csv", "xlsx"]),
)
@SAME_DATABASE
def test_any_text_survives_an_export_and_import(publisher, name, words, summary, role, ending):
    for model in (City, Network, Organisation, Country):
        model.objects.all().delete()
    city = City(name=name, country=factories.country(), motto=words, summary=summary, profile=words)
    city.save()
    AlternativeName.objects.create(city=city, name=name, source=role)
    AlternativeName.objects.create(city=city, name=f"{words} x", language="x")
    network = factories.network(cities=[city])
    Membership.objects.create(
        network=network, organisation=factories.organisation(), role=role, note=words
    )
    for model in (City, Network):
        batch = publisher.look(model, publisher.export(model, ending), name=f"x.{ending}")
        assert [outcome for _number, outcome, _reason in results(batch)] == ["unchanged"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_naughty_texts_survive_an_export_and_import(publisher, ending):
    country = factories.country()
    for number, text in enumerate(naughty_strings()):
        values = {"motto": text[:100], "summary": text, "note": text, "profile": f"<p>{text}</p>"}
        factories.city(name=f"City {number}", slug=f"s{number}", country=country, **values)
    batch = publisher.look(City, publisher.export(City, ending), name=f"x.{ending}")
    assert {outcome for _number, outcome, _reason in results(batch)} == {"unchanged"}


@given(TEXTS)
def test_formulas_are_defused_by_an_export_and_restored_by_an_import(text):
    kept = normalise(text)
    assert undefused(defused(kept)) == kept
    assert not defused(kept).startswith(("=", "+", "-", "@"))


@given(st.lists(TEXTS.map(str.strip), min_size=1))
def test_values_of_a_cell_are_split_as_they_were_joined(values):
    while values[1:] and not values[-1]:
        values.pop()
    assert split_row(join_row(values)) == values


def test_bulk_snapshots_equal_single_snapshots(publisher):
    everything()
    for model in KINDS:
        keys = list(model._base_manager.values_list("pk", flat=True))
        records, contents = load_snapshots(model, keys)
        assert contents == {key: snapshots.take(records[key]) for key in keys}


def test_a_text_too_long_for_a_cell_stays_unchanged(publisher):
    city = factories.city(profile="<p>" + "long " * 8_000 + "</p>", motto="Old")
    book = openpyxl.load_workbook(BytesIO(publisher.export(City, "xlsx")))
    headings = [cell.value for cell in book.active[1]]
    book.active.cell(2, headings.index("motto") + 1, "New")
    data = BytesIO()
    book.save(data)
    publisher.bring(City, data.getvalue(), mode="live")
    saved = City.objects.get()
    assert (saved.profile, saved.motto) == (city.profile, "New")


# -- The same as by a form ---------------------------------------------------------------------

VALUES = {
    "name": st.sampled_from(["Wakefield", " Écully ", "北京", "=A1", "O’Hara"]),
    "slug": st.sampled_from(["", "elsewhere", "Derby", "two words", "suggest"]),
    "country": st.sampled_from(["GB", "FR", ""]),
    "kind": st.sampled_from(["city", "district", ""]),
    "intake": st.sampled_from(["", "2024"]),
    "joined_year": st.sampled_from(["", "2024", "2016", "1999", "x"]),
    "population": st.sampled_from(["", "5", "-5"]),
    "population_year": st.sampled_from(["", "2020"]),
    "latitude": st.sampled_from(["", "53.5", "91"]),
    "longitude": st.sampled_from(["", "-1.5"]),
    "website": st.sampled_from(["", "example.org", "not an address"]),
    "profile": st.sampled_from(["", "<p>A</p><script>x</script>", "<h1>Big</h1>"]),
    "motto": st.sampled_from(["", "Words", "w" * 200]),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_import_saves_what_the_form_would_save(publisher, changes):
    for model in (City, Country, Intake, FormerSlug):
        model.objects.all().delete()
    gb, _fr = factories.country(code="GB"), factories.country(code="FR")
    intake = factories.intake(year=2024)
    factories.city(name="Derby", country=gb)
    city = factories.city(name="One", country=gb, published_at=None)
    data = changes | ({"intake": intake.pk} if changes.get("intake") else {})
    with rehearse():
        form = _form_of(City.objects.get(pk=city.pk), data)
        if saved := form.is_valid():
            form.save()
            wanted = snapshots.take(city)
            row = City.objects.get(pk=city.pk)
            keys = (row.name_key, row.search_key)
            former = list(FormerSlug.objects.values_list("slug", "object_pk"))
    batch = publisher.look(City, [{"id": city.pk} | changes], mode="live")
    [(_number, outcome, reason)] = results(batch)
    assert (outcome != "refused") == saved, (reason, form.errors)
    if not saved:
        return
    publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    assert snapshots.take(city) == wanted
    city.refresh_from_db()
    assert (city.name_key, city.search_key) == keys
    assert list(FormerSlug.objects.values_list("slug", "object_pk")) == former


def _form_of(record, data):
    """Return the desk's own form for a record, with some fields changed."""
    request = RequestFactory().get("/")
    request.user = factories.superuser()
    model_admin = admin.site.get_model_admin(City)
    form = model_admin.get_form(request, record, change=True, fields=None)
    start = form(instance=record)
    values = {name: start.get_initial_for_field(f, name) for name, f in start.fields.items()}
    values = {n: v for n, v in values.items() if v is not None and v is not False and v != []}
    for name in ("published_at", "expires_at", "archived_at"):
        values.pop(name, None)
    return form(values | data, instance=record)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "_addanother=x",
        "password__startswith=a",
        "country__code__exact=%00",
        "intake__id__exact=99999999999999999999999",
        "published_at__year=0",
        "published_at__month=99",
        "id__in=1,99999999999999999999999",
        "created_at__year=abc",
    ],
)
def test_a_list_with_an_unknown_filter_is_exported_whole_or_not_at_all(publisher, query, ending):
    factories.city(name="Fez")
    answer = publisher.client.get(f"{admin_url(City, 'export', ending)}?{query}", follow=True)
    assert answer.status_code in (200, 400)
    if answer.redirect_chain:
        assert "This address contains a filter that does not exist" in answer.text
    elif answer.status_code == 200:
        assert b"".join(answer.streaming_content)
