"""Snapshots restore their record; merges lose no change."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import composite

from cities.models import Award, City
from partners.models import Membership
from portal.models import Site
from publishing.content.richtext import RichTextField
from publishing.models import FormerSlug
from publishing.revisions import snapshots
from publishing.revisions.rehearsal import rehearse
from tests import factories

KEPT = Path(__file__).parent / "snapshots"
KEYS = [str(uuid4()) for _number in range(3)]
FACTORIES = [
    "intake",
    "theme",
    "city",
    "network",
    "organisation",
    "news_item",
    "event",
    "page",
    "country",
]
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40)


# -- Taken and applied ---------------------------------------------------------------------


def values_of(field):
    """Return a strategy for the values of a field; None for fields that others depend on."""
    if getattr(field, "choices", None):
        return st.sampled_from([value for value, _label in field.flatchoices])
    if isinstance(field, models.BooleanField):
        return st.booleans()
    if isinstance(field, RichTextField):
        return st.lists(texts, max_size=3).map(
            lambda parts: "".join(f"<p>{part.replace('<', '&lt;')}</p>" for part in parts)
        )
    if type(field) in (models.CharField, models.TextField) and field.name not in ("code", "name"):
        return texts
    return None


@composite
def contents(draw, model):
    """Return a strategy for records as staff could edit them: texts, choices, distinct rows."""
    drawn = {field.name: values_of(field) for field in snapshots.content_fields(model)}
    fields = {name: draw(values) for name, values in drawn.items() if values is not None}
    rows = {}
    if model is City:
        years = draw(st.permutations([2015, 2017, 2019]))[: draw(st.integers(0, 3))]
        rows["awards"] = {
            key: {"year": year, "source": draw(texts), "source_url": ""}
            for key, year in zip(KEYS, years, strict=False)
        }
        names = draw(st.lists(texts, unique=True, max_size=3))
        rows["alternative_names"] = {
            key: {"name": name, "language": "", "source": ""}
            for key, name in zip(KEYS, names, strict=False)
        }
    return {"fields": fields, "links": {}, "rows": rows}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FACTORIES)
@settings(max_examples=8)
@given(data=st.data())
def test_a_snapshot_is_restored_field_by_field_and_row_by_row(name, data):
    with rehearse():
        country = {"country": factories.united_kingdom()} if name == "network" else {}
        record = getattr(factories, name)(**country)
        model = type(record)
        first, second = data.draw(contents(model)), data.draw(contents(model))
        taken = []
        for content in (first, second):
            assert snapshots.apply(record, content) == []
            taken.append(json.loads(json.dumps(snapshots.take(record))))
        for content in taken:
            assert snapshots.apply(record, content) == []
            assert snapshots.take(record) == content


@pytest.mark.django_db
def test_a_snapshot_restores_relations_pictures_and_memberships(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    membership = factories.membership(role="Lead")
    network, city = membership.network, factories.city(picture=factories.picture())
    network.cities.add(city)
    city.themes.add(factories.theme())
    kept = {record: snapshots.take(record) for record in (network, city)}
    Membership.objects.all().delete()
    network.cities.clear()
    city.themes.clear()
    City.objects.update(picture=None)
    for record, content in kept.items():
        record.refresh_from_db()
        assert snapshots.apply(record, content) == []
        assert snapshots.take(record) == content
    assert Membership.objects.get().pk == membership.pk


@pytest.mark.django_db
def test_a_snapshot_restores_the_menu():
    site = Site.objects.first() or Site.objects.create()
    site.menu.create(label="Cities", address="/cities/")
    content = snapshots.take(site)
    site.menu.all().delete()
    snapshots.apply(site, content)
    assert snapshots.take(site) == content


@pytest.mark.django_db
def test_two_rows_exchange_a_unique_value():
    city = factories.city()
    first, last = factories.award(city=city, year=2015), factories.award(city=city, year=2017)
    content = snapshots.take(city)
    content["rows"]["awards"][str(first.pk)]["year"] = 2017
    content["rows"]["awards"][str(last.pk)]["year"] = 2015
    snapshots.apply(city, content)
    assert list(city.awards.values_list("pk", "year")) == [(last.pk, 2015), (first.pk, 2017)]


@pytest.mark.django_db
def test_an_invalid_snapshot_changes_nothing():
    city = factories.award(year=2015).city
    content = snapshots.take(city)
    wrong = {
        "fields": content["fields"] | {"motto": "New"},
        "rows": {"awards": {key: {"year": 1900} for key in KEYS[:1]}},
    }
    with pytest.raises(ValidationError, match=r"Learning city award: .*2015"):
        snapshots.apply(city, wrong)
    assert snapshots.take(city) == content


@pytest.mark.django_db
def test_a_key_that_now_belongs_to_another_record_stays_with_it():
    award = factories.award(year=2015)
    city, other = award.city, factories.city()
    content = snapshots.take(city)
    Award.objects.update(city=other)
    snapshots.apply(city, content)
    assert list(other.awards.all()) == [award]
    assert [row.year for row in city.awards.all()] == [2015]
    assert city.awards.get().pk != award.pk


@pytest.mark.django_db
def test_applying_names_references_whose_target_is_gone(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture, theme = factories.picture(), factories.theme()
    city = factories.city(picture=picture, themes=[theme])
    content = snapshots.take(city)
    picture.delete()
    theme.delete()
    assert snapshots.apply(city, content) == [
        "picture: the picture that was here has since been deleted.",
        "themes: the theme that was here has since been deleted.",
    ]


@pytest.mark.django_db
def test_a_slug_changed_by_a_snapshot_leaves_a_redirect():
    city = factories.city(name="Wakefield")
    content = snapshots.take(city)
    content["fields"]["slug"] = "wakefield-district"
    snapshots.apply(city, content)
    assert list(FormerSlug.objects.values_list("slug")) == [("wakefield",)]
    content["fields"]["slug"] = "wakefield"
    snapshots.apply(city, content)
    assert list(FormerSlug.objects.values_list("slug")) == [("wakefield-district",)]


# -- Snapshots live long -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_snapshot_of_an_earlier_version_is_readable():
    """The file is never written again; names that no longer exist are ignored."""
    factories.united_kingdom()
    city = factories.city(name="Leeds", motto="Pro rege et lege")
    problems = snapshots.apply(city, json.loads((KEPT / "city-2026-11.json").read_text()))
    assert problems == ["themes: the theme that was here has since been deleted."]
    assert (city.name, city.slug, city.joined_year) == ("Wakefield", "wakefield", 2024)
    # The snapshot has no such fields.
    assert (city.motto, city.designations.count()) == ("Pro rege et lege", 0)
    assert [(award.year, award.source) for award in city.awards.all()] == [(2024, "Jury")]


# -- Merging -------------------------------------------------------------------------------

value = st.integers(0, 2)
row = st.fixed_dictionaries({"year": value, "source": value})
content = st.fixed_dictionaries(
    {
        "fields": st.fixed_dictionaries({"name": value, "motto": value}),
        "links": st.fixed_dictionaries(
            {"themes": st.lists(st.integers(0, 4), unique=True).map(sorted)}
        ),
        "rows": st.fixed_dictionaries(
            {"awards": st.dictionaries(st.sampled_from("abc"), row, max_size=3)}
        ),
    }
)


@given(content, content)
def test_a_change_by_one_side_alone_is_taken_as_it_is(base, mine):
    assert snapshots.merge(base, mine, base) == (mine, [])
    assert snapshots.merge(base, base, mine) == (mine, [])
    assert snapshots.merge(base, mine, mine) == (mine, [])


@settings(max_examples=200)
@given(content, content, content)
def test_a_merge_loses_no_change(base, mine, theirs):
    """Every place that one side changed has that change afterwards, or is a conflict."""
    merged = snapshots.merge(base, mine, theirs)
    conflicts = {conflict.path for conflict in merged.conflicts}
    for side, other in ((mine, theirs), (theirs, mine)):
        changed = [path for path in snapshots.differing(base, side) if path[0] != "links"]
        elsewhere = set(snapshots.differing(base, other))
        for path in changed:
            said = snapshots.value_at(merged.content, path)
            if said != snapshots.value_at(side, path):
                assert path in conflicts or path[:3] in conflicts
                assert {place[:3] for place in elsewhere} & {path[:3]}
    old, ours, others = after_sets = [set(side["links"]["themes"]) for side in (base, mine, theirs)]
    assert merged.content["links"]["themes"] == sorted(
        theme
        for theme in set().union(*after_sets)
        # The side that changed the link decides; both can only have changed it in the same way.
        if theme in (ours if (theme in ours) != (theme in old) else others)
    )


@given(content, content, content)
def test_a_conflict_can_be_solved_with_either_side(base, mine, theirs):
    merged = snapshots.merge(base, mine, theirs)
    for side, name in ((mine, "mine"), (theirs, "theirs")):
        chosen = snapshots.resolve(merged, {conflict.key: name for conflict in merged.conflicts})
        assert chosen.conflicts == []
        for conflict in merged.conflicts:
            assert snapshots.value_at(chosen.content, conflict.path) == snapshots.value_at(
                side, conflict.path
            )


@given(content, content)
def test_a_fingerprint_differs_for_different_contents(one, other):
    assert (snapshots.fingerprint(one) == snapshots.fingerprint(other)) is (one == other)


def test_a_conflict_of_texts_can_keep_both():
    def said(text):
        return {"fields": {"motto": text, "profile": f"<p>{text}</p>"}}

    merged = snapshots.merge(said("Old"), said("Mine"), said("Theirs"))
    both = {conflict.key: "both" for conflict in merged.conflicts}
    assert snapshots.resolve(merged, both).content == {
        "fields": {"motto": "Theirs\n\nMine", "profile": "<p>Theirs</p><p>Mine</p>"}
    }
