"""Make the databases of this version as a portal in use would have them, for later upgrade tests.

    .venv/bin/python -m tools.release_database

Run once for a release, from its folder. It writes `VERSION.sqlite3.gz` and
`VERSION.postgresql.sql.gz` to `tests/releases`, or to the folder that is named. The README.md there
says more.
"""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path.cwd()
PAST, FUTURE = datetime(2021, 5, 1, 9, tzinfo=UTC), datetime(2098, 5, 1, 9, tzinfo=UTC)
SHARED = "a-link-to-the-open-draft"
# A length without a warning of the quality checks.
SUMMARY = "Everybody learns here, in the libraries and in the market halls."
CITIES = ("Fez", "Wakefield", "Manchester", "Derry and Strabane", "Belfast", "Cork")
STATES: dict[str, dict[str, Any]] = {
    "draft": {"published_at": None},
    "scheduled": {"published_at": FUTURE},
    "published": {"published_at": PAST},
    "expired": {"published_at": PAST, "expires_at": datetime(2022, 5, 1, 9, tzinfo=UTC)},
    "archived": {"published_at": PAST, "archived_at": datetime(2023, 5, 1, 9, tzinfo=UTC)},
    "trashed": {"published_at": PAST, "trashed_at": datetime(2024, 5, 1, 9, tzinfo=UTC)},
}


def main(target: Path) -> None:
    """Write both files to a folder."""
    from tools.run_tests import postgresql

    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    with tempfile.TemporaryDirectory() as folder:
        run(folder, f"sqlite:///{folder}/portal.sqlite3")
        write(target / f"{version}.sqlite3.gz", (Path(folder) / "portal.sqlite3").read_bytes())
    with tempfile.TemporaryDirectory() as folder, postgresql() as address:
        run(folder, address)
        write(target / f"{version}.postgresql.sql.gz", dump(address))


def run(folder: str, database_url: str) -> None:
    """Fill a database, in a process that has it."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATA_DIR": folder,
        "DATABASE_URL": database_url,
        # Sessions are signed with the key of the tests.
        "SECRET_KEY": "only-for-tests",
        "ALLOWED_HOSTS": "testserver",
        "HTTPS": "off",
        "DEBUG": "off",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.releases.keep"]
    subprocess.run(command, env=os.environ | settings, cwd=ROOT, check=True)


def dump(address: str) -> bytes:
    """Return the database as SQL that every client and every server from version 14 on can run."""
    with psycopg.connect(address) as connection:
        place = connection.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone()
    assert place
    command = [f"{place[0]}/pg_dump", "--inserts", "--no-owner", "--no-privileges", address]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    # Without commands of psql, and without settings that older servers do not know.
    apart = re.compile(r"\\(un)?restrict |SET \w+ = |SELECT pg_catalog.set_config\(")
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if not apart.match(line)).encode()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(gzip.compress(content, 9, mtime=0))
    print(f"{path}: {path.stat().st_size / 1024:.0f} KB")


# -- The content, made through the doors that staff use ------------------------------------


def fill() -> None:
    """Fill an empty database with everything that a portal in use may hold."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_starter")
    keep_few_cities()
    add_every_state()
    add_drafts_and_history()
    add_imports()
    add_what_visitors_and_accounts_leave()
    # VACUUM frees the space of deleted rows; closing leaves one file.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    connection.close()


def keep_few_cities() -> None:
    from django.db.models import Q

    from cities.models import City
    from news.models import Event
    from portal.models import StarterRow

    gone = City.objects.exclude(name__in=CITIES)
    Event.objects.filter(city__in=gone).delete()
    keys = [str(key) for key in gone.values_list("pk", flat=True)]
    gone.delete()
    StarterRow.objects.filter(Q(model="cities.city", object_pk__in=keys)).delete()
    StarterRow.objects.filter(model__in=["cities.alternativename", "cities.award"]).delete()


def add_every_state() -> None:
    """Add a record of each kind in each state, with every kind of row and link."""
    from tests import factories

    picture = factories.picture(title="A market", credit="A. Nother")
    theme = factories.theme(name="Literacy for all")
    for state, values in STATES.items():
        city = factories.city(
            name=f"City {state}", motto=f"Motto {state}", themes=[theme], picture=picture, **values
        )
        factories.alternative_name(city=city, name=f"Ville {state}", language="fr")
        factories.award(city=city)
        factories.designation(city=city)
        network = factories.network(name=f"Network {state}", cities=[city], **values)
        organisation = factories.organisation(name=f"Organisation {state}", **values)
        factories.membership(network=network, organisation=organisation)
        factories.news_item(title=f"News {state}", cities=[city], networks=[network], **values)
        factories.event(name=f"Event {state}", city=city, **values)
        factories.page(title=f"Page {state}", **values)
        factories.theme(name=f"Theme {state}", **values)
        factories.intake(**values)


