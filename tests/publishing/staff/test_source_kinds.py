"""The lists of the desk by the kind of source of their records."""

import pytest

from cities.models import City, Country, Intake, Theme
from news.models import Event
from partners.models import Network, Organisation
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db


def listed(client, model, **query):
    response = client.get(admin_url(model, "changelist"), query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


def test_a_list_is_narrowed_to_one_kind_of_source(editor):
    for name, kind in {"A": "official", "B": "press", "C": "other", "D": ""}.items():
        factories.city(name=name, source_kind=kind)
    for kind, name in {"official": "A", "press": "B", "other": "C", "none": "D"}.items():
        assert listed(editor, City, source=kind) == [name]


def test_every_list_of_records_with_a_source_has_the_filter(superuser):
    factories.city()
    for make in ("intake", "theme", "event", "network", "organisation"):
        getattr(factories, make)()
    for model in (City, Country, Intake, Theme, Event, Network, Organisation):
        assert len(listed(superuser, model, source="none")) == 1, model
        assert listed(superuser, model, source="press") == [], model
