"""Triggers that raise the version of the public content inside the transaction of a change.

The version is a random text in one row. It is not counted up, so that a database restored from a
backup comes back with the version of that very content. docs/adr/0004 tells why there are
triggers, and why they are these.
"""

from typing import Any

from django.apps import apps
from django.db import connections, transaction

TABLE = "portal_content_version"

# Everything is public content but this: what a new table holds counts until it stands here.
PRIVATE_APPS = {"admin", "auth", "axes", "contenttypes", "sessions"}
PRIVATE_TABLES = {
    "portal_report",
    "portal_requestcount",
    "portal_starterrow",
    "portal_tie",
    "publishing_batch",
    "publishing_batchrow",
    "publishing_shareddraft",
    "publishing_workingcopy",
}
# Of these only such rows: a draft is nobody's concern until it has a moment to go out at.
ONLY_WHERE = {"publishing_revision": "{row}.stage = 'scheduled'"}

MAKE_TABLE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} "
    "(id integer PRIMARY KEY CHECK (id = 1), version text NOT NULL)"
)


def watch_tables(using: str = "default", **kwargs: Any) -> None:
    """Put triggers on the tables that have none, and raise the version. Called after migrating.

    SQLite drops triggers when a migration builds a table anew, and a migration may change
    content before its table has any.
    """
    database = connections[using]
    dialect: type[Dialect] = {"sqlite": Sqlite, "postgresql": Postgresql}[database.vendor]
    with transaction.atomic(using), database.cursor() as cursor:
        for statement in dialect.foundation:
            cursor.execute(statement)
        cursor.execute(dialect.names)
        present = {name for (name,) in cursor.fetchall()}
        for table in sorted(public_tables() & set(database.introspection.table_names(cursor))):
            for event in dialect.events:
                if (name := f"{table}_{event.lower()}_raises") not in present:
                    cursor.execute(dialect.trigger(name, table, event))
        cursor.execute(
            f"INSERT INTO {TABLE} VALUES (1, {dialect.new_version}) "  # noqa: S608 (constants)
            "ON CONFLICT (id) DO UPDATE SET version = excluded.version"
        )


def public_tables() -> set[str]:
    """The tables of all public content, those of many-to-many fields among them."""
    models = apps.get_models(include_auto_created=True)
    tables = {m._meta.db_table for m in models if m._meta.app_label not in PRIVATE_APPS}
    return tables - PRIVATE_TABLES


def condition(table: str, event: str) -> str:
    """The WHEN clause of a trigger, for a table of which some rows alone are public content."""
    rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}[event]
    where = ONLY_WHERE.get(table)
    return f"WHEN ({' OR '.join(where.format(row=row) for row in rows)})" if where else ""


class Dialect:
    """How one kind of database makes the table, the triggers, and a new version."""

    foundation: tuple[str, ...]
    names: str
    events: tuple[str, ...]
    new_version: str

    @staticmethod
    def trigger(name: str, table: str, event: str) -> str:
        raise NotImplementedError


class Sqlite(Dialect):
    """One writer at a time holds the database, so the row may be written at once."""

    foundation = (MAKE_TABLE,)
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    events = ("INSERT", "UPDATE", "DELETE")
    new_version = "lower(hex(randomblob(8)))"

    @staticmethod
    def trigger(name: str, table: str, event: str) -> str:
        raising = f"UPDATE {TABLE} SET version = {Sqlite.new_version}"  # noqa: S608 (constants)
        return (
            f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" {condition(table, event)} '
            f"BEGIN {raising}; END"
        )


class Postgresql(Dialect):
    """The row is written once in a transaction, at its end.

    At the end, because whoever has written the row holds it until the transaction is over: an
    editor must not wait for an import, nor two of them for each other. A row and no sequence,
    because the version has to become visible together with the content, never before it.
    """

    new_version = "gen_random_uuid()::text"
    foundation = (
        MAKE_TABLE,
        f"""
        CREATE OR REPLACE FUNCTION {TABLE}_raise() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('portal.raised', true) IS DISTINCT FROM txid_current()::text THEN
                UPDATE {TABLE} SET version = {new_version};
                PERFORM set_config('portal.raised', txid_current()::text, true);
            END IF;
            RETURN NULL;
        END $$
        """,  # noqa: S608
    )
    names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    events = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")

    @staticmethod
    def trigger(name: str, table: str, event: str) -> str:
        function = f"EXECUTE FUNCTION {TABLE}_raise()"
        if event == "TRUNCATE":
            return f'CREATE TRIGGER "{name}" AFTER TRUNCATE ON "{table}" {function}'
        return (
            f'CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}" DEFERRABLE '
            f"INITIALLY DEFERRED FOR EACH ROW {condition(table, event)} {function}"
        )
