"""Moments that a page sends back, whatever somebody made of them."""

import pytest

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url, open_form

pytestmark = pytest.mark.django_db

# The last two are dates of Python, and no moments in UTC.
HOSTILE = (
    "",
    "yesterday",
    "2026-13-45T99:99",
    "2026-11-28T10:00:00",
    "\0",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)


@pytest.mark.parametrize("moment", HOSTILE)
def test_an_undo_of_no_moment_has_nothing_to_undo(publisher, moment):
    page = publisher.post(admin_url(City, "undo"), {"moment": moment}, follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert said == ["There is nothing left to undo."]


@pytest.mark.parametrize("moment", HOSTILE)
def test_a_form_that_was_opened_at_no_moment_gets_no_news(publisher, moment):
    city = factories.city()
    form = open_form(publisher, city) | {"_opened": moment, "_look": "1"}
    assert publisher.post(admin_url(City, "working", city.pk), form).json()["news"] == []
