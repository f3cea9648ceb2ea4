"""Triggers that raise the content version inside the transaction of a change.

The version is a random text in one row. It is not a counter, so that a database restored from a
backup comes back with the version of that very content. While migrations run there are no triggers
(`publishing.migration_triggers`), the version is empty, and nothing is cached. docs/adr/0004
explains the choice of triggers, and of these.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.apps import apps
from django.db import connections, transaction

TABLE = "portal_content_version"
UNWATCHED = ""
"""The version while triggers are missing, so that changes do not raise it."""

# Tables without public content. All others count, so a new table does until it is listed here.
PRIVATE_APPS = {"account", "accounts", "admin", "auth", "axes", "contenttypes", "mfa", "sessions"}
PRIVATE_TABLES = {
    "portal_report",
    "portal_requestcount",
    "portal_starterrow",
    "portal_tie",
    "publishing_batch",
    "publishing_batchrow",
    "publishing_comment",
    "publishing_commentthread",
    "publishing_headingchoice",
    "publishing_shareddraft",
    "publishing_workingcopy",
}
# Tables of which only rows with this value count: a draft matters once it is scheduled.
ONLY_WHERE = {"publishing_revision": ("stage", "scheduled")}

MAKE_TABLE = (
    f"CREATE TABLE IF NOT EXISTS {TABLE} "
    "(id integer PRIMARY KEY CHECK (id = 1), version text NOT NULL)"
)
MAKE_ROW = f"INSERT INTO {TABLE} VALUES (1, '{UNWATCHED}') ON CONFLICT (id) DO NOTHING"  # noqa: S608
CLEAR_VERSION = f"UPDATE {TABLE} SET version = '{UNWATCHED}'"  # noqa: S608 (constants)


def version_update(new_version: str) -> str:
    """Return the statement of a trigger: set a new version, unless the version is empty.

    It writes the row in both cases, so that `make_triggers` waits for transactions that have begun.
    """
    value = f"CASE version WHEN '{UNWATCHED}' THEN '{UNWATCHED}' ELSE {new_version} END"
    return f"UPDATE {TABLE} SET version = {value}"  # noqa: S608 (constants)


def drop_triggers(using: str = "default") -> None:
    """Drop the triggers before migrations; the version is empty until they are made again."""
    database = connections[using]
    dialect = dialect_of(database)
    with dialect.transaction_context(using), database.cursor() as cursor:
        if TABLE not in database.introspection.table_names(cursor):
            return
        for statement in (*dialect.setup, CLEAR_VERSION):
            cursor.execute(statement)
        for table, name in list_triggers(cursor, dialect):
            cursor.execute(dialect.drop_trigger(name, table))


def make_triggers(using: str = "default") -> None:
    """Make the missing triggers after migrations, and raise the version if there were any.

    It is raised last, when every change is covered by a trigger.
    """
    database = connections[using]
    dialect = dialect_of(database)
    with dialect.transaction_context(using), database.cursor() as cursor:
        for statement in dialect.setup:
            cursor.execute(statement)
        present = set(list_triggers(cursor, dialect))
        missing = [
            (table, event, name)
            for table, event, name in needed_triggers(database, cursor, dialect)
            if (table, name) not in present
        ]
        for table, event, name in missing:
            when = when_clause(database, cursor, table, event)
            cursor.execute(dialect.create_trigger(name, table, event, when))
        where = "" if missing else f"WHERE version = '{UNWATCHED}'"
        cursor.execute(f"UPDATE {TABLE} SET version = {dialect.new_version} {where}")  # noqa: S608


def needed_triggers(
    database: Any, cursor: Any, dialect: "type[Dialect]"
) -> Iterator[tuple[str, str, str]]:
    """Yield table, event and name of every trigger that is needed."""
    for table in sorted(public_tables() & set(database.introspection.table_names(cursor))):
        for event in dialect.events:
            yield table, event, f"{table}_{event.lower()}_raises"


def list_triggers(cursor: Any, dialect: "type[Dialect]") -> list[tuple[str, str]]:
    """Return table and name of every trigger of this module, those of former tables included."""
    cursor.execute(dialect.list_query)
    return [(table, name) for table, name in cursor.fetchall()]


def public_tables() -> set[str]:
    """Return the tables of all public content, those of many-to-many fields included."""
    models = apps.get_models(include_auto_created=True)
    tables = {m._meta.db_table for m in models if m._meta.app_label not in PRIVATE_APPS}
    return tables - PRIVATE_TABLES


def when_clause(database: Any, cursor: Any, table: str, event: str) -> str:
    """Return the WHEN clause of a trigger, for a table of which only some rows count.

    Every row counts if the column is missing, as after migrating backwards.
    """
    rows = {"INSERT": ["NEW"], "DELETE": ["OLD"], "UPDATE": ["OLD", "NEW"]}.get(event)
    if table not in ONLY_WHERE or not rows:
        return ""
    column, value = ONLY_WHERE[table]
    described = database.introspection.get_table_description(cursor, table)
    if column not in {field.name for field in described}:
        return ""
    tests = " OR ".join(f"{row}.{column} = '{value}'" for row in rows)
    return f"WHEN ({tests})"


def dialect_of(database: Any) -> "type[Dialect]":
    return {"sqlite": Sqlite, "postgresql": Postgresql}[database.vendor]


class Dialect:
    """SQL for one database system: the table, the triggers, and a new version."""

    setup: tuple[str, ...]
    list_query: str
    events: tuple[str, ...]
    new_version: str

    @staticmethod
    def transaction_context(using: str) -> AbstractContextManager[Any]:
        """Return the context in which triggers are dropped or made."""
        raise NotImplementedError

    @staticmethod
    def create_trigger(name: str, table: str, event: str, when: str) -> str:
        raise NotImplementedError

    @staticmethod
    def drop_trigger(name: str, table: str) -> str:
        raise NotImplementedError


class Sqlite(Dialect):
    """SQL for SQLite, whose only writer has the lock already, so the row is written at once."""

    setup = (MAKE_TABLE, MAKE_ROW)
    list_query = r"""
        SELECT tbl_name, name FROM sqlite_master
        WHERE type = 'trigger' AND name LIKE '%\_raises' ESCAPE '\'
    """
    events = ("INSERT", "UPDATE", "DELETE")
    new_version = "lower(hex(randomblob(8)))"

    @staticmethod
    def transaction_context(using: str) -> AbstractContextManager[Any]:
        return transaction.atomic(using)

    @staticmethod
    def create_trigger(name: str, table: str, event: str, when: str) -> str:
        return (
            f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" {when} '
            f"BEGIN {version_update(Sqlite.new_version)}; END"
        )

    @staticmethod
    def drop_trigger(name: str, table: str) -> str:
        return f'DROP TRIGGER IF EXISTS "{name}"'


class Postgresql(Dialect):
    """SQL for PostgreSQL, where the row is written once in a transaction, at its end.

    At the end, because a transaction that has written the row locks it until it is over: an editor
    must not wait for an import, nor two of them for each other. A row and no sequence, because the
    version has to become visible together with the content, never before it.
    """

    new_version = "gen_random_uuid()::text"
    setup = (
        MAKE_TABLE,
        MAKE_ROW,
        f"""
        CREATE OR REPLACE FUNCTION {TABLE}_raise() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('portal.raised', true) IS DISTINCT FROM txid_current()::text THEN
                {version_update("gen_random_uuid()::text")};
                PERFORM set_config('portal.raised', txid_current()::text, true);
            END IF;
            RETURN NULL;
        END $$
        """,
    )
    list_query = rf"""
        SELECT relname, tgname FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
        WHERE proname = '{TABLE}_raise' AND pg_table_is_visible(tgrelid)
    """  # noqa: S608
    events = ("INSERT", "UPDATE", "DELETE", "TRUNCATE")

    @staticmethod
    def transaction_context(using: str) -> AbstractContextManager[Any]:
        """Return no transaction: two tables locked in one could deadlock with an editor."""
        return nullcontext()

    @staticmethod
    def create_trigger(name: str, table: str, event: str, when: str) -> str:
        function = f"EXECUTE FUNCTION {TABLE}_raise()"
        if event == "TRUNCATE":
            return f'CREATE TRIGGER "{name}" AFTER TRUNCATE ON "{table}" {function}'
        return (
            f'CREATE CONSTRAINT TRIGGER "{name}" AFTER {event} ON "{table}" DEFERRABLE '
            f"INITIALLY DEFERRED FOR EACH ROW {when} {function}"
        )

    @staticmethod
    def drop_trigger(name: str, table: str) -> str:
        return f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'
