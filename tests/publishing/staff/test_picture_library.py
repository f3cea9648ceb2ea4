"""The picture library of the desk."""

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from news.models import NewsItem
from publishing.models import Picture, Revision
from publishing.revisions.models import Action, log
from publishing.revisions.snapshots import take
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


def upload(content=None, name="dome.jpg"):
    return SimpleUploadedFile(name, factories.image_bytes() if content is None else content)


def figure(picture):
    return f'<figure data-picture="{picture.pk}"></figure>'


def messages(client, response):
    return [str(message) for message in client.get(response.url).context["messages"]]


def used_by(response):
    return [str(line) for line in response.context["used_by"]]


NEW = {"title": "The dome", "alternative_text": "Readers under a dome"}


def test_a_picture_is_added_by_an_upload(contributor):
    response = add(contributor, Picture, **NEW, file=upload(), focal_point_0="25", focal_point_1="")
    assert response.status_code == 302
    picture = Picture.objects.get()
    assert picture.focal_point == "0.25x0.5"
    assert picture.uploaded_by.groups.get().name == "Contributors"


def test_changes_of_a_picture_are_logged(publisher):
    add(publisher, Picture, **NEW, file=upload())
    picture = Picture.objects.get()
    old_file = picture.file.name
    save_form(publisher, picture, credit="A. Person", focal_point_0="10")
    save_form(publisher, picture, file=upload())
    save_form(publisher, picture)
    publisher.post(admin_url(picture, "delete", picture.pk), {"post": "yes"})
    added, changed, replaced, deleted = Revision.objects.order_by("pk")
    assert added.content["fields"] == NEW | {
        "file": old_file,
        "focal_point": "0.5x0.5",
        "is_decorative": False,
        "credit": "",
        "licence": "",
        "tags": "",
    }
    assert (added.action, changed.action, replaced.action, deleted.action) == (
        "added",
        "changed",
        "changed",
        "purged",
    )
    assert (changed.base["fields"]["credit"], changed.content["fields"]["credit"]) == (
        "",
        "A. Person",
    )
    assert replaced.content["fields"]["file"] != old_file
    assert {revision.label for revision in Revision.objects.all()} == {"The dome"}


def test_the_history_of_a_picture_cannot_be_restored(publisher):
    picture = factories.picture()
    save_form(publisher, picture, credit="A. Person")
    revision = Revision.objects.get()
    address = admin_url(picture, "revision", picture.pk, revision.pk)
    response = publisher.get(address)
    assert "A. Person" in response.text
    assert response.context["may_restore"] is False
    assert publisher.post(address).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            "cannot read this file as a picture",
        ),
        ("a.jpg", b"<html><script>go()</script></html>", "cannot read this file as a picture"),
        ("a.jpg", factories.image_bytes(size=(800, 600))[:-600], "missing or damaged"),
        ("a.bmp", factories.image_bytes("BMP"), "BMP pictures cannot be used"),
    ],
)
def test_a_refused_picture_is_explained_at_the_field(contributor, name, content, said):
    response = add(contributor, Picture, **NEW, file=upload(content, name))
    assert list(errors(response)) == ["file"]
    [sentence] = errors(response)["file"]
    assert said in sentence
    assert not Picture.objects.exists()


def test_a_picture_needs_a_description_or_is_decorative(contributor):
    response = add(contributor, Picture, title="x", file=upload())
    assert errors(response) == {
        "__all__": ["Describe the picture in “alternative text”, or mark it as decorative."]
    }


def test_a_vague_description_of_a_picture_is_saved_with_a_warning(editor):
    wide = upload(factories.image_bytes(size=(1280, 720)))
    response = add(editor, Picture, **NEW | {"alternative_text": "IMG_1234.jpg"}, file=wide)
    warning = "The alternative text “IMG_1234.jpg” is a file name. Say what the picture shows."
    assert warning in messages(editor, response)
    picture = Picture.objects.get()
    response = editor.get(admin_url(picture, "change", picture.pk))
    assert [finding.message for finding in response.context["advice"]] == [warning]


@pytest.mark.parametrize("numbers", [("101", "50"), ("50", "-1"), ("x", "50")])
def test_a_focal_point_outside_of_the_picture_is_refused(editor, numbers):
    across, down = numbers
    response = add(editor, Picture, **NEW, file=upload(), focal_point_0=across, focal_point_1=down)
    assert list(errors(response)) == ["focal_point"]


def test_an_upload_by_script_answers_with_the_next_address(editor):
    values = NEW | {"focal_point_0": "50", "focal_point_1": "50", "file": upload()}
    response = editor.post(
        admin_url(Picture, "add"), values, headers={"Accept": "application/json"}
    )
    assert response.json() == {"to": admin_url(Picture, "changelist")}
    response = editor.post(admin_url(Picture, "add"), NEW, headers={"Accept": "application/json"})
    assert list(errors(response)) == ["file"]


