"""Sources of the starter content: their kinds, and what `load_starter --check` says of them."""

import csv
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.management.commands.load_starter import STARTER
from portal.starter.schema import FILES
from portal.starter.sources import HTTPS_HOSTS, unfit_reason
from tests.portal.starter.folder import StarterFolder

pytestmark = pytest.mark.django_db

HOSTS = Path(__file__).with_name("source_hosts.csv")


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def graded_rows() -> list[tuple[str, dict[str, str]]]:
    """Return the rows of all files that grade their sources, each with the name of its file."""
    names = [file.name for file in FILES if "source_kind" in file.headings]
    return [(name, row) for name in names for row in table(STARTER / name)]


def checked(starter: StarterFolder) -> list[str]:
    """Return the faults that a check of the folder lists."""
    output = StringIO()
    try:
        call_command("load_starter", folder=starter.write(), check=True, stdout=output)
    except CommandError as error:
        return [line.strip() for line in str(error).splitlines()[1:-1]]
    assert output.getvalue() == "No faults in 18 rows.\n"
    return []


@pytest.fixture
def starter(tmp_path):
    return StarterFolder(tmp_path)


def test_every_source_is_graded_by_its_host():
    kinds = {row["host"]: row["kind"] for row in table(HOSTS)}
    used = set()
    for name, row in graded_rows():
        host = urlsplit(row["source_url"]).hostname
        if host:
            used.add(host)
            assert row["source_kind"] == kinds.get(host), (name, host, row["source"])
        else:
            assert (row["source"], row["source_kind"]) == ("", ""), name
    assert used == kinds.keys()


def test_the_starter_content_passes_the_check_of_its_sources():
    output = StringIO()
    call_command("load_starter", check=True, stdout=output)
    assert output.getvalue() == "No faults in 1,436 rows.\n"


def test_every_fact_of_the_uk_profiles_has_a_fit_source():
    for row in table(STARTER / "uk_facts.csv"):
        assert row["source_url"], row
        assert unfit_reason(row["source_url"]) == "", row


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("https://preprod.uil.unesco.org/city/athens", "test host"),
        ("https://mojaafrica-staging.flowsa.com/en/event/2025", "test host"),
        ("https://www.miragenews.com/72-cities", "copies"),
        ("https://holymagazine.com/unesco", "copies"),
        ("https://en.everybodywiki.com/GNLC", "Anybody can edit"),
        ("https://en.wikipedia.org/wiki/Athens", "Anybody can edit"),
        ("http://masquenoticiasblog.blogspot.com/2024/02/red.html", "blog"),
        ("https://blog.cradall.org/node/2994", "blog"),
        ("https://cdn-wlvacuk.terminalfour.net/news", "delivers"),
        ("https://feeds.bbci.co.uk/news/uk-england-leeds-67761042", "delivers"),
        ("https://github.com/someone/cities", "store of code"),
        ("https://rutanmedellin.org/en/news/meeting?hs_amp=true", "reduced page"),
        ("https://www.jjan.kr/articleAmp/20170410608383", "reduced page"),
        ("https://example.org/news?utm_source=rss", "follows the reader"),
        ("http://uil.unesco.org/city/athens", "HTTPS"),
    ],
)
def test_an_unfit_address_is_reported_with_its_reason(starter, address, word):
    starter.row("cities.csv", name="Manchester")["source_url"] = address
    [fault] = checked(starter)
    assert fault.startswith("cities.csv, line 2, column source_url: ")
    assert word in fault


@pytest.mark.parametrize(
    "address",
    [
        "https://en.ccunesco.ca/blog/2025/edmonton-lifelong-learning",
        "http://www.unesco.sk/uciacesamesto-UNESCO",
        "https://www.staffnet.manchester.ac.uk/news/display/?id=32756",
        "https://webarchive.unesco.org/web/2019/http://uil.unesco.org/31-october-world-cities-day",
        "https://example.org/camp",
    ],
)
def test_a_fit_address_passes(address):
    assert unfit_reason(address, HTTPS_HOSTS) == ""


def test_a_source_without_an_address_is_reported(starter):
    starter.row("cities.csv", name="Manchester")["source_url"] = ""
    assert checked(starter) == [
        "cities.csv, line 2, column source_url: This source has no address."
    ]


def test_a_host_that_answers_by_https_elsewhere_is_not_named_by_http(starter):
    starter.row("cities.csv", name="Wakefield").update(
        source="UK Commission", source_url="http://unesco.org.uk/wakefield"
    )
    [fault] = checked(starter)
    assert fault == (
        "cities.csv, line 3, column source_url: unesco.org.uk can be read by HTTPS. "
        "Begin the address with https://."
    )


def test_links_in_texts_are_checked_too(starter):
    starter.texts["cities/manchester.html"] = (
        '<p>It was.<sup><a href="https://en.wikipedia.org/wiki/Manchester">1</a></sup></p>\n'
    )
    [fault] = checked(starter)
    assert fault.startswith("cities.csv, line 2, column profile: Anybody can edit this site.")


def test_a_load_is_not_stopped_by_an_unfit_source(starter):
    starter.row("cities.csv", name="Manchester")["source_url"] = "https://www.miragenews.com/72"
    output = StringIO()
    call_command("load_starter", folder=starter.write(), stdout=output)
    assert output.getvalue().startswith("Loaded 18 rows: 18 new")
