"""Rows that left the starter content, or have another key, in portals that loaded them."""

from io import StringIO

import pytest
from django.core.management import call_command

from cities.models import City, Theme
from partners.models import Membership, Network, Organisation
from portal.management.commands.load_starter import STARTER
from portal.models import StarterRow
from portal.starter.former_rows import read_former_rows
from portal.starter.schema import FILES
from portal.starter.validation import read_starter
from publishing.models import State
from publishing.revisions.models import Action, Revision
from tests.portal.starter.folder import StarterFolder, everything

pytestmark = pytest.mark.django_db

NETWORK = "networks.csv: Manchester Adult Skills Network"
MEMBERSHIP = "memberships.csv: Manchester Adult Skills Network | City Council"


@pytest.fixture
def starter(tmp_path):
    folder = StarterFolder(tmp_path)
    load(folder)
    return folder


def load(starter: StarterFolder) -> str:
    output = StringIO()
    call_command("load_starter", folder=starter.write(), stdout=output, stderr=output)
    return output.getvalue()


def former(starter: StarterFolder, *rows: str) -> None:
    text = "\n".join(["row,now,reason", *rows])
    starter.raw["former_rows.csv"] = text.encode()


def withdraw_network(starter: StarterFolder) -> None:
    """Take the network and its membership out of the tables."""
    starter.rows["networks.csv"].clear()
    starter.rows["memberships.csv"].clear()
    starter.row("news.csv")["networks"] = ""
    former(starter, f"{NETWORK},,No source names it.", f"{MEMBERSHIP},,No source names it.")


def test_the_record_of_a_withdrawn_row_is_archived_with_the_reason(starter):
    withdraw_network(starter)
    assert load(starter).endswith("Withdrew 2 former rows.\n")
    network = Network.objects.get()
    assert network.state == State.ARCHIVED
    entry = Revision.objects.get(model="partners.network", action=Action.ARCHIVED)
    assert (entry.object_pk, entry.note) == (str(network.pk), "No source names it.")
    assert not Membership.objects.exists()
    assert Organisation.objects.published().count() == 1
    assert not StarterRow.objects.filter(key__in=[NETWORK, MEMBERSHIP]).exists()


def test_a_second_load_after_a_withdrawal_changes_nothing(starter):
    withdraw_network(starter)
    load(starter)
    before = everything()
    assert "Withdrew" not in load(starter)
    assert everything() == before


def test_what_staff_restore_after_a_withdrawal_stays(starter):
    withdraw_network(starter)
    load(starter)
    Network.objects.update(archived_at=None)
    load(starter)
    assert Network.objects.get().state == State.PUBLIC


def test_a_withdrawn_record_that_staff_changed_stays_and_is_named(starter):
    withdraw_network(starter)
    Network.objects.update(summary="By staff.")
    assert (
        "“Manchester Adult Skills Network” is no longer in networks.csv, but staff changed it, so "
        "it was left as it is. No source names it.\n"
    ) in load(starter)
    assert Network.objects.get().state == State.PUBLIC


def test_a_city_that_staff_linked_keeps_a_withdrawn_network(starter):
    withdraw_network(starter)
    Network.objects.get().cities.add(City.objects.get(name="Wakefield"))
    load(starter)
    assert Network.objects.get().state == State.PUBLIC


def test_a_row_of_an_earlier_version_is_withdrawn_if_columns_were_added_since(starter):
    stored = StarterRow.objects.get(key=NETWORK)
    del stored.values["source_kind"]
    stored.save()
    withdraw_network(starter)
    load(starter)
    assert Network.objects.get().state == State.ARCHIVED


def test_a_withdrawn_row_that_staff_deleted_is_forgotten(starter):
    withdraw_network(starter)
    Network.objects.all().delete()
    assert "Withdrew" not in load(starter)
    assert not StarterRow.objects.filter(key=NETWORK).exists()


def test_a_renamed_row_corrects_its_record_instead_of_making_another(starter):
    theme = Theme.objects.get()
    starter.row("themes.csv")["name"] = "Reading"
    former(starter, "themes.csv: cluster | Literacy,themes.csv: cluster | Reading,UIL says so.")
    assert "0 new, 1 changed" in load(starter)
    renamed = Theme.objects.get()
    assert (renamed.pk, renamed.name, renamed.slug) == (theme.pk, "Reading", "literacy")
    assert "0 new, 0 changed" in load(starter)


def test_a_membership_moves_to_another_network(starter):
    membership = Membership.objects.get()
    starter.rows["networks.csv"].append({"name": "Of 2015", "scope": "city", "country": "GB"})
    starter.row("memberships.csv")["network"] = "Of 2015"
    former(starter, f"{MEMBERSHIP},memberships.csv: Of 2015 | City Council,It is of 2015.")
    assert "1 new, 1 changed" in load(starter)
    moved = Membership.objects.get()
    assert (moved.pk, moved.network.name) == (membership.pk, "Of 2015")


def test_rows_that_name_a_renamed_row_are_left_alone(starter):
    starter.row("networks.csv")["name"] = "Skills Manchester"
    starter.row("memberships.csv")["network"] = "Skills Manchester"
    starter.row("news.csv")["networks"] = "Skills Manchester"
    former(
        starter,
        f"{NETWORK},networks.csv: Skills Manchester,Its own site.",
        f"{MEMBERSHIP},memberships.csv: Skills Manchester | City Council,Its own site.",
    )
    assert "0 new, 1 changed" in load(starter)
    assert Membership.objects.get().network.name == "Skills Manchester"
    assert "0 new, 0 changed" in load(starter)


def test_every_former_row_of_the_starter_content_names_a_file_and_a_row_of_today():
    keys = {row.key for row in read_starter(STARTER)}
    files = {file.name for file in FILES}
    rows = read_former_rows(STARTER)
    assert len(rows) == 18
    for row in rows:
        assert row.row.split(": ")[0] in files
        assert row.row not in keys
        assert not row.now or row.now in keys
        assert row.reason


def test_two_cities_of_one_name_are_told_apart_by_country_in_lists(starter):
    for country in ("GB", "FR"):
        starter.rows["cities.csv"].append(
            {"name": "Boston", "country": country, "kind": "city", "status": "member"}
            | {"confirmed": "yes"}
        )
    starter.row("networks.csv")["cities"] = "Manchester; Boston, FR"
    load(starter)
    cities = Network.objects.get().cities.order_by("pk")
    assert [(city.name, city.country_id) for city in cities] == [
        ("Manchester", "GB"),
        ("Boston", "FR"),
    ]
