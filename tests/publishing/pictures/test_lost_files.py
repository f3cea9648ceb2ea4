"""Pictures whose files are lost: renditions are made again, and the texts stay editable."""

from pathlib import PurePosixPath

import pytest

from publishing.models import Picture
from publishing.pictures import missing, renditions
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import editor

__all__ = ["editor"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("renditions")]


def test_a_lost_rendition_is_made_again_when_it_is_asked_for(client):
    picture = factories.picture()
    storage = picture.file.storage
    names = renditions.names(picture.file)
    before = client.get(f"/media/{names[1]}")
    content = before.getvalue()
    for name in names:
        storage.delete(name)
    again = client.get(f"/media/{names[1]}")
    assert (again.status_code, again["Content-Type"]) == (200, before["Content-Type"])
    assert again.getvalue() == content
    assert [name for name in names if storage.exists(name)] == [names[1]]


def test_nothing_is_made_for_other_names(client):
    picture = factories.picture()
    name = PurePosixPath(renditions.names(picture.file)[1])
    for other in (
        name.with_name(f"{name.stem[:-12]}0123456789ab{name.suffix}"),
        name.with_name(f"x{name.name}"),
        name.with_suffix(".gif"),
        PurePosixPath("pictures") / name.name,
        PurePosixPath("__processed__"),
        PurePosixPath("x"),
    ):
        assert client.get(f"/media/{other}").status_code == 404, other


def test_nothing_is_made_of_a_picture_whose_file_is_lost(client):
    picture = factories.picture()
    name = renditions.names(picture.file)[1]
    picture.file.storage.delete(picture.file.name)
    picture.file.storage.delete(name)
    assert client.get(f"/media/{name}").status_code == 404


def test_a_process_makes_one_rendition_at_a_time(client, monkeypatch):
    picture = factories.picture()
    name = renditions.names(picture.file)[1]
    picture.file.storage.delete(name)
    monkeypatch.setattr(missing, "PATIENCE", 0.01)
    with missing._turn:
        response = client.get(f"/media/{name}")
    assert (response.status_code, response["Retry-After"]) == (503, "0.01")
    assert client.get(f"/media/{name}").getvalue()


def test_the_texts_of_a_picture_without_its_file_can_be_edited(editor, settings):
    picture = factories.picture(title="Before")
    for name in [picture.file.name, *renditions.names(picture.file)]:
        picture.file.storage.delete(name)
    page = editor.get(admin_url(picture, "change", picture.pk)).content.decode()
    assert "The file of this picture is lost." in page
    assert str(settings.MEDIA_ROOT) not in page
    response = save_form(editor, picture, title="After", focal_point_0="10")
    assert response.status_code == 302
    assert Picture.objects.get().title == "After"
