"""The dialog of the picture library: what it finds, and the uploads that it sends."""

import hashlib

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile

from cities.models import City
from news.models import NewsItem
from portal.models import Tie
from publishing.models import Picture, Revision
from publishing.staff.picture_dialog import PAGE_SIZE
from tests import factories
from tests.admin_pages import add, admin_url, errors, read_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

CHOOSE, UPLOAD, TAGS = (admin_url(Picture, name) for name in ("choose", "upload", "tags"))
NEW = {"title": "The dome", "alternative_text": "Readers under a dome"}


def titles(client, **query):
    return [row["title"] for row in client.get(CHOOSE, query).json()["found"]]


def file(content=None, name="dome.jpg"):
    return SimpleUploadedFile(name, factories.image_bytes() if content is None else content)


def send(client, *, sent=None, **values):
    return client.post(UPLOAD, NEW | values | {"file": sent or file()})


def person():
    """Return the one member of staff there is."""
    return get_user_model().objects.get()


# -- Choosing ------------------------------------------------------------------------------


def test_the_dialog_finds_pictures_by_their_words(contributor):
    old = factories.picture(title="Central Library", alternative_text="A dome", tags="reading")
    factories.picture(title="River", is_decorative=True, alternative_text="")
    assert titles(contributor) == ["River", "Central Library"]
    assert titles(contributor, q="reading") == ["Central Library"]
    assert contributor.get(CHOOSE, {"q": "central dome"}).json() == {
        "found": [
            {
                "key": str(old.pk),
                "title": "Central Library",
                "about": "A dome",
                "alt": "A dome",
                "measures": "40 × 30 pixels",
                "preview": old.file.preview,
                "thumbnail": old.file.card_320_webp,
                "recent": False,
            }
        ],
        "more": False,
    }
    assert contributor.get(CHOOSE, {"q": "river"}).json()["found"][0]["about"] == "decorative"
    response = contributor.get(admin_url(Picture, "preview", old.pk))
    assert (response.status_code, response.url) == (302, old.file.preview)
    assert contributor.get(admin_url(Picture, "preview", 999)).status_code == 404


def test_one_picture_is_looked_up_by_its_key(contributor):
    picture, _other = factories.picture(title="One"), factories.picture()
    assert titles(contributor, key=str(picture.pk)) == ["One"]
    assert titles(contributor, key="x") == []


def test_the_pictures_that_a_person_used_last_come_first(editor):
    used, other = factories.picture(title="Used"), factories.picture(title="Newest")
    save_form(editor, factories.city(), picture=str(used.pk))
    factories.city(picture=other)
    found = editor.get(CHOOSE).json()["found"]
    assert [(row["title"], row["recent"]) for row in found] == [("Used", True), ("Newest", False)]
    colleague = signed_in(factories.user("Editors"))
    assert titles(colleague) == ["Newest", "Used"]


def test_a_large_library_is_shown_in_pages(editor):
    for number in range(PAGE_SIZE + 1):
        factories.picture(title=f"Number {number}")
    first = editor.get(CHOOSE).json()
    assert (len(first["found"]), first["more"]) == (PAGE_SIZE, True)
    second = editor.get(CHOOSE, {"page": "2"}).json()
    assert ([row["title"] for row in second["found"]], second["more"]) == (["Number 0"], False)
    assert editor.get(CHOOSE, {"page": "99999"}).json() == {"found": [], "more": False}


def test_a_page_of_the_dialog_takes_five_queries(contributor, django_assert_num_queries):
    for _ in range(3):
        factories.city(picture=factories.picture(tags="festival"))
    contributor.get(CHOOSE)
    for query in ({}, {"q": "plain", "show": "tag:festival", "page": "1"}, {"show": "me"}):
        with django_assert_num_queries(5):
            assert contributor.get(CHOOSE, query).status_code == 200
    with django_assert_num_queries(5):
        assert contributor.get(TAGS).json() == {"tags": ["festival"]}


