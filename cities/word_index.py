"""Full-text index of the words that cities are known by, for search by prefixes of words.

It holds the words of the folded names (official and alternative), parts of countries and mottos.
The database maintains it, so that no write can bypass it: in PostgreSQL as two indexes of word
vectors, in SQLite as a full-text table with triggers on both tables. Either is created after every
migration (`publishing.migration_triggers`).
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

CITIES, NAMES, WORDS = "cities_city", "cities_alternativename", "cities_words"
# The indexed columns.
INDEXED = {CITIES: {"id", "search_key"}, NAMES: {"search_key", "city_id"}}


def cities_with_word(
    spellings: Iterable[str], union: QuerySet[Any] | None = None, is_whole: bool = False
) -> RawSQL:
    """Return a subquery of the keys of cities that have a word with one of these (folded) prefixes.

    If it `is_whole`, the word itself. The keys of `union` are included. (A union of QuerySets would
    join the cities once more.)
    """
    # A folded word has only letters, digits and marks, so it cannot close the quotation.
    if connection.vendor == "sqlite":
        sql = f"SELECT rowid FROM {WORDS} WHERE {WORDS} MATCH %s"  # noqa: S608 (constants)
        ending = "" if is_whole else "*"
        parameters = [" OR ".join(f'"{word}"{ending}' for word in spellings)]
    else:
        matches = f"{vector()} @@ %s::tsquery"
        by_city = f"SELECT id FROM {CITIES} WHERE {matches}"  # noqa: S608 (constants)
        sql = f"{by_city} UNION SELECT city_id FROM {NAMES} WHERE {matches}"  # noqa: S608
        ending = "" if is_whole else ":*"
        parameters = [" | ".join(f"'{word}'{ending}" for word in spellings)] * 2
    if union is not None:
        other_sql, other_parameters = union.query.sql_with_params()
        sql, parameters = f"{sql} UNION {other_sql}", [*parameters, *other_parameters]
    return RawSQL(sql, parameters, BigIntegerField())  # noqa: S611 (constants, and parameters)


def vector(column: str = "search_key") -> str:
    """Return the words of a folded column as PostgreSQL indexes them: unchanged, no grammar."""
    return f"array_to_tsvector(array_remove(string_to_array({column}, ' '), ''))"


def drop_triggers(using: str = "default") -> None:
    """Drop the triggers before migrations. The index remains, so that search works meanwhile."""
    database = connections[using]
    if database.vendor != "sqlite":
        return
    with transaction.atomic(using), database.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {WORDS}_{name}")


def make_index(using: str = "default") -> None:
    """Create what is missing of the index and its triggers, after migrations."""
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
    """Return whether the tables have the indexed columns.

    Migrating backwards may lead to a point at which they do not.
    """
    describe = database.introspection.get_table_description
    if not INDEXED.keys() <= set(database.introspection.table_names(cursor)):
        return False
    return all(
        columns <= {column.name for column in describe(cursor, table)}
        for table, columns in INDEXED.items()
    )


def _make_sqlite_index(cursor: Any, has_columns: bool) -> None:
    triggers = {f"{WORDS}_{name}": body for name, body in TRIGGERS.items()} if has_columns else {}
    cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
    present = {name for (name,) in cursor.fetchall()}
    if triggers and {WORDS, *triggers} <= present:
        return
    # While a trigger was missing, the index may have missed changes.
    cursor.execute(f"DROP TABLE IF EXISTS {WORDS}")
    if not triggers:
        return
    # The ASCII tokenizer treats all other characters as letters, which suits a folded column.
    cursor.execute(
        f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, tokenize = 'ascii', prefix = '2 3')"
    )
    for name, body in triggers.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} {body}")
    cursor.execute(insert_words())


def insert_words(city: str = "") -> str:
    """Return the SQLite statement that writes the words of one city, or of all."""
    where = f"WHERE c.id = {city}" if city else ""
    return f"""
        INSERT INTO {WORDS} (rowid, words)
        SELECT c.id, c.search_key || coalesce(
            (SELECT group_concat(n.search_key, '') FROM {NAMES} n WHERE n.city_id = c.id), ''
        )
        FROM {CITIES} c {where}
    """  # noqa: S608 (constants)


def delete_words(city: str) -> str:
    return f"DELETE FROM {WORDS} WHERE rowid = {city}"  # noqa: S608 (constants)


def replace_words(city: str) -> str:
    """Return the SQLite statements that update the words of one city: delete, then insert.

    Inside a trigger, the ON CONFLICT policy of the outer statement would override INSERT OR
    REPLACE, so that an upsert of a city would fail.
    """
    return f"{delete_words(city)}; {insert_words(city)}"


TRIGGERS = {
    "city_new": f"AFTER INSERT ON {CITIES} BEGIN {replace_words('NEW.id')}; END",
    "city_changed": f"AFTER UPDATE OF search_key ON {CITIES} BEGIN {replace_words('NEW.id')}; END",
    "city_gone": f"AFTER DELETE ON {CITIES} BEGIN {delete_words('OLD.id')}; END",
    "name_new": f"AFTER INSERT ON {NAMES} BEGIN {replace_words('NEW.city_id')}; END",
    "name_changed": (
        f"AFTER UPDATE OF search_key, city_id ON {NAMES} "
        f"BEGIN {replace_words('OLD.city_id')}; {replace_words('NEW.city_id')}; END"
    ),
    "name_gone": f"AFTER DELETE ON {NAMES} BEGIN {replace_words('OLD.city_id')}; END",
}
