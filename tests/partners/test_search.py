"""Search for networks by their own name and by the names of their cities."""

import pytest

from partners.models import Network
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_network_is_found_by_its_name_and_its_city_not_by_its_neighbours():
    fez = factories.city(name="Fez")
    fez.alternative_names.create(name="Fès", language="fr")
    factories.network(name="Medina Learning Council", cities=[fez])
    factories.network(name="Artisans", cities=[fez])
    factories.network(name="Elsewhere")
    found = Network.objects.search
    assert [network.name for network in found("learning")] == ["Medina Learning Council"]
    assert [network.name for network in found("fes").order_by("name_key")] == [
        "Artisans",
        "Medina Learning Council",
    ]
    assert [network.name for network in found("fes council")] == ["Medina Learning Council"]


def test_a_hidden_city_leads_to_no_network():
    hidden = factories.city(name="Secretville", published_at=None)
    factories.network(name="Artisans", cities=[hidden])
    assert not Network.objects.search("secretville").exists()
