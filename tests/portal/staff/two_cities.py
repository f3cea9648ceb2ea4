"""Wakefield and Manchester, each with records of every kind, and users of every role.

`SECRET` is in the names of Manchester's hidden records: a user limited to Wakefield must never read
it.
"""

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from cities.models import City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.accounts.models import User
from portal.models import Page, Report, Site, Tie
from publishing.models import FormerSlug, Picture
from publishing.revisions import comments, snapshots
from publishing.revisions.models import Action, Revision, Stage, log
from tests import factories

SECRET = "Quillon"
DIVIDED = (City, Network, Organisation, NewsItem, Event, Picture, Report, FormerSlug, Revision)

TIED = ("tied Contributor", "tied Editor", "tied Publisher")
ROLES = (
    "anonymous",
    "no group",
    "Contributor",
    "Editor",
    "Publisher",
    "Administrator",
    *TIED,
)


def place(name: str, hidden: str) -> dict[type[Model], Any]:
    """Make a public city, and hidden records of every kind that belong to it."""
    city = factories.city(name=name, note=hidden)
    network = factories.network(name=f"Learn {name} {hidden}", cities=[city], published_at=None)
    organisation = factories.organisation(
        name=f"College of {name} {hidden}", cities=[city], published_at=None
    )
    factories.membership(network=network, organisation=organisation)
    picture = factories.picture(title=f"Town hall of {name} {hidden}")
    story = factories.news_item(
        title=f"{name} reads {hidden}", cities=[city], picture=picture, published_at=None
    )
    event = factories.event(name=f"Fair of {name} {hidden}", city=city, published_at=None)
    made = {
        City: city,
        Network: network,
        Organisation: organisation,
        NewsItem: story,
        Event: event,
        Picture: picture,
        Report: Report.objects.create(address=city.get_absolute_url(), message=f"No {hidden}."),
        FormerSlug: FormerSlug.objects.create(
            model="partners.network", object_pk=network.pk, slug=f"old-{hidden}-{name}".lower()
        ),
    }
    for record in made.values():
        if isinstance(record, (City, Network, Organisation, NewsItem, Event)):
            log(record, Action.ADDED, note=hidden, content=snapshots.take(record))
            comments.start(record, None, f"Ask {hidden}.", quote=hidden)
    base = snapshots.take(city)
    draft = base | {"fields": base["fields"] | {"motto": f"Motto {hidden}"}}
    made[Revision] = log(city, Action.DRAFTED, base=base, content=draft, stage=Stage.DRAFT)
    return made


def shared() -> dict[type[Model], Any]:
    """Make the records that belong to no place."""
    return {
        Country: factories.united_kingdom(),
        Intake: factories.intake(),
        Theme: factories.theme(),
        Page: factories.page(title=f"Plans {SECRET}", published_at=None),
        Site: Site.objects.get(),
        User: factories.user("Editors", name="somebody"),
        Group: Group.objects.create(name="Guests"),
    }


def somebody(role: str, city: City) -> Client:
    """Return the client of a user with a role, limited to the city if the role says so."""
    client = Client()
    if role == "anonymous":
        return client
    name = role.removeprefix("tied ")
    person = factories.user(*([] if name == "no group" else [f"{name}s"]))
    if role.startswith("tied "):
        Tie.objects.create(user=person, city=city)
    client.force_login(person)
    return client