def add_drafts_and_history() -> None:
    """Add a draft at each stage, a former slug, a share link and an autosave."""
    from cities.models import City
    from portal.models import Tie
    from publishing.models import SharedDraft
    from tests import factories
    from tests.admin_pages import admin_url, open_form, save_form

    publisher = client("paula", "Publishers", name="Paula Publisher")
    contributor = client("carl", "Contributors")
    tied = client("tina", "Editors")
    drafts = {
        name: factories.city(name=f"Draft {name}", motto="Live motto")
        for name in ("open", "scheduled", "review", "returned", "published", "discarded")
    }
    for city in drafts.values():
        done(save_form(publisher, city, summary=SUMMARY, _save="1"))
    done(save_form(publisher, drafts["open"], motto="Draft motto", _draft="1"))
    due = {"_schedule": "1", "_due_at": "2098-05-01T09:00"}
    done(save_form(publisher, drafts["scheduled"], motto="Draft motto", **due))
    for name in ("review", "returned"):
        done(save_form(contributor, drafts[name], motto="Draft motto", _review="1", _note="Please"))
    decide(publisher, drafts["returned"], "return", _note="Which year?")
    for name, decision in (("published", "publish"), ("discarded", "discard")):
        done(save_form(publisher, drafts[name], motto="Draft motto", _draft="1"))
        decide(publisher, drafts[name], decision)
    done(save_form(publisher, drafts["published"], slug="draft-published-now", _save="1"))
    done(publisher.post(admin_url(drafts["open"], "share", drafts["open"].pk), {"days": "7"}), 200)
    # The link has a token that tests know, and does not expire.
    token_hash = sha256(SHARED.encode()).hexdigest()
    SharedDraft.objects.update(token_hash=token_hash, expires_at=FUTURE)
    typed = open_form(tied, drafts["open"]) | {"name": "", "motto": "Half a sen"}
    done(tied.post(admin_url(drafts["open"], "working", drafts["open"].pk), typed), 200)
    comment(drafts["open"], publisher.user, contributor.user)
    network = factories.network(name="Network with ties", cities=[drafts["open"]])
    for user in (contributor.user, tied.user):
        Tie.objects.create(user=user, city=City.objects.get(name="Fez"))
        Tie.objects.create(user=user, network=network)


def comment(city: Any, *people: Any) -> None:
    """Add a thread of comments, one by each person."""
    from publishing.revisions.comments import Comment, CommentThread

    place = {"model": "cities.city", "object_pk": str(city.pk), "record_name": str(city)}
    thread = CommentThread.objects.create(**place, field="fields/motto")
    for person in people:
        Comment.objects.create(
            thread=thread, person=person, person_name=str(person), text="Is it still true?"
        )


def add_imports() -> None:
    """Add an import in force, one that was undone, and one that is undecided."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from cities.models import City
    from publishing.import_export.models import HeadingChoice
    from publishing.models import Batch
    from tests.admin_pages import admin_url

    publisher = client("petra", "Publishers")
    for number, decision in enumerate(("import", "undo", "wait")):
        table = f"name,country,motto\nImported {number},GB,From a table\n,GB,Refused\n"
        file = SimpleUploadedFile("cities.csv", table.encode())
        answer = publisher.post(admin_url(City, "import"), {"file": file, "mode": "live"})
        done(answer)
        done(publisher.post(answer["Location"], {"decision": "look"}))
        batch = Batch.objects.latest("pk")
        if decision != "wait":
            done(publisher.post(admin_url(City, "batch", batch.pk), {"decision": "import"}))
        if decision == "undo":
            done(publisher.post(admin_url(City, "batch_undo", batch.pk)))
    HeadingChoice.objects.create(
        model="cities.city", fingerprint="headings of another list", columns=["name", ""]
    )


def add_what_visitors_and_accounts_leave() -> None:
    from django.contrib.sessions.models import Session
    from django.test import Client

    from cities.models import City
    from news.models import NewsItem
    from portal.models import MenuItem, Report, Site
    from tests import factories

    Report.objects.create(address="/cities/fez/", message="The motto is old.", email="a@b.example")
    Report.objects.create(address="/", message="Dealt with.", done_at=PAST, note="Thanked.")
    site = Site.objects.get()
    site.featured_cities.set(City.objects.filter(name="Fez"))
    site.featured_stories.set(NewsItem.objects.filter(title="News published"))
    MenuItem.objects.create(site=site, label="Elsewhere", address="https://example.org/")
    Session.objects.update(expire_date=FUTURE)
    chief = factories.superuser(name="Staff")
    Client().post("/report/", {"message": "The motto is old.", "page": "/cities/fez/"})
    Client().post("/admin/login/", {"username": chief.email, "password": "wrong"})


def client(account, *groups, **values):
    """Return a client of a new account, signed in, with its `user`."""
    from django.test import Client

    from tests import factories

    made = Client()
    values = {"name": account, "email": f"{account}@example.org"} | values
    made.user = factories.user(*groups, **values)
    made.force_login(made.user, "portal.roles.Backend")
    return made


def decide(publisher, record, decision, **values):
    from publishing.models import Revision
    from tests.admin_pages import admin_url

    draft = Revision.objects.of(record).open().get()
    answer = {"draft": draft.pk, "decision": decision, **values}
    done(publisher.post(admin_url(record, "draft", record.pk), answer))


def done(answer, status=302):
    """Raise unless the server accepted the request."""
    if answer.status_code != status:
        errors = re.findall(r'class="errorlist.*?</ul>|<h1>.*?</h1>', answer.text, re.DOTALL)
        raise SystemExit(f"{answer.request['PATH_INFO']}: {answer.status_code} {errors}")


if __name__ == "__main__":
    fill()
