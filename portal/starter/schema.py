"""What the files of the starter content hold: a table for each file, a column for each heading."""

from dataclasses import dataclass
from functools import cached_property

from django.db import models

from cities.models import AlternativeName, Award, City, Country, Designation, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.models import Page


@dataclass(frozen=True)
class Column:
    """A heading, and the field of the model that its cells go to.

    `field`    the name of the field if it is not the heading; None for a cell that is only checked
    `to`       the file of which each cell names a row
    `many`     whether a cell names several rows, separated by semicolons
    `beside`   a column that the named row has to have in common with this row
    `among`    a column of this row; the row that it names has to list this cell as one of its own
    `loose`    whether a cell may name a row that does not exist, and so link to nothing
    `folder`   the folder of `texts/` in which the cell names a file
    `required` whether a cell has to be filled although the field may be blank
    """

    name: str
    field: str | None = ""
    to: str = ""
    many: bool = False
    beside: str = ""
    among: str = ""
    loose: bool = False
    folder: str = ""
    required: bool = False

    def __post_init__(self) -> None:
        if self.field == "":
            object.__setattr__(self, "field", self.name)


@dataclass(frozen=True)
class Table:
    """A file of rows, each of which becomes an object of the model.

    `key`      the columns that tell one row from all others; other files name a row by the last
    `adds_to`  the column that names the row of another file whose object gets the fields instead
    `together` fields that make one statement, so a correction reaches either all or none of them
    """

    file: str
    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    adds_to: str = ""
    together: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def headings(self) -> list[str]:
        return list(dict.fromkeys(column.name for column in self.columns))

    @cached_property
    def fields(self) -> dict[str, Column]:
        """The columns that end in a field of the model, by its name."""
        return {column.field: column for column in self.columns if column.field}

    @cached_property
    def identity(self) -> tuple[str, ...]:
        """The fields of the model that tell one object from all others."""
        return tuple(field for field, column in self.fields.items() if column.name in self.key)

    def is_required(self, column: Column) -> bool:
        if column.field is None:
            return column.name in self.key
        field = self.model._meta.get_field(column.field)
        return column.required or not getattr(field, "blank", True)


def plain(headings: str) -> tuple[Column, ...]:
    return tuple(Column(heading) for heading in headings.split())


COUNTRY = Column("country", to="countries.csv")
CITY_LIST = Column("cities", to="cities.csv", many=True)
# Rows of a city name it and its country, which is the city's own.
OF_CITY = (
    Column("city", to="cities.csv", beside="country"),
    Column("country", field=None, to="countries.csv"),
)
SOURCE = plain("source source_url note")
ONE_SOURCE = ("source", "source_url", "checked_on")

# In this order each file names only rows of itself or of files before it.
TABLES = (
    Table("countries.csv", Country, ("code",), plain("code name name_in_text region")),
    Table(
        "intakes.csv",
        Intake,
        ("year",),
        (
            *plain("year announced_on cities_announced countries_announced"),
            *plain("cities_total countries_total"),
            *SOURCE,
        ),
        together=(ONE_SOURCE,),
    ),
    Table(
        "cities.csv",
        City,
        ("country", "name"),
        (
            *plain("name official_name kind subdivision joined_year joined_on status confirmed"),
            *plain("motto latitude longitude population population_year population_source"),
            *plain("website geonames_id"),
            *SOURCE,
            COUNTRY,
            # Years without an intake of their own occur too.
            Column("joined_year", field="intake", to="intakes.csv", loose=True),
        ),
        together=(
            ("intake", "joined_year", "joined_on"),
            ("latitude", "longitude"),
            ("population", "population_year", "population_source"),
            ONE_SOURCE,
        ),
    ),
    Table(
        "city_texts.csv",
        City,
        ("country", "city"),
        (
            Column("city", field=None, to="cities.csv", beside="country"),
            Column("country", field=None, to="countries.csv"),
            Column("summary", required=True),
            Column("profile", folder="cities"),
        ),
        adds_to="city",
    ),
    Table(
        "alternative_names.csv",
        AlternativeName,
        ("country", "city", "name", "language"),
        (*OF_CITY, *plain("name language source")),
    ),
    Table(
        "awards.csv",
        Award,
        ("country", "city", "year"),
        (*OF_CITY, *plain("year source source_url")),
        together=(("source", "source_url"),),
    ),
    Table(
        "designations.csv",
        Designation,
        ("country", "city", "name"),
        (*OF_CITY, *plain("name year source source_url")),
        together=(("source", "source_url"),),
    ),
    Table(
        "themes.csv",
        Theme,
        ("kind", "name"),
        (
            *plain("kind group number name description"),
            Column("coordinating_cities", field="cities", to="cities.csv", many=True),
            *SOURCE,
        ),
        together=(ONE_SOURCE,),
    ),
    Table(
        "networks.csv",
        Network,
        ("name",),
        (
            *plain("name scope website summary"),
            CITY_LIST,
            COUNTRY,
            Column("profile", folder="networks"),
            *SOURCE,
        ),
        together=(("scope", "country"), ONE_SOURCE),
    ),
    Table(
        "organisations.csv",
        Organisation,
        ("name",),
        (*plain("name sector website"), CITY_LIST, *SOURCE),
        together=(ONE_SOURCE,),
    ),
    Table(
        "memberships.csv",
        Membership,
        ("network", "organisation"),
        (
            Column("network", to="networks.csv"),
            Column("organisation", to="organisations.csv"),
            Column("city", field=None, to="cities.csv", among="organisation"),
            *plain("role status"),
            *SOURCE,
        ),
        together=(("status", "source", "source_url"),),
    ),
    Table(
        "events.csv",
        Event,
        ("name",),
        (
            *plain("name kind starts_on ends_on date_note place description"),
            Column("city", to="cities.csv", beside="country"),
            COUNTRY,
            *SOURCE,
        ),
        together=(("starts_on", "ends_on", "date_note"), ("city", "country"), ONE_SOURCE),
    ),
    Table(
        "news.csv",
        NewsItem,
        ("slug",),
        (
            Column("slug", required=True),
            *plain("title summary"),
            Column("published_at", required=True),
            Column("author", field="author_line"),
            CITY_LIST,
            Column("countries", to="countries.csv", many=True),
            Column("networks", to="networks.csv", many=True),
            Column("intake", to="intakes.csv"),
            Column("body", folder="news"),
            *plain("source source_url"),
        ),
        together=(("source", "source_url"),),
    ),
    Table(
        "pages.csv",
        Page,
        ("slug",),
        (Column("slug", required=True), *plain("title summary"), Column("body", folder="pages")),
    ),
)