@pytest.mark.parametrize(
    "query",
    [
        {"page": page}
        for page in ("", "0", "-1", "x", "1" * 40, "٣", "1\0")
    ]
    + [{"show": show} for show in ("", "everything", "tag:", "tag:\0", "tag:%_", "me\0")]
    + [{"q": "\0"}, {"q": "%"}, {"digest": "\0"}, {"digest": "x" * 5000}, {"key": "9" * 40}],
)  # fmt: skip
def test_values_that_no_person_types_break_nothing(contributor, query):
    factories.picture()
    assert contributor.get(CHOOSE, query).status_code == 200


def test_pictures_are_found_by_their_tags(editor):
    factories.picture(title="Both", tags=" Festival,2026 , festival,,")
    factories.picture(title="Other", tags="festivals")
    assert Picture.objects.get(title="Both").tags == "festival, 2026"
    assert editor.get(TAGS).json() == {"tags": ["2026", "festival", "festivals"]}
    assert titles(editor, show="tag:festival") == ["Both"]
    assert titles(editor, show="tag:2026") == ["Both"]
    listed = editor.get(admin_url(Picture, "changelist"), {"tag": "festivals"})
    assert [row.title for row in listed.context["cl"].result_list] == ["Other"]
    assert editor.get(admin_url(Picture, "changelist"), {"tag": "none"}).status_code == 302


def test_pictures_are_found_by_who_uploaded_them(editor):
    factories.picture(title="Mine", uploaded_by=person())
    factories.picture(title="Other")
    assert titles(editor, show="me") == ["Mine"]
    listed = editor.get(admin_url(Picture, "changelist"), {"by": "me"})
    assert [row.title for row in listed.context["cl"].result_list] == ["Mine"]


def test_the_dialog_is_for_staff_with_permission(client):
    for address in (CHOOSE, TAGS, UPLOAD):
        assert client.get(address).status_code == 302
    nobody = signed_in(factories.user())
    for address in (CHOOSE, TAGS, UPLOAD):
        assert nobody.get(address).status_code == 403
    assert send(nobody).status_code == 403
    picture = factories.picture()
    assert nobody.get(admin_url(Picture, "preview", picture.pk)).status_code == 403


# -- Uploading -----------------------------------------------------------------------------


def test_an_upload_is_saved_and_logged(contributor):
    response = send(contributor, focal_point_0="25", focal_point_1="60", tags="Dome")
    picture = Picture.objects.get()
    assert response.json()["picture"]["key"] == str(picture.pk)
    assert (picture.title, picture.focal_point, picture.tags) == ("The dome", "0.25x0.6", "dome")
    assert (picture.uploaded_by, picture.digest) == (
        person(),
        hashlib.sha256(factories.image_bytes()).hexdigest(),
    )
    revision = Revision.objects.get()
    assert (revision.action, revision.person) == ("added", picture.uploaded_by)
    page = contributor.get(admin_url(Picture, "changelist"))
    assert list(page.context["messages"]) == []


def test_an_upload_has_its_renditions_and_a_refused_one_leaves_no_file(
    contributor, renditions, tmp_path
):
    send(contributor, sent=file(b"no picture"))
    send(contributor, alternative_text="")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    send(contributor)
    thumbnail = Picture.objects.get().thumbnail
    assert (tmp_path / thumbnail.removeprefix("/")).is_file()


def test_an_upload_is_refused_in_sentences(contributor, settings):
    settings.PICTURE_MAX_BYTES = 1000
    for sent, said in [
        (file(b"<html>"), "We cannot read this file as a picture. Use a JPEG"),
        (file(b""), "The submitted file is empty."),
        (file(b"x" * 3000), "This file is 2.9\xa0KB. Choose a picture of at most 1000\xa0bytes."),
        (file(factories.image_bytes(size=(1, 1))), "This picture is too small: it has 1 × 1"),
    ]:
        [sentence] = send(contributor, sent=sent).json()["errors"]["file"]
        assert sentence.startswith(said)
    described = "Describe the picture in “alternative text”, or mark it as decorative."
    assert send(contributor, alternative_text="").json() == {"errors": {"__all__": [described]}}
    assert contributor.post(UPLOAD, NEW).json() == {"errors": {"file": ["This field is required."]}}
    nul = "Null characters are not allowed."
    assert send(contributor, title="a\0b").json() == {"errors": {"title": [nul]}}
    assert list(send(contributor, focal_point_0="x").json()["errors"]) == ["focal_point"]
    assert not Picture.objects.exists()