def test_every_use_of_a_picture_is_named(editor):
    picture = factories.picture()
    other = factories.picture()
    factories.city(name="Fez", picture=picture)
    factories.news_item(title="Story", body=f"<p>One</p>{figure(picture)}", picture=picture)
    factories.page(title="About", body=figure(picture))
    gone = factories.network(name="Gone", profile=figure(picture), trashed_at=factories.LONG_AGO)
    factories.page(title="Other", body=figure(other))
    public = factories.news_item(title="With a draft")
    save_form(editor, public, body=figure(picture), _draft="1")
    response = editor.get(admin_url(picture, "change", picture.pk))
    names = [line.partition(">")[2].replace("</a>", "") for line in used_by(response)]
    assert sorted(names) == [
        "About (page, in its text)",
        "Fez (city, as its picture)",
        "Gone (network, in its text)",
        "Story (news item, as its picture)",
        "With a draft (news item, in its draft)",
    ]
    assert admin_url(gone, "change", gone.pk) in "".join(used_by(response))


def test_uses_of_a_picture_that_the_user_may_not_view_are_a_number():
    user = factories.user()
    for name in ("view_picture", "view_city"):
        user.user_permissions.add(Permission.objects.get(codename=name))
    picture = factories.picture()
    factories.city(name="Fez", picture=picture)
    factories.network(picture=picture)
    factories.page(body=figure(picture))
    response = signed_in(user).get(admin_url(picture, "change", picture.pk))
    assert len(used_by(response)) == 2
    assert used_by(response)[1] == "2 records that you cannot see"


def test_a_picture_in_use_is_not_deleted(publisher):
    picture, free = factories.picture(), factories.picture()
    item = factories.news_item(body=figure(picture))
    address = admin_url(picture, "delete", picture.pk)
    for response in (publisher.get(address), publisher.post(address, {"post": "yes"})):
        assert "cannot be deleted, because it is in use" in response.text
        assert admin_url(item, "change", item.pk) in response.text
    both = {
        "action": "delete_selected",
        "_selected_action": [picture.pk, free.pk],
        "post": "yes",
    }
    response = publisher.post(admin_url(Picture, "changelist"), both)
    assert "none of them was deleted" in response.text
    assert Picture.objects.count() == 2
    item.body = ""
    item.save()
    publisher.post(admin_url(Picture, "changelist"), both)
    assert not Picture.objects.exists()
    assert set(Revision.objects.values_list("action", flat=True)) == {"purged"}


def test_the_filter_of_used_pictures_finds_pictures_in_texts(editor):
    picture = factories.picture(title="In a text")
    factories.picture(title="Free")
    factories.page(body=figure(picture))
    for use, title in {"used": "In a text", "unused": "Free"}.items():
        response = editor.get(admin_url(Picture, "changelist"), {"use": use})
        assert [row.title for row in response.context["cl"].result_list] == [title]


# -- What the text editor asks for ----------------------------------------------------------


def links(client, words):
    response = client.get("/admin/links/", {"q": words})
    return [(row["to"], row["title"], row["about"]) for row in response.json()["found"]]


def test_the_link_chooser_offers_public_records(contributor):
    city = factories.city(name="Écully")
    factories.city(name="Ecully the draft", published_at=None)
    theme = factories.theme(name="Ecological learning")
    page = factories.page(title="Ecology")
    assert links(contributor, "ecul") == [(f"record:cities.city:{city.pk}", "Écully", "Cities")]
    assert links(contributor, "eco") == [
        (f"record:cities.theme:{theme.pk}", "Ecological learning", "Themes"),
        (f"record:portal.page:{page.pk}", "Ecology", "Pages"),
    ]
    for address in ("/cities/ecully/", "http://testserver/cities/ecully/#map"):
        assert links(contributor, address) == [(f"record:cities.city:{city.pk}", "Écully", "city")]
    for words in ("", "…", "\0", "/", "/cities/none/", "http://[", "https://x.test/cities/ecully/"):
        assert links(contributor, words) == []


def test_the_choosers_are_for_staff_only(client):
    picture = factories.picture()
    for address in (
        "/admin/links/",
        admin_url(Picture, "choose"),
        admin_url(Picture, "preview", picture.pk),
    ):
        assert client.get(address).status_code == 302
    nobody = signed_in(factories.user())
    assert nobody.get(admin_url(Picture, "choose")).status_code == 403
    assert nobody.get(admin_url(Picture, "preview", picture.pk)).status_code == 403


def test_a_draft_of_a_removed_model_breaks_no_list_of_uses(editor):
    picture, item = factories.picture(), factories.news_item()
    draft = log(item, Action.DRAFTED, content=take(item), base=take(item), stage="draft")
    Revision.objects.filter(pk=draft.pk).update(model="gone.model")
    assert open_form(editor, picture)["title"] == [picture.title]
    assert NewsItem.objects.count() == 1
