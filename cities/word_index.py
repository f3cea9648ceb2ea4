"""The index of the words that cities are known by, which search asks for beginnings of words.

It holds the words of the folded names, official and alternative ones, parts of countries and
mottos. The database keeps it in step itself, so that nothing gets round it: PostgreSQL as two
indexes of word vectors, SQLite as a full-text table with triggers, which read both tables. Both
are made after every migration (`publishing.triggers`).
"""

from typing import Any

from django.db import connection, connections, transaction
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

CITIES, NAMES, WORDS = "cities_city", "cities_alternativename", "cities_words"
# The columns that the index is made of.
READ = {CITIES: {"id", "search_key"}, NAMES: {"search_key", "city_id"}}


def cities_with(beginning: str, also: QuerySet[Any] | None = None) -> RawSQL:
    """A subquery of the keys of cities with a word that begins so; `beginning` is folded.

    The keys of `also` are among them. (A union of QuerySets would join the cities once more.)
    """
    # A folded word has letters, digits and marks alone, so it cannot end its quotation.
    if connection.vendor == "sqlite":
        sql = f"SELECT rowid FROM {WORDS} WHERE {WORDS} MATCH %s"  # noqa: S608 (constants)
        sought = [f'"{beginning}"*']
    else:
        matches = f"{vector()} @@ %s::tsquery"
        own = f"SELECT id FROM {CITIES} WHERE {matches}"  # noqa: S608 (constants)
        sql = f"{own} UNION SELECT city_id FROM {NAMES} WHERE {matches}"  # noqa: S608
        sought = [f"'{beginning}':*"] * 2
    if also is not None:
        more, parameters = also.query.sql_with_params()
        sql, sought = f"{sql} UNION {more}", [*sought, *parameters]
    return RawSQL(sql, sought, BigIntegerField())  # noqa: S611 (constants, and parameters)


def vector(column: str = "search_key") -> str:
    """The words of a folded column as PostgreSQL indexes them: as they are, no grammar."""
    return f"array_to_tsvector(array_remove(string_to_array({column}, ' '), ''))"


def drop_triggers(using: str = "default") -> None:
    """Drop the triggers before migrations. The index stays, so search goes on meanwhile."""
    database = connections[using]
    if database.vendor != "sqlite":
        return
    with transaction.atomic(using), database.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {WORDS}_{name}")


def make_index(using: str = "default") -> None:
    """Make the index and its triggers as far as they are missing, after migrations."""
    database = connections[using]
    with transaction.atomic(using), database.cursor() as cursor:
        has_columns = _has_columns(database, cursor)
        if database.vendor == "sqlite":
            _make_sqlite_index(cursor, has_columns)
        elif has_columns:
            for table in (CITIES, NAMES):
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_words ON {table} USING gin ({vector()})"
                )


def _has_columns(database: Any, cursor: Any) -> bool:
    """Return whether the tables have what the index is made of.

    Migrating backwards may lead to a point at which they do not.
    """
    describe = database.introspection.get_table_description
    if not READ.keys() <= set(database.introspection.table_names(cursor)):
        return False
    return all(
        columns <= {column.name for column in describe(cursor, table)}
        for table, columns in READ.items()
    )


def _make_sqlite_index(cursor: Any, has_columns: bool) -> None:
    wanted = {f"{WORDS}_{name}": body for name, body in TRIGGERS.items()} if has_columns else {}
    cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
    present = {name for (name,) in cursor.fetchall()}
    if wanted and {WORDS, *wanted} <= present:
        return
    # While a trigger was missing, words may have been missed.
    cursor.execute(f"DROP TABLE IF EXISTS {WORDS}")
    if not wanted:
        return
    # The tokenizer that takes every sign outside ASCII for a letter: the column is folded.
    cursor.execute(
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, tokenize = 'ascii', prefix = '2 3')"
    )
    for name, body in wanted.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} {body}")
    cursor.execute(fill())


def fill(city: str = "") -> str:
    """The statement of SQLite that writes the words of one city, or of all."""
    where = f"WHERE c.id = {city}" if city else ""
    return f"""
        INSERT INTO {WORDS} (rowid, words)
        SELECT c.id, c.search_key || coalesce(
            (SELECT group_concat(n.search_key, '') FROM {NAMES} n WHERE n.city_id = c.id), ''
        )
        FROM {CITIES} c {where}
    """  # noqa: S608 (constants)


def empty(city: str) -> str:
    return f"DELETE FROM {WORDS} WHERE rowid = {city}"  # noqa: S608 (constants)


def anew(city: str) -> str:
    """Taken out and put in: a statement's own way with conflicts counts in its triggers too, so
    that an upsert would make an error of INSERT OR REPLACE.
    """
    return f"{empty(city)}; {fill(city)}"


TRIGGERS = {
    "city_new": f"AFTER INSERT ON {CITIES} BEGIN {anew('NEW.id')}; END",
    "city_changed": f"AFTER UPDATE OF search_key ON {CITIES} BEGIN {anew('NEW.id')}; END",
    "city_gone": f"AFTER DELETE ON {CITIES} BEGIN {empty('OLD.id')}; END",
    "name_new": f"AFTER INSERT ON {NAMES} BEGIN {anew('NEW.city_id')}; END",
    "name_changed": (
        f"AFTER UPDATE OF search_key, city_id ON {NAMES} "
        f"BEGIN {anew('OLD.city_id')}; {anew('NEW.city_id')}; END"
    ),
    "name_gone": f"AFTER DELETE ON {NAMES} BEGIN {anew('OLD.city_id')}; END",
}
