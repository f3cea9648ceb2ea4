"""Schema of the starter content: a model for each file, a field for each column.

A new column is a word in the list of its file: its type, its choices and the file that it refers to
are those of the field.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import models

from cities.models import AlternativeName, Award, City, Country, Designation, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.models import Page


@dataclass(frozen=True)
class StarterColumn:
    """A heading, and the field of the model that its cells go to.

    `field`          the name of the field if it is not the heading; None for a cell that is only
                     checked
    `to`             the model whose file each cell names a row of, if there is no field to tell
    `shared`         a column in which the named row has to have the same cell as this row
    `listed_by`      a column of this row; the row that it names has to list this cell
    `may_be_missing` whether a cell may name a row that does not exist, and so link to nothing
    `folder`         the folder of `texts/` in which the cell names a file
    `required`       whether a cell has to be filled although the field may be blank
    """

    heading: str
    field: str | None = ""
    to: type[models.Model] | None = None
    shared: str = ""
    listed_by: str = ""
    may_be_missing: bool = False
    folder: str = ""
    required: bool = False


@dataclass(frozen=True)
class StarterFile:
    """A file of rows, each of which becomes a record of the model.

    `key`      the headings that identify a row; other files name a row by the last of them
    `columns`  headings that are the names of their fields, in words, and other columns
    `adds_to`  the column that names the row of another file, to whose record the fields belong
    `together` fields that make one statement, so a correction reaches either all or none of them;
               those about the source always do
    """

    name: str
    model: type[models.Model]
    key: str
    columns: tuple[str | StarterColumn, ...]
    adds_to: str = ""
    together: tuple[str, ...] = ()

    @cached_property
    def key_headings(self) -> list[str]:
        return self.key.split()

    @cached_property
    def all_columns(self) -> list[StarterColumn]:
        columns: list[StarterColumn] = []
        for given in self.columns:
            columns += map(StarterColumn, given.split()) if isinstance(given, str) else [given]
        return columns

    @cached_property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(column.heading for column in self.all_columns))

    @cached_property
    def by_field(self) -> dict[str, StarterColumn]:
        """Return the columns that fill a field of the model, by the name of the field."""
        return {
            column.field or column.heading: column
            for column in self.all_columns
            if column.field is not None
        }

    @cached_property
    def identity(self) -> list[str]:
        """Return the fields of the model that identify a record."""
        return [
            name for name, column in self.by_field.items() if column.heading in self.key_headings
        ]

    @cached_property
    def statements(self) -> list[list[str]]:
        """Return the names of fields that are corrected together."""
        return [names.split() for names in (*self.together, f"{SOURCE} checked_on")]

    @cached_property
    def link_names(self) -> list[str]:
        """Return the many-to-many relations that have a column, from either end."""
        return [name for name in self.by_field if self.model._meta.get_field(name).many_to_many]

    def field_of(self, column: StarterColumn) -> Any:
        """Return the model's field for a column; None if its cells are only checked."""
        if column.field is None:
            return None
        return self.model._meta.get_field(column.field or column.heading)

    def is_required(self, column: StarterColumn) -> bool:
        field = self.field_of(column)
        if field is None:
            return column.heading in self.key_headings
        return column.required or not getattr(field, "blank", True)


# A row about a city names the city and its country.
CITY = StarterColumn("city", shared="country")
COUNTRY_OF_CITY = StarterColumn("country", field=None, to=Country)
SLUG = StarterColumn("slug", required=True)
SOURCE = "source source_url source_kind"
SOURCE_OF_PART = "source source_url"

# Ordered: a file names only rows of files before it.
FILES = (
    StarterFile(
        "countries.csv",
        Country,
        "code",
        (f"code name name_in_text region unesco_status {SOURCE} note",),
    ),
    StarterFile(
        "intakes.csv",
        Intake,
        "year",
        (
            "year announced_on cities_announced countries_announced cities_total countries_total",
            f"counted_on {SOURCE} note",
        ),
    ),
    StarterFile(
        "cities.csv",
        City,
        "country name",
        (
            "name official_name kind subdivision joined_year joined_on status confirmed motto",
            "subdivision_code last_confirmed what_sources_say",
            "latitude longitude population population_year population_source",
            "un_population un_population_year",
            f"website unesco_page geonames_id wikidata_id {SOURCE} note country",
            # A joining year may have no intake.
            StarterColumn("joined_year", field="intake", may_be_missing=True),
        ),
        together=(
            "intake joined_year joined_on",
            "latitude longitude",
            "population population_year population_source",
            "un_population un_population_year",
        ),
    ),
    StarterFile(
        "city_texts.csv",
        City,
        "country city",
        (
            StarterColumn("city", field=None, to=City, shared="country"),
            COUNTRY_OF_CITY,
            StarterColumn("summary", required=True),
            StarterColumn("profile", folder="cities"),
        ),
        adds_to="city",
    ),
    StarterFile(
        "alternative_names.csv",
        AlternativeName,
        "country city name language",
        (CITY, COUNTRY_OF_CITY, "name language source"),
    ),
    StarterFile(
        "awards.csv", Award, "country city year", (CITY, COUNTRY_OF_CITY, f"year {SOURCE_OF_PART}")
    ),
    StarterFile(
        "designations.csv",
        Designation,
        "country city name",
        (CITY, COUNTRY_OF_CITY, f"name year {SOURCE_OF_PART}"),
    ),
    StarterFile(
        "themes.csv",
        Theme,
        "kind name",
        (
            "kind group number name description",
            StarterColumn("coordinating_cities", field="cities"),
            f"{SOURCE} note",
        ),
    ),
    StarterFile(
        "networks.csv",
        Network,
        "name",
        (
            "name scope website summary cities country",
            StarterColumn("profile", folder="networks"),
            f"{SOURCE} note",
        ),
        together=("scope country",),
    ),
    StarterFile(
        "organisations.csv", Organisation, "name", (f"name sector website cities {SOURCE} note",)
    ),
    StarterFile(
        "memberships.csv",
        Membership,
        "network organisation",
        (
            "network organisation",
            StarterColumn("city", field=None, to=City, listed_by="organisation"),
            f"role status {SOURCE_OF_PART} note",
        ),
        together=("status source source_url",),
    ),
    StarterFile(
        "events.csv",
        Event,
        "name",
        (
            "name kind starts_on ends_on date_note place description",
            CITY,
            f"country {SOURCE} note",
        ),
        together=("starts_on ends_on date_note", "city country"),
    ),
    StarterFile(
        "news.csv",
        NewsItem,
        "slug",
        (
            SLUG,
            "title summary",
            StarterColumn("published_at", required=True),
            StarterColumn("author", field="author_line"),
            "cities countries networks intake",
            StarterColumn("body", folder="news"),
            SOURCE_OF_PART,
        ),
    ),
    StarterFile(
        "pages.csv", Page, "slug", (SLUG, "title summary", StarterColumn("body", folder="pages"))
    ),
)


def file_of(model: Any) -> StarterFile:
    """Return the file whose rows become the records of a model."""
    return next(file for file in FILES if file.model is model and not file.adds_to)
