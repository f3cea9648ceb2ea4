"""Factories of the smallest valid public object of each model; every argument sets a field.

`published_at` is in the past unless it is given; many-to-many fields take lists. Names are
numbered, so that a test can make any number of objects.
"""

from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from string import ascii_uppercase
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import models
from PIL import Image

from cities.models import AlternativeName, Award, City, Country, Designation, Intake, Region, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.accounts.models import User
from portal.models import Page
from publishing.models import Picture

LONG_AGO = datetime(2020, 1, 1, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"  # For every user made here.

_number = count(1)


def make(model: type[models.Model], values: dict[str, Any]) -> Any:
    """Save an object that passes its own checks; lists go to its many-to-many fields."""
    relations = {name: values.pop(name) for name in list(values) if isinstance(values[name], list)}
    made = model(**values)
    # The database checks constraints itself; `full_clean` would take a query for each.
    made.full_clean(validate_constraints=False)
    made.save()
    for name, related in relations.items():
        getattr(made, name).set(related)
    return made


def country(**values: Any) -> Country:
    """Make a country; without a code, with the next free one from AA on."""
    if "code" not in values:
        taken = set(Country.objects.values_list("pk", flat=True))
        codes = (a + b for a in ascii_uppercase for b in ascii_uppercase)
        values["code"] = next(code for code in codes if code not in taken)
    defaults = {"name": f"Country {values['code']}", "region": Region.EUROPE_NORTH_AMERICA}
    made: Country = make(Country, defaults | values)
    return made


def united_kingdom() -> Country:
    return Country.objects.filter(pk="GB").first() or country(code="GB", name="United Kingdom")


def intake(**values: Any) -> Intake:
    """Make an intake; without a year, of the next free one from 2013 on."""
    if "year" not in values:
        taken = set(Intake.objects.values_list("year", flat=True))
        values["year"] = next(year for year in range(2013, 2101) if year not in taken)
    made: Intake = make(Intake, {"published_at": LONG_AGO} | values)
    return made


def theme(**values: Any) -> Theme:
    defaults = {
        "name": f"Theme {next(_number)}",
        "kind": Theme.Kind.CLUSTER,
        "published_at": LONG_AGO,
    }
    made: Theme = make(Theme, defaults | values)
    return made


def city(**values: Any) -> City:
    """Make a city; without a country, in the United Kingdom."""
    if "country" not in values:
        values["country"] = united_kingdom()
    made: City = make(City, {"name": f"City {next(_number)}", "published_at": LONG_AGO} | values)
    return made


def alternative_name(**values: Any) -> AlternativeName:
    values["city"] = values.get("city") or city()
    made: AlternativeName = make(AlternativeName, {"name": f"Name {next(_number)}"} | values)
    return made


def award(**values: Any) -> Award:
    values["city"] = values.get("city") or city()
    made: Award = make(Award, {"year": 2015} | values)
    return made


def designation(**values: Any) -> Designation:
    values["city"] = values.get("city") or city()
    made: Designation = make(Designation, {"name": "UNESCO City of Literature"} | values)
    return made


def network(**values: Any) -> Network:
    defaults = {"name": f"Network {next(_number)}", "published_at": LONG_AGO}
    made: Network = make(Network, defaults | values)
    return made


def organisation(**values: Any) -> Organisation:
    defaults = {
        "name": f"Organisation {next(_number)}",
        "sector": Organisation.Sector.COLLEGE,
        "published_at": LONG_AGO,
    }
    made: Organisation = make(Organisation, defaults | values)
    return made


def membership(**values: Any) -> Membership:
    values["network"] = values.get("network") or network()
    values["organisation"] = values.get("organisation") or organisation()
    made: Membership = make(Membership, values)
    return made


def news_item(**values: Any) -> NewsItem:
    defaults = {
        "title": f"News item {next(_number)}",
        "summary": "Something happened.",
        "published_at": LONG_AGO,
    }
    made: NewsItem = make(NewsItem, defaults | values)
    return made


def event(**values: Any) -> Event:
    defaults = {
        "name": f"Event {next(_number)}",
        "kind": Event.Kind.FORUM,
        "starts_on": LONG_AGO.date(),
        "published_at": LONG_AGO,
    }
    made: Event = make(Event, defaults | values)
    return made


def page(**values: Any) -> Page:
    made: Page = make(Page, {"title": f"Page {next(_number)}", "published_at": LONG_AGO} | values)
    return made


def picture(**values: Any) -> Picture:
    """Make a picture with a real JPEG of 40 by 30 pixels in the media folder of the tests."""
    defaults = {
        "title": f"Picture {next(_number)}",
        "file": upload(),
        "alternative_text": "A plain blue field",
    }
    made: Picture = make(Picture, defaults | values)
    return made


def upload(name: str = "picture.jpg", content: bytes | None = None) -> Any:
    """Return a file as a form uploads it; without content, a small JPEG."""
    return ContentFile(image_bytes() if content is None else content, name=name)


def image_bytes(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "#1D77B4").save(file, kind)
    return file.getvalue()


def user(*groups: str, **values: Any) -> User:
    """Make a user in the named groups ("Editors", "Publishers"), password PASSWORD.

    Without a group, the user is staff without any permission.
    """
    number = next(_number)
    defaults: dict[str, Any] = {
        "email": f"staff-{number}@example.org",
        "name": f"Staff {number}",
        "password": PASSWORD,
    }
    made: User = User.objects.create_user(**(defaults | values))
    if not groups and not made.is_superuser:
        Group.objects.get_or_create(name="Without permissions")
        groups = ("Without permissions",)
    made.groups.set(Group.objects.filter(name__in=groups))
    return made


def visitor(**values: Any) -> User:
    """Make a user without a role, who is no member of staff."""
    made = user(**values)
    made.groups.clear()
    return made


def superuser(**values: Any) -> User:
    return user(is_superuser=True, **values)
