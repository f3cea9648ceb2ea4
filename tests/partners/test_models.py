"""Constraints of networks, organisations and memberships."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from partners.models import Membership, Network, Organisation
from tests import factories

pytestmark = pytest.mark.django_db


def refused(record):
    with pytest.raises(ValidationError) as error:
        record.full_clean()
    return error.value.message_dict


def test_a_national_network_names_its_country():
    network = factories.network()
    network.scope = "national"
    assert refused(network) == {
        "__all__": ["Choose the country that this national network serves."]
    }
    with pytest.raises(IntegrityError, match="network_national_has_country"), transaction.atomic():
        network.save()
    network.country = factories.country()
    network.full_clean()


@pytest.mark.parametrize("make", [factories.network, factories.organisation])
def test_names_of_networks_and_organisations_are_unique(make):
    first, second = make(name="Learn Here"), make()
    second.name = "Learn Here"
    assert refused(second) == {"name": [f"There is already {first.name}."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_an_organisation_is_a_member_of_a_network_once():
    first = factories.membership()
    twice = Membership(network=first.network, organisation=first.organisation)
    assert refused(twice) == {"__all__": ["This organisation is already in this network."]}
    constraint = "membership_unique_in_network|partners_membership.network_id"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        twice.save()
    assert factories.membership(network=first.network).pk
    assert factories.membership(organisation=first.organisation).pk


def test_a_membership_is_unconfirmed_until_a_source_says_more():
    assert Membership().status == "unconfirmed"
    assert Membership().pk


def test_an_organisation_has_one_of_the_known_sectors():
    organisation = factories.organisation()
    organisation.sector = "bakery"
    assert refused(organisation) == {"sector": ["Value 'bakery' is not a valid choice."]}


def test_members_are_grouped_by_sector_in_the_order_of_the_sectors():
    network = factories.network()
    for name, sector in [
        ("Z College", "college"),
        ("A School", "school"),
        ("A College", "college"),
    ]:
        organisation = factories.organisation(name=name, sector=sector)
        factories.membership(network=network, organisation=organisation)
    (network,) = Network.objects.with_members()
    assert [
        (sector.label, [str(m.organisation) for m in sector.memberships])
        for sector in network.sectors
    ] == [
        ("Colleges", ["A College", "Z College"]),
        ("Schools", ["A School"]),
    ]


def test_networks_of_a_country_serve_it_or_one_of_its_public_cities():
    kenya, ghana = factories.country(name="Kenya"), factories.country(name="Ghana")
    served = factories.network(cities=[factories.city(country=kenya)])
    national = factories.network(scope="national", country=kenya)
    factories.network(cities=[factories.city(country=kenya, published_at=None)])
    factories.network(cities=[factories.city(country=ghana)])
    assert set(Network.objects.in_country(kenya.code.lower())) == {served, national}


def test_a_network_of_two_cities_of_a_country_is_found_once():
    network = factories.network(cities=[factories.city(), factories.city()])
    assert list(Network.objects.in_country("gb")) == [network]
    assert list(Network.objects.search("city")) == [network]


def test_memberships_are_public_when_both_sides_are():
    both = factories.membership()
    factories.membership(network=factories.network(published_at=None))
    factories.membership(organisation=factories.organisation(published_at=None))
    assert list(Membership.objects.published()) == [both]
    assert Organisation.objects.count() == 3