def test_the_same_file_is_offered_and_may_be_uploaded_again(contributor):
    send(contributor)
    again = send(contributor, title="Second")
    assert again.json()["same"]["title"] == "The dome"
    digest = hashlib.sha256(factories.image_bytes()).hexdigest()
    assert titles(contributor, digest=digest) == ["The dome"]
    assert titles(contributor, digest="0" * 64) == []
    assert "picture" in send(contributor, title="Second", again="1").json()
    assert Picture.objects.count() == 2


def test_a_tied_person_gets_no_picture_of_others(contributor):
    others = factories.picture(title="Secret")
    factories.city(picture=others)
    own = factories.city(picture=factories.picture(title="Ours"))
    Tie.objects.create(user=person(), city=own)
    Picture.objects.update(digest=hashlib.sha256(factories.image_bytes()).hexdigest(), tags="x")
    Picture.objects.filter(pk=others.pk).update(tags="secret")
    assert titles(contributor) == ["Ours"]
    assert contributor.get(TAGS).json() == {"tags": ["x"]}
    assert send(contributor).json()["same"]["title"] == "Ours"
    Picture.objects.filter(title="Ours").update(digest="")
    assert send(contributor).json()["picture"]["title"] == "The dome"
    assert titles(contributor) == ["The dome", "Ours"]


def test_advice_on_an_upload_comes_with_it(contributor):
    said = "The alternative text “IMG_1.jpg” is a file name. Say what the picture shows."
    assert said in send(contributor, alternative_text="IMG_1.jpg").json()["advice"]
    small = "The picture has only 40 × 30 pixels, so it will look blurred. Choose a larger one."
    assert send(contributor, again="1").json()["advice"] == [small]
    wide = file(factories.image_bytes(size=(1280, 720)))
    assert send(contributor, sent=wide).json()["advice"] == []


# -- The field -----------------------------------------------------------------------------


def options(response, model):
    """Return the pictures in the list of a form."""
    field = response.context["adminform"].form["picture"]
    return [label for _value, label in [(o.data["value"], o.choice_label) for o in field][1:]]


@pytest.mark.parametrize("model", [City, NewsItem])
def test_the_field_lists_the_newest_pictures_and_the_chosen_one(editor, model, monkeypatch):
    monkeypatch.setattr("publishing.staff.picture_chooser.MOST_LISTED", 2)
    chosen = factories.picture(title="Chosen")
    for number in range(3):
        factories.picture(title=f"Newer {number}")
    record = {City: factories.city, NewsItem: factories.news_item}[model](picture=chosen)
    response = editor.get(admin_url(record, "change", record.pk))
    assert options(response, model) == [
        f"{title} · 40 × 30 pixels" for title in ("Newer 2", "Newer 1", "Chosen")
    ]
    assert read_form(response, record).fields["picture"] == [str(chosen.pk)]
    assert chosen.thumbnail in response.text
    assert "A plain blue field" in response.text


def test_a_picture_is_chosen_and_removed_without_javascript(publisher):
    picture, city = factories.picture(), factories.city()
    save_form(publisher, city, picture=str(picture.pk), _publish="1")
    city.refresh_from_db()
    assert city.picture == picture
    save_form(publisher, city, picture="", _publish="1")
    city.refresh_from_db()
    assert city.picture is None


@pytest.mark.parametrize("key", ["x", "999", "9" * 40, "1\0"])
def test_a_picture_that_cannot_be_chosen_is_refused_at_the_field(editor, key):
    factories.picture()
    response = add(editor, NewsItem, title="Story", summary="Words.", picture=key)
    assert list(errors(response)) == ["picture"]


def test_every_foreign_key_to_a_picture_has_the_chooser(superuser):
    models = [relation.related_model for relation in Picture._meta.related_objects]
    assert len(models) >= 3
    for model in models:
        page = superuser.get(admin_url(model, "add"))
        assert "data-picture-field" in page.text
        assert (
            "related-widget-wrapper"
            not in page.text.split('name="picture"')[1].split("</select>")[0]
        )
