"""Full-text index of all that is written about cities, for search by prefixes of words and stems.

It is an index of the column `words_key`, and of nothing else: the words that a city is known by,
which the search for cities takes, have an index of their own (`word_index`). In PostgreSQL it is an
index of word vectors; in SQLite a full-text table without a copy of the texts, which triggers keep
up to date.
"""

from typing import Any

from django.db import connection, connections, transaction
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from cities.word_index import CITIES, vector
from publishing.content.search_words import Word
from publishing.content.text_index import tokens

COLUMN, TEXTS = "words_key", "cities_texts"


def cities_with_text(word: Word, *, is_staff: bool = False) -> RawSQL:
    """Return a subquery of the keys of cities with a word in any of their texts.

    `is_staff` includes the texts that visitors do not see.
    """
    wanted = tokens(word, is_staff=is_staff)
    # A token has only letters, digits, marks, “~” and “#”, so it cannot close the quotation.
    if connection.vendor == "sqlite":
        sql = f"SELECT rowid FROM {TEXTS} WHERE {TEXTS} MATCH %s"  # noqa: S608 (constants)
        text = " OR ".join(f'"{token}"{"*" * begins}' for token, begins in wanted)
    else:
        sql = f"SELECT id FROM {CITIES} WHERE {vector(COLUMN)} @@ %s::tsquery"  # noqa: S608
        text = " | ".join(f"'{token}'{':*' * begins}" for token, begins in wanted)
    return RawSQL(sql, [text], BigIntegerField())  # noqa: S611 (constants, and parameters)


def drop_triggers(using: str = "default") -> None:
    """Drop the triggers before migrations. The index remains, so that search works meanwhile."""
    database = connections[using]
    if database.vendor != "sqlite":
        return
    with transaction.atomic(using), database.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def make_index(using: str = "default") -> None:
    """Create what is missing of the index and its triggers, after migrations."""
    database = connections[using]
    with transaction.atomic(using), database.cursor() as cursor:
        has_column = _has_column(database, cursor)
        if database.vendor == "sqlite":
            _make_sqlite_index(cursor, has_column)
        elif has_column:
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {TEXTS} ON {CITIES} USING gin ({vector(COLUMN)})"
            )


def _has_column(database: Any, cursor: Any) -> bool:
    """Return whether there is the indexed column, which migrating backwards removes."""
    if CITIES not in database.introspection.table_names(cursor):
        return False
    columns = database.introspection.get_table_description(cursor, CITIES)
    return COLUMN in {column.name for column in columns}


def _make_sqlite_index(cursor: Any, has_column: bool) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'trigger')")
    present = {name for (name,) in cursor.fetchall()}
    if has_column and {TEXTS, *TRIGGERS} <= present:
        return
    # While a trigger was missing, the index may have missed changes.
    cursor.execute(f"DROP TABLE IF EXISTS {TEXTS}")
    if not has_column:
        return
    # The ASCII tokenizer treats all characters but ASCII signs as letters.
    cursor.execute(
        f"CREATE VIRTUAL TABLE {TEXTS} USING fts5({COLUMN}, content = '{CITIES}', "
        "content_rowid = 'id', tokenize = \"ascii tokenchars '~#'\", prefix = '2 3')"
    )
    for name, body in TRIGGERS.items():
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        cursor.execute(f"CREATE TRIGGER {name} {body}")
    cursor.execute(f"INSERT INTO {TEXTS} ({TEXTS}) VALUES ('rebuild')")  # noqa: S608 (constants)


# An index without the texts has to be told which words a row had.
_ADD = f"INSERT INTO {TEXTS} (rowid, {COLUMN}) VALUES (NEW.id, NEW.{COLUMN})"  # noqa: S608
_REMOVE = (
    f"INSERT INTO {TEXTS} ({TEXTS}, rowid, {COLUMN}) "  # noqa: S608 (constants)
    f"VALUES ('delete', OLD.id, OLD.{COLUMN})"
)
TRIGGERS = {
    f"{TEXTS}_new": f"AFTER INSERT ON {CITIES} BEGIN {_ADD}; END",
    f"{TEXTS}_changed": (
        f"AFTER UPDATE OF id, {COLUMN} ON {CITIES} "
        f"WHEN OLD.id <> NEW.id OR OLD.{COLUMN} <> NEW.{COLUMN} BEGIN {_REMOVE}; {_ADD}; END"
    ),
    f"{TEXTS}_gone": f"AFTER DELETE ON {CITIES} BEGIN {_REMOVE}; END",
}
