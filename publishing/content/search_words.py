"""The words of a search: folded, each in its spellings, and not more than a search may cost."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from publishing.content.folding import fold, spellings

LONGEST_SEARCH = 100
"""The most characters of a search, after folding."""
MOST_WORDS = 8
"""The most words of a search, after folding: each is a condition for the database to check."""


# A flag is two regional indicators: the letters of a country's code.
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_LETTERS = {0x1F1E6 + number: chr(ord("A") + number) for number in range(26)}


class Word(NamedTuple):
    """A word of a search: its folded spellings, of which a text has to have one."""

    spellings: tuple[str, ...]
    is_whole: bool = False
    """True if only the word itself matches, and not the words that begin so."""

    @property
    def fold(self) -> str:
        return self.spellings[0]


def search_words(text: str) -> list[Word]:
    """Return the words of a text, each with the plain fold first.

    A single letter begins too many words to say anything, so it counts as a whole word, unless it
    is the last, which may be unfinished.

    >>> [word.spellings for word in search_words("Köln Wakefield")]
    [('koln', 'koeln'), ('wakefield',)]
    """
    words: list[Word] = []
    for part in text.split():
        plain = fold(part)
        others = sorted(spellings(part) - {plain})
        columns = [plain.split(), *(other.split() for other in others)]
        words += [Word(tuple(dict.fromkeys(same))) for same in zip(*columns, strict=True)]
    earlier = [word for word in words if word != words[-1]]
    letters = [word for word in earlier if len(word.fold) == 1 and word.fold.isascii()]
    return [word._replace(is_whole=word in letters) for word in words[:-1]] + words[-1:]


def with_codes(text: str) -> str:
    """Return the text with the code of the country in place of its flag.

    >>> with_codes("🇬🇧 cities"), with_codes("Cork🇮🇪")
    ('GB cities', 'Cork IE')
    """
    if not _FLAG.search(text):
        return text
    spaced = _FLAG.sub(lambda flag: f" {flag[0].translate(_FLAG_LETTERS)} ", text)
    return " ".join(spaced.split())


def needed(words: Sequence[Word]) -> list[Word]:
    """Return the words without those that begin another word, and so match whenever it does."""
    kept: list[Word] = []
    # The longest first, so that each word is compared with those that may imply it.
    for word in sorted(dict.fromkeys(words), key=lambda word: -len(word.fold)):
        if not any(_implies(other, word) for other in kept):
            kept.append(word)
    return sorted(kept, key=words.index)


def _implies(longer: Word, shorter: Word) -> bool:
    return not shorter.is_whole and all(
        any(spelling.startswith(beginning) for beginning in shorter.spellings)
        for spelling in longer.spellings
    )


def has_word(field: str, word: Word) -> Q:
    """Return the condition that a FoldedField has a word, in any spelling."""
    condition = Q()
    for spelling in word.spellings:
        condition |= Q(**{f"{field}__contains": f" {spelling}{' ' if word.is_whole else ''}"})
        if word.is_whole:
            condition |= Q(**{f"{field}__endswith": f" {spelling}"})
    return condition


def fits(text: str) -> bool:
    """Return whether a search for the text stays within the limits, which hold for its fold."""
    folded = fold(text)
    return len(folded) <= LONGEST_SEARCH and folded.count(" ") < MOST_WORDS


def cut(text: str) -> str:
    """Return the longest beginning of the text that a search takes."""
    text = text[:LONGEST_SEARCH]
    if fits(text):
        return text
    length = bisect_left(range(1, len(text) + 1), True, key=lambda end: not fits(text[:end]))
    return text[:length].strip()
