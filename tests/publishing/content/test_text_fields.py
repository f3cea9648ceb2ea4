"""The fields of text: one normal form, whatever way a value comes in."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Value
from hypothesis import given, settings
from hypothesis import strategies as st

from cities.models import AlternativeName, City
from news.models import NewsItem
from portal.models import MenuItem, Page, Report, Site
from publishing.content.richtext import RichTextField, clean_html
from publishing.content.text_fields import INVISIBLE
from publishing.models import Picture
from tests import factories
from tests.admin_pages import errors, save_form

pytestmark = pytest.mark.django_db

TYPED = " Alcobac\u0327a\u200b\u00ad "
KEPT = "Alcobaça"
# What programs write, and values that are the same letter for letter elsewhere.
WRITTEN_BY_PROGRAMS = {
    "accounts.User": {"email", "password", "time_zone"},
    "portal.RequestCount": {"key"},
    "portal.StarterRow": {"key", "model", "object_pk"},
    "publishing.Batch": {"model", "person_name", "undone_by"},
    "publishing.BatchRow": {"reason", "remark", "object_pk", "label"},
    "publishing.Comment": {"person_name"},
    "publishing.CommentThread": {"model", "object_pk", "record_name", "field", "resolved_name"},
    "publishing.FormerSlug": {"model", "object_pk", "slug"},
    "publishing.HeadingChoice": {"model", "fingerprint"},
    "publishing.Picture": {"focal_point"},
    "publishing.Revision": {"model", "object_pk", "label", "person_name"},
    "publishing.SharedDraft": {"model", "object_pk", "person_name"},
    "publishing.WorkingCopy": {"model", "object_pk", "label", "title"},
}


def typed_fields():
    """Yield the columns of text that people fill in, of all models of the portal."""
    for label in ("accounts", "cities", "news", "partners", "portal", "publishing"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.local_concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField)
                is_written = field.name in WRITTEN_BY_PROGRAMS.get(model._meta.label, ())
                if is_text and field.editable and not field.choices and not is_written:
                    yield field


def test_every_column_that_people_fill_in_keeps_the_normal_form():
    fields = list(typed_fields())
    assert len(fields) > 70
    for field in fields:
        is_rich = isinstance(field, RichTextField)
        typed = "<p>a\u200bc\u0327</p>" if is_rich else "a\u200bc\u0327\t"
        kept = "<p>aç</p>" if is_rich else "aç"
        record = field.model(**{field.attname: typed})
        assert (str(field), field.pre_save(record, add=True)) == (str(field), kept)
        assert getattr(record, field.attname) == kept
        assert field.get_db_prep_save(typed, None) == kept
        form_field = field.formfield()
        cleaned = field.clean(typed, record) if is_rich else form_field.to_python(typed)
        assert cleaned.removeprefix("http://").removeprefix("https://") == kept


def test_a_name_is_kept_in_its_normal_form_by_each_write_of_the_shell():
    country = factories.country()
    saved = City(name=TYPED, country=country, summary="one\r\ntwo\u2028three ")
    saved.save()
    assert (saved.name, saved.summary) == (KEPT, "one\ntwo\nthree")
    saved.refresh_from_db()
    assert (saved.name, saved.summary, saved.slug) == (KEPT, "one\ntwo\nthree", "alcobaca")
    City.objects.filter(pk=saved.pk).update(motto=TYPED)
    assert City.objects.get(motto=KEPT) == saved
    saved.official_name = TYPED
    City.objects.bulk_update([saved], ["official_name"])
    assert City.objects.get(official_name=KEPT) == saved
    [made] = AlternativeName.objects.bulk_create([AlternativeName(city=saved, name=TYPED)])
    assert (made.name, made.search_key) == (KEPT, " alcobaca")
    assert City.objects.get(name=TYPED) == saved
    City.objects.update(motto=Value("An expression"))
    assert City.objects.get().motto == "An expression"


@pytest.mark.parametrize(
    "name", ["\u200b", "\ufeff", "\u180e", "\u200f", "\u2800", "\u0301", " \u3164"]
)
def test_a_name_of_nothing_visible_is_refused_by_each_write(name):
    city = factories.city(name="Fez")
    sentence = str(INVISIBLE)
    city.name = name
    for write in (
        city.save,
        lambda: City.objects.update(name=name),
        lambda: City.objects.bulk_update([city], ["name"]),
        lambda: AlternativeName.objects.bulk_create([AlternativeName(city=city, name=name)]),
    ):
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            write()
        assert refused.value.message_dict == {"name": [sentence]}
    city.name = name
    with pytest.raises(ValidationError):
        city.full_clean()
    assert City.objects.get().name == "Fez"


def test_an_optional_text_of_nothing_visible_is_empty():
    city = factories.city(name="Fez", motto="\u200b\u2800")
    assert City.objects.get().motto == city.motto == ""


def test_a_form_keeps_the_normal_form_and_counts_its_length(publisher):
    city = factories.city(name="Fez")
    long = "a\u0301" * 120
    assert (
        save_form(
            publisher, city, name=f" {long}\u200b ", website="https://x.org/\u200b "
        ).status_code
        == 302
    )
    city.refresh_from_db()
    assert (city.name, city.website) == ("á" * 120, "https://x.org/")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("\u200b \u2800", "This field is required."), ("\u0301", str(INVISIBLE))],
)
def test_a_form_refuses_a_name_of_nothing_visible(publisher, name, sentence):
    city = factories.city(name="Fez")
    response = save_form(publisher, city, name=name)
    assert errors(response) == {"name": [sentence]}


def test_what_visitors_and_others_type_is_normal_too():
    report = Report.objects.create(
        address="/\u200b", message="a\u200bb\r\nc", email="x@y.org\u200b"
    )
    report.refresh_from_db()
    assert (report.address, report.message, report.email) == ("/", "ab\nc", "x@y.org")
    site = Site.objects.get()
    item = MenuItem.objects.create(site=site, label=TYPED, address="/cities/\u200b")
    assert (item.label, item.address) == (KEPT, "/cities/")
    news = NewsItem(title="10\u00a0km\u202f: \u200bx", summary="s")
    news.save()
    assert news.title == "10\u00a0km\u202f: x"
    assert Picture(title=TYPED)._meta.get_field("title").to_python(TYPED) == KEPT


RICH = [
    ("<div><li></li></div>", ""),
    ('<p>x<a href="https://x.org"></a>y</p>', "<p>xy</p>"),
    ('<p>x<a href="/cities/"> \u200b<br>&nbsp;</a>y</p>', "<p>x <br>&nbsp;y</p>"),
    (
        '<p><a href="RECORD:cities.city:1">Fez</a></p>',
        '<p><a href="record:cities.city:1">Fez</a></p>',
    ),
    (
        '<p><a href=" Rec&#10;ord:cities.city:1">Fez</a></p>',
        '<p><a href="record:cities.city:1">Fez</a></p>',
    ),
    ("<p>a <strong>b </strong>c\u00ad\u0327</p>", "<p>a <strong>b </strong>ç</p>"),
    ("<p>&#x338;</p><p>a&#x338;</p>", "<p>\u0338</p><p>a\u0338</p>"),
    ("<p>می&zwnj;روم&nbsp;x\u202fy&shy;z</p>", "<p>می\u200cروم&nbsp;x\u202fyz</p>"),
    ("<p>\u200b</p><h2>\u2800</h2>", ""),
]


@pytest.mark.parametrize(("typed", "kept"), RICH)
def test_a_rich_text_is_normal_and_settles_at_once(typed, kept):
    page = Page(title="Page", body=typed)
    page.save()
    assert page.body == kept
    assert Page._meta.get_field("body").sanitize(kept) == kept


PIECES = (
    *"<div> </div> <p> </p> <li> </li> <ul> </ul> <b> </b> <h1> </h1> <table> </table>".split(),
    *"<td> </td> </a> </figure> <blockquote> </blockquote> <br> <hr> <!-- --> <script>".split(),
    *"</script> &nbsp; &#x338; &shy; &lt; a é > <".split(),
    *("<a href='/x'>", "<a href='RECORD:cities.city:1'>", "<figure data-picture='7'>"),
    *("\u0338", "\u200d", "\u00ad", "\n", " ", "\ud83d", '"'),
)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=300)
def test_any_rich_text_settles_at_once(typed):
    kept = clean_html(typed)
    assert clean_html(kept) == kept
    assert "<a></a>" not in kept
    kept.encode()
