"""Role matrix: the response of every address of the desk to every role.

The addresses are read from the resolver, so a new page fails here until `role_matrix.txt` has its
line. Each cell is the response to GET and to an empty POST:

    200 … 409   the status
    in          redirected to sign in
    home        redirected to the index, because the record does not exist
    302         redirected elsewhere

"own" is Wakefield, the scope of the limited users, "foreign" is Manchester. To write the table:
`pytest tests/portal/staff/test_role_matrix.py -n 0 --write-table`, then read it.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cities.models import City
from publishing.revisions.models import Revision
from tests.portal.staff.two_cities import DIVIDED, ROLES, SECRET, TIED, place, shared, somebody

# Only statuses count here; test_every_page.py renders the pages.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unrendered")]

NOBODYS = 999_999_999
TABLE = Path(__file__).with_name("role_matrix.txt")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
APP_LABELS = re.compile(r"\(\?P<app_label>([^)]*)\)")


def routes(patterns: Any, before: str = "/") -> Iterator[str]:
    """Yield every route below some patterns, as written in them."""
    for pattern in patterns:
        route = before + str(pattern.pattern).lstrip("^").rstrip("$").removesuffix(r"\Z")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


def desk_routes() -> list[str]:
    found = {route for route in routes(get_resolver().url_patterns) if route.startswith("/admin/")}
    spread = set()
    for route in (route.replace("(?P<url>.*)", "nowhere/") for route in found):
        labels = APP_LABELS.search(route)
        for label in labels[1].split("|") if labels else [""]:
            spread.add(APP_LABELS.sub(label, route))
    return sorted(spread)


def model_of(route: str) -> Any:
    for model in admin.site._registry:
        if route.startswith(f"/admin/{model._meta.app_label}/{model._meta.model_name}/"):
            return model
    return None


class World:
    def __init__(self) -> None:
        self.shared = shared()
        self.own = place("Wakefield", "Alder")
        self.foreign = place("Manchester", SECRET)

    def address(self, route: str, whose: str) -> str:
        """Return the address of a route for a record of one place."""
        model = City if "content_type_id" in route else model_of(route)
        record = (getattr(self, whose) | self.shared).get(model)

        def fill(found: re.Match[str]) -> str:
            match found[1]:
                case "object_id" | "id" | "picture_id":
                    return str(record.pk if record else NOBODYS)
                case "revision_id":
                    revision = Revision.objects.of(record).last() if record else None
                    return str(revision.pk if revision else 1)
                case "content_type_id":
                    return str(ContentType.objects.get_for_model(City).pk)
                case "batch_id":
                    # No batch exists; access to batches is tested with the imports.
                    return "1"
                case "number":
                    return "2"
                case "ending":
                    return "csv"
                case "uidb64" | "token":
                    return "nonsense"
            raise KeyError(f"Say what {found[0]} of {route} stands for.")

        return PARAMETER.sub(fill, route)


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    return World()


def lines() -> list[tuple[str, str]]:
    """Return the lines of the table: a route, and whose record it is about."""
    found = []
    for route in desk_routes():
        found += [(route, whose) for whose in (("own", "foreign") if has_two(route) else ("own",))]
    return found


def has_two(route: str) -> bool:
    """Return whether the response depends on whose record it is."""
    divided = model_of(route) in DIVIDED or "content_type_id" in route
    names = {found[1] for found in PARAMETER.finditer(route)}
    return divided and not names.isdisjoint({"object_id", "id", "picture_id"})


def answer(client: Any, address: str, method: str) -> str:
    """Return the status of the response, and undo what the request changed."""
    with transaction.atomic():
        response = getattr(client, method)(address)
        transaction.set_rollback(True)
    if response.status_code not in (301, 302):
        return str(response.status_code)
    target = response["Location"]
    if target.startswith(reverse("admin:login")):
        return "in"
    return "home" if target == reverse("admin:index") else "302"


def column(world: World, role: str) -> list[str]:
    cells = []
    known = somebody(role, world.own[City])
    for route, whose in lines():
        address = world.address(route, whose)
        client = Client()
        client.cookies = deepcopy(known.cookies)
        got, posted = (answer(client, address, method) for method in ("get", "post"))
        cells.append(got if got == posted else f"{got} {posted}")
    return cells


def title(route: str, whose: str) -> str:
    short = route.removeprefix("/admin/")
    return f"{short}  ({whose})" if has_two(route) else short


def read_table() -> dict[str, dict[str, str]]:
    """Return the table as role → title of a line → cell."""
    head, *rows = [re.split(r"\s*\|\s*", line.strip()) for line in TABLE.read_text().splitlines()]
    return {role: {row[0]: row[number] for row in rows} for number, role in enumerate(head[1:], 1)}


def write_column(role: str, cells: dict[str, str]) -> None:
    columns = (read_table() if TABLE.exists() else {}) | {role: cells}
    rows = [["address", *ROLES]]
    rows += [[line, *(columns.get(head, {}).get(line, "?") for head in ROLES)] for line in cells]
    widths = [max(len(row[number]) for row in rows) for number in range(len(rows[0]))]
    text = [" | ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    TABLE.write_text("\n".join(text) + "\n")


def test_every_address_of_the_desk_is_in_the_role_matrix():
    titles = [title(*line) for line in lines()]
    table = read_table()
    assert list(table) == list(ROLES)
    assert all(list(cells) == titles for cells in table.values())


# Permissions are the same on every database; these two roles use each kind of query for them.
ON_EACH_DATABASE = {"Editor", "tied Publisher"}


@pytest.mark.parametrize(
    "role",
    [
        pytest.param(role, marks=() if role in ON_EACH_DATABASE else pytest.mark.once)
        for role in ROLES
    ],
)
def test_the_server_answers_as_the_role_matrix_says(request, world, role):
    cells = dict(zip((title(*line) for line in lines()), column(world, role), strict=True))
    if request.config.getoption("--write-table"):
        write_column(role, cells)
    assert cells == read_table()[role]


@pytest.mark.parametrize("role", TIED)
def test_the_role_matrix_allows_users_with_a_scope_nothing_outside_it(role):
    told = {
        cell
        for name, cell in read_table()[role].items()
        # The bare address redirects to the form of a record, even if the record does not exist.
        if "(foreign)" in name and not name.endswith("<path:object_id>/  (foreign)")
    }
    assert told <= {"home", "403", "404", "home 403", "404 403", "403 404"}
