"""The style guide: every component, without a record in the database, for staff only."""

from pathlib import Path

import pytest
from django.conf import settings

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.fixture
def page(client, settings):
    settings.DEBUG = True
    return client.get("/design/")


def test_the_style_guide_is_hidden_from_visitors(client):
    assert client.get("/design/").status_code == 404
    client.force_login(factories.visitor())
    assert client.get("/design/").status_code == 404
    assert "/design/" not in parse(client.get("/")).addresses
    assert "/design/" not in client.get("/sitemap-overviews.xml").content.decode()


def test_the_style_guide_is_shown_to_staff_and_not_cached(client):
    client.force_login(factories.user("Editors"))

    response = client.get("/design/")

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    metas = parse(response).attributes("meta")
    assert {"name": "robots", "content": "noindex, nofollow"} in metas


def test_the_style_guide_shows_every_component(page):
    shown = {template.name for template in page.templates}
    components = {f"components/{path.name}" for path in (TEMPLATES / "components").iterdir()}

    assert components - shown == set()


def test_the_style_guide_shows_what_breaks_layouts(page):
    text = parse(page).text

    for words in ("القاهرة", "Llanfairpwll", "not known", "Unconfirmed", "Error:"):
        assert words in text


def test_the_pictures_of_the_style_guide_exist(page, client):
    assert {picture["src"] for picture in parse(page).attributes("img")} == {"/cover.png"}
    assert client.get("/cover.png").status_code == 200


def test_the_style_guide_has_no_inline_style_and_no_id_twice(page):
    found = parse(page)
    ids = found.values("id")

    assert found.values("style") == []
    assert sorted(ids) == sorted(set(ids))


def test_the_style_guide_reads_only_the_menu_from_the_database(
    client, settings, django_assert_num_queries
):
    settings.DEBUG = True
    with django_assert_num_queries(1):
        client.get("/design/")
