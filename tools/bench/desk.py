"""`make bench ARGS=--desk`: the desk compared with a plain ModelAdmin of the same model.

Both run in this process, on the database of the environment, and take turns, because a machine's
speed changes with its other work. The plain site has Django's own templates and middleware, a
ModelAdmin with the same fields and rows, and `autocomplete_fields`. The measure is the median of
the processor time of a request, in milliseconds.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

TURNS, WARM_UP, REQUESTS = 5, 3, 8
NAME = "Wakefield"
WORD = "ambassadors"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


class DeskPage(NamedTuple):
    """A page to measure: its path in the desk, its counterpart, and what saves it, if that is it.

    A page without a counterpart has an empty `plain`.
    """

    name: str
    path: str
    plain: str = ""
    button: str = ""


def pages(pk: int) -> list[DeskPage]:
    city, plain = f"/admin/cities/city/{pk}", f"/plain/cities/city/{pk}"
    return [
        DeskPage("front page", "/admin/", "/plain/"),
        DeskPage("list", "/admin/cities/city/", "/plain/cities/city/"),
        DeskPage("list, a word", "/admin/cities/city/?q=wake", "/plain/cities/city/?q=wake"),
        DeskPage("form", f"{city}/change/", f"{plain}/change/"),
        DeskPage("form of a new city", "/admin/cities/city/add/", "/plain/cities/city/add/"),
        DeskPage("history", f"{city}/history/", f"{plain}/history/"),
        DeskPage("search in everything", f"/admin/search/?q={WORD}"),
        DeskPage("take offline", f"{city}/offline/"),
        DeskPage("save a draft", f"{city}/change/", f"{plain}/change/", "_draft"),
        DeskPage("draft and review", f"{city}/draft/"),
        DeskPage("publish changes", f"{city}/change/", f"{plain}/change/", "_save"),
    ]


def plain_urls() -> list[Any]:
    """Return the URLs of an AdminSite with plain ModelAdmins of cities and their relations."""
    from django.contrib import admin
    from django.urls import path

    from cities.models import AlternativeName, Award, City, Country, Designation, Intake, Theme
    from publishing.models import Picture

    def rows(kind: Any) -> type[admin.TabularInline]:
        return type(f"{kind.__name__}Rows", (admin.TabularInline,), {"model": kind, "extra": 0})

    class PlainAdmin(admin.ModelAdmin):
        search_fields = ("name",)

    class PlainPictureAdmin(admin.ModelAdmin):
        search_fields = ("title",)

    class PlainCityAdmin(admin.ModelAdmin):
        list_display = ("name", "country", "status", "joined_year", "published_at", "updated_at")
        list_select_related = ("country",)
        list_per_page = 50
        list_filter = ("kind", "status")
        search_fields = ("name",)
        autocomplete_fields = ("country", "intake", "themes", "picture")
        inlines = tuple(rows(kind) for kind in (AlternativeName, Award, Designation))

    site = admin.AdminSite(name="plain")
    site.register(City, PlainCityAdmin)
    site.register(Picture, PlainPictureAdmin)
    for model in (Country, Intake, Theme):
        site.register(model, PlainAdmin)
    return [path("plain/", site.urls)]


class Visitor:
    """A signed-in client of one of the two sites, which measures its requests."""

    def __init__(self, person: Any, surroundings: Callable[[], Any]) -> None:
        from django.test import Client

        self.surroundings = surroundings
        with surroundings():
            self.client = Client(SERVER_NAME="127.0.0.1")
            self.client.force_login(person)
        self.number = 0

    def requests(self, path: str, button: str) -> Iterator[Callable[[], Any]]:
        """Yield requests of a page, ready to be measured; for a button, of saving its form."""
        from tests.admin_pages import FormReader

        while True:
            if not button:
                yield lambda: self.client.get(path)
                continue
            reader = FormReader("city_form")
            reader.feed(self.client.get(path).content.decode())
            self.number += 1
            motto = f"Motto {self.number}"
            sent = reader.fields | {"motto": [motto], button: ["Save"], "_because": ["A trial"]}
            yield lambda sent=sent: self.client.post(path, sent)  # type: ignore[misc]

    def spend(self, path: str, button: str) -> tuple[list[float], int]:
        """Return the milliseconds of one turn's requests, and the number of queries of one."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with self.surroundings():
            requests = self.requests(path, button)
            for _ in range(WARM_UP):
                next(requests)()
            spent = []
            for _ in range(REQUESTS):
                request = next(requests)
                started = time.process_time()
                answer = request()
                spent.append(1000 * (time.process_time() - started))
                if answer.status_code >= 400 or (button and answer.status_code != 302):
                    sys.exit(f"{path} answered {answer.status_code}.")
            request = next(requests)
            with CaptureQueriesContext(connection) as queries:
                request()
        return spent, len(queries)


@contextmanager
def plain_site() -> Iterator[None]:
    """Serve the plain site for as long as the block lasts."""
    from django.test import override_settings

    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE, TEMPLATES=TEMPLATES):
        yield


@contextmanager
def desk() -> Iterator[None]:
    """Serve the desk, as the settings have it."""
    yield


def measure(page: DeskPage, of_desk: Visitor, of_plain: Visitor) -> str:
    """Return the line of the table for a page."""
    spent, plain, queries, plain_queries = [], [], 0, 0
    for _ in range(TURNS):
        more, queries = of_desk.spend(page.path, page.button)
        spent += more
        if page.plain:
            button = "_continue" if page.button else ""
            more, plain_queries = of_plain.spend(page.plain, button)
            plain += more
    line = f"{page.name:<24}{statistics.median(spent):>8.1f}{queries:>9}"
    if plain:
        ratio = statistics.median(spent) / statistics.median(plain)
        line += f"{statistics.median(plain):>9.1f}{plain_queries:>9}{ratio:>8.2f}"
    return line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

    import django

    django.setup()

    from django.contrib.auth import get_user_model

    from cities.models import City

    globals()["urlpatterns"] = plain_urls()
    people: Any = get_user_model()._default_manager
    person = people.filter(is_superuser=True).first() or people.create_superuser(
        "bench@example.org", name="Bench"
    )
    city = City.objects.get(name=NAME)
    of_desk, of_plain = Visitor(person, desk), Visitor(person, plain_site)
    print(f"\n{City.objects.count():<24}      ms  queries    plain  queries   ratio", flush=True)
    for page in pages(city.pk):
        print(measure(page, of_desk, of_plain), flush=True)


if __name__ == "__main__":
    main()
