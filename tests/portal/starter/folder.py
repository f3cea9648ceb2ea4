"""A small folder of starter content that tests write, change and spoil."""

import csv
from pathlib import Path
from typing import Any

from django.apps import apps

from portal.starter.schema import FILES

ROWS: dict[str, list[dict[str, str]]] = {
    "countries.csv": [
        {"code": "GB", "name": "United Kingdom", "region": "europe-and-north-america"},
        {"code": "FR", "name": "France", "region": "europe-and-north-america"},
    ],
    "intakes.csv": [
        {"year": "2022", "announced_on": "2022-09-02", "cities_announced": "77"},
        {"year": "2024", "announced_on": "2024-02-14", "cities_announced": "64"},
    ],
    "cities.csv": [
        {
            "name": "Manchester",
            "country": "GB",
            "kind": "city",
            "joined_year": "2024",
            "joined_on": "2024-02-14",
            "status": "member",
            "confirmed": "yes",
            "motto": "city of firsts",
            "latitude": "53.48095",
            "longitude": "-2.23743",
            "population": "395515",
            "population_source": "GeoNames",
            "source": "UK National Commission for UNESCO",
            "source_url": "https://unesco.org.uk/",
            "note": "For staff.",
        },
        {
            "name": "Wakefield",
            "country": "GB",
            "kind": "district",
            "joined_year": "2024",
            "status": "member",
            "confirmed": "yes",
        },
        # A year without an intake of its own.
        {
            "name": "Écully",
            "country": "FR",
            "kind": "commune",
            "joined_year": "2017",
            "status": "member",
            "confirmed": "no",
        },
    ],
    "city_texts.csv": [
        {
            "city": "Manchester",
            "country": "GB",
            "summary": "Known for doing things first.",
            "profile": "manchester.html",
        },
    ],
    "alternative_names.csv": [
        {"city": "Manchester", "country": "GB", "name": "Manĉestro", "language": "eo"},
        {"city": "Manchester", "country": "GB", "name": "Manchesteria", "language": ""},
    ],
    "awards.csv": [
        {
            "city": "Wakefield",
            "country": "GB",
            "year": "2019",
            "source": "UIL",
            "source_url": "https://uil.unesco.org/",
        }
    ],
    "designations.csv": [
        {"city": "Manchester", "country": "GB", "name": "UNESCO City of Literature"}
    ],
    "themes.csv": [
        {
            "kind": "cluster",
            "number": "7",
            "name": "Literacy",
            "coordinating_cities": "Manchester; Wakefield",
        },
    ],
    "networks.csv": [
        {
            "name": "Manchester Adult Skills Network",
            "scope": "city",
            "cities": "Manchester",
            "country": "GB",
            "profile": "skills.html",
        },
    ],
    "organisations.csv": [
        {"name": "City Council", "sector": "local-government", "cities": "Manchester"},
    ],
    "memberships.csv": [
        {
            "network": "Manchester Adult Skills Network",
            "organisation": "City Council",
            "city": "Manchester",
            "role": "lead; chair",
            "status": "unconfirmed",
        },
    ],
    "events.csv": [
        {
            "name": "Festival",
            "kind": "festival",
            "starts_on": "2024-01-13",
            "city": "Wakefield",
            "country": "GB",
        },
    ],
    "news.csv": [
        {
            "slug": "two-join",
            "title": "Two join",
            "summary": "Manchester and Wakefield joined.",
            "published_at": "2024-02-14T12:00:00Z",
            "author": "The portal",
            "cities": "Manchester; Wakefield",
            "countries": "GB",
            "networks": "Manchester Adult Skills Network",
            "intake": "2024",
            "body": "two-join.html",
        },
    ],
    "pages.csv": [{"slug": "about", "title": "About", "body": "about.html"}],
}
TEXTS = {
    "cities/manchester.html": "<h2>A city of firsts</h2>\n<p>It was.</p>\n",
    "networks/skills.html": "<p>Skills.</p>\n",
    "news/two-join.html": "<p>They <strong>joined</strong>.</p>\n",
    "pages/about.html": "<ul>\n<li>This &amp; that</li>\n</ul>\n",
}


class StarterFolder:
    """The content in memory: change `rows`, `texts` or `raw` (bytes by file name), then `write`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = {name: [dict(row) for row in rows] for name, rows in ROWS.items()}
        self.texts = dict(TEXTS)
        self.raw: dict[str, bytes] = {"collected_on.txt": b"2026-11-23\n"}

    def row(self, file: str, **cells: str) -> dict[str, str]:
        """Return the first row of a file with these cells."""
        return next(row for row in self.rows[file] if cells.items() <= row.items())

    def write(self) -> Path:
        for file in FILES:
            with (self.path / file.name).open("w", encoding="utf-8", newline="") as opened:
                writer = csv.DictWriter(opened, file.headings)
                writer.writeheader()
                writer.writerows(self.rows[file.name])
        for name, text in self.texts.items():
            target = self.path / "texts" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        for name, data in self.raw.items():
            (self.path / name).write_bytes(data)
        return self.path


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of the portal's own apps, with all columns."""
    labels = ("publishing", "cities", "partners", "news", "portal")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }
