"""English words in texts: their stems, and the stop words that decide no search.

Only texts are stemmed, never the names of places: a search for "wells" must not find "Well".
"""

from collections.abc import Sequence
from functools import cache, lru_cache, reduce
from operator import or_
from threading import Lock
from typing import Any

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Left, StrIndex
from django.db.models.lookups import Contains

from publishing.content.folding import FoldedField, fold, transcribed
from publishing.content.search_words import Word, needed, search_words

STOP_WORDS = frozenset(
    "a about an and are as at be been by can do does for from had has have how i in into is it its "
    "of on or our that the their them there these they this to was we were what when where which "
    "who why will with you your".split()
)

_lock = Lock()


@cache
def _stemmer() -> Any:
    """Return the stemmer; its library has 30 languages, which take 3 MiB from the first search."""
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return the stem of a folded word by the English Snowball algorithm.

    >>> stem("libraries"), stem("library")
    ('librari', 'librari')
    """
    if not (word.isascii() and word.isalpha()):
        return word
    # A stemmer keeps the word that it works on, and requests run in threads.
    with _lock:
        return str(_stemmer().stemWord(word))


def deciding_words(text: str) -> list[Word]:
    """Return the words of a search without stop words, or else those, as whole words."""
    words = search_words(text)
    deciding = [word for word in words if word.fold not in STOP_WORDS]
    return needed(deciding or [word._replace(is_whole=True) for word in words])


def index(*texts: str) -> str:
    """Return the texts as they are searched: folded, with stems, each text ended by a bar.

    >>> index("The libraries", "of Cork")
    ' the libraries ~the ~librari | of cork ~of ~cork |'
    """
    parts = []
    for text in texts:
        words = fold(text).split()
        if not text.isascii():
            words = list(dict.fromkeys([*words, *fold(transcribed(text)).split()]))
        stems = dict.fromkeys(f"~{stem(word)}" for word in words)
        parts.append("".join(f" {word}" for word in (*words, *stems, "|")))
    return "".join(parts)


def terms(word: Word) -> list[str]:
    """Return the substrings of an index of which a text with the word has one.

    A word matches words that begin so, or that have its stem. Stop words match as whole words.
    """
    if word.is_whole:
        return [f" {word.fold} "]
    return [*(f" {spelling}" for spelling in word.spellings), f" ~{stem(word.fold)} "]


def has_words(indexed: str, words: Sequence[Word]) -> bool:
    """Return whether an index has all these words."""
    return all(any(term in indexed for term in terms(word)) for word in words)


class StemmedField(FoldedField):
    """Store the `index` of other fields of the row, of which the first is the title."""

    def __init__(self, *sources: str, **kwargs: Any) -> None:
        kwargs.pop("with_transcriptions", None)
        super().__init__(*sources, with_transcriptions=True, **kwargs)

    def deconstruct(self) -> Any:
        # The column is that of a FoldedField, and SQLite would copy the table for another class.
        name, _path, args, kwargs = super().deconstruct()
        return name, FoldedField("").deconstruct()[1], args, kwargs

    def folded(self, *texts: str) -> str:
        return index(*texts)


def with_words(field: str, text: str) -> Q:
    """Return the condition that a row's StemmedField has every word that decides the search."""
    condition = Q()
    for word in deciding_words(text):
        condition &= reduce(or_, (Q(**{f"{field}__contains": term}) for term in terms(word)))
    return condition


def titles_first(field: str, text: str) -> Case:
    """Return an order by a StemmedField: titles that begin with the text, that contain it in one
    piece, that have all its words; then other rows.
    """
    folded = fold(text)
    title = Left(field, StrIndex(field, Value("|")))
    in_title = Q()
    for word in deciding_words(text):
        in_title &= reduce(or_, (Q(Contains(title, term)) for term in terms(word)))
    return Case(
        When(**{f"{field}__startswith": f" {folded}"}, then=0),
        When(Contains(title, f" {folded}"), then=1),
        When(in_title, then=2),
        default=3,
    )


def share_of_title(title: str, text: str) -> float:
    """Return the share of a title's words that a search has; 0 if one that decides is missing.

    Stop words count here: "how to join" means "How a city joins" more than "We joined".
    """
    if not has_words(index(title), deciding_words(text)):
        return 0
    words = search_words(text)
    folds = fold(title).split()
    found = [one for one in folds if any(has_words(index(one), [word]) for word in words)]
    return len(found) / len(folds)


def rank_of_title(title: str, text: str) -> int:
    """Return the rank that `titles_first` gives to a row with this title."""
    indexed, folded = index(title), fold(text)
    if f" {folded}" in indexed:
        return 0 if indexed.startswith(f" {folded}") else 1
    return 2 if has_words(indexed, deciding_words(text)) else 3
