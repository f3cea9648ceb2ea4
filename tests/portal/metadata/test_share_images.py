"""Addresses of share images: only for public records, cached for a day, with the portal's name."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from cities.drawing.share_images import ShareImage, city_image, cloths_of, paint
from cities.models import Country
from news.share_images import story_image
from portal.models import Site
from tests.factories import city, news_item

pytestmark = pytest.mark.django_db

SITE = "Learning Cities Portal"
TOMORROW = datetime(2199, 1, 1, tzinfo=UTC)


def test_the_share_image_of_a_public_city_is_served(client, django_assert_num_queries):
    manchester = city(name="Manchester")
    with django_assert_num_queries(2):
        response = client.get("/cities/manchester/cover.png")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response.content == paint(city_image(manchester, SITE))
    assert response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert not response.cookies


def test_the_share_image_of_a_hidden_record_is_not_found(admin_client):
    city(name="Manchester", published_at=None)
    news_item(title="Soon", published_at=TOMORROW)
    for path in ("/cities/manchester/", "/news/soon/", "/cities/none/"):
        assert admin_client.get(f"{path}cover.png").status_code == 404


def test_a_client_with_the_share_image_gets_304(client):
    city(name="Manchester")
    path = "/cities/manchester/cover.png"
    first = client.get(path)
    for question in (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get(path, headers=question)
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == "public, max-age=86400"
    Country.objects.update(name="Britain")
    changed = client.get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_the_share_image_of_a_story_is_served(client, django_assert_num_queries):
    cities = [city(name="Manchester"), city(name="Wakefield"), city(name="Derby")]
    hidden = city(published_at=None)
    day = datetime(2024, 2, 14, 9, tzinfo=UTC)
    story = news_item(title="Two cities join", cities=[*cities, hidden], published_at=day)
    # Public cities only, ordered by name.
    assert story_image(story, SITE) == ShareImage(
        SITE, cloths_of([cities[2], cities[0]]), "Two cities join", "", "14 February 2024"
    )
    with django_assert_num_queries(3):
        response = client.get("/news/two-cities-join/cover.png")
    assert response.content == paint(story_image(story, SITE))
    assert story_image(news_item(title="None"), SITE).cloths == cloths_of([])


def test_other_pages_have_the_share_image_of_the_site(client):
    response = client.get("/cover.png")
    assert response["Content-Type"] == "image/png"
    assert Image.open(BytesIO(response.content)).size == (1200, 630)
    again = client.get("/cover.png", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/cover.png", "/cities/ely/cover.png", "/news/it/cover.png"])
def test_a_share_image_has_the_name_that_staff_gave_the_portal(client, path):
    city(name="Ely")
    news_item(title="It")
    before = client.get(path)
    Site.objects.update(name="Cities That Learn")
    after = client.get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.content != before.content
