"""Highlight search words in a text with <mark>, by the rules of the search itself."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from publishing.content.english import deciding_words, stem
from publishing.content.folding import fold, spellings
from publishing.content.search_words import Word

EXCERPT = 200
"""The length of the excerpt of a long text in a result, in characters, about."""

# Ends of sentences, but not of abbreviations ("St.", "Dr."), before a capital or a digit.
_SENTENCE_END = re.compile(r"(?<=[^\s.]{3}[.!?])[”’\")]*\s+(?=[“‘\"(]?[A-Z0-9])")


@lru_cache(maxsize=8192)
def _is_in_word(character: str) -> bool:
    """Return whether search treats the character as part of a word: letters, digits, accents, ’."""
    return " " not in fold(f"a{character}a")


def words_of(text: str) -> Iterable[tuple[str, bool]]:
    """Yield the pieces of the text in order: (piece, whether it is a word).

    >>> list(words_of("Côte d’Ivoire!"))
    [('Côte', True), (' ', False), ('d’Ivoire', True), ('!', False)]
    """
    for is_word, characters in groupby(text, _is_in_word):
        yield "".join(characters), is_word


class Sought(NamedTuple):
    """The words that a search marks: folded beginnings, and stems of words marked whole."""

    beginnings: Sequence[str]
    stems: frozenset[str]


def sought_in_names(text: str) -> Sought:
    """Return what a search for the text marks in names, which have no stems."""
    words = marked_words(text)
    return Sought(_beginnings(words), frozenset(w.fold for w in words if w.is_whole))


def sought_in_prose(text: str) -> Sought:
    """Return what a search for the text marks in English prose."""
    words = marked_words(text)
    return Sought(_beginnings(words), frozenset(stem(word.fold) for word in words))


def marked_words(text: str) -> list[Word]:
    """Return the words that decide the search, but no single letters, which say nothing."""
    return [word for word in deciding_words(text) if len(word.fold) > 1 or not word.fold.isascii()]


def _beginnings(words: Iterable[Word]) -> list[str]:
    return [s for word in words if not word.is_whole for s in word.spellings]


def highlight(
    text: str, beginnings: Sequence[str], stems: Collection[str] = frozenset()
) -> SafeString:
    """Return the text, HTML-safe, with the words and beginnings of words that matched in <mark>.

    Both are folded: case and accents do not count, as in the search itself.

    >>> highlight("Écully & <Lyon>", ["ecu"])
    '<mark>Écu</mark>lly &amp; &lt;Lyon&gt;'
    """
    pieces = []
    for piece, is_word in words_of(text):
        length = _match_length(piece, beginnings, stems) if is_word else 0
        if length:
            pieces.append(f"<mark>{escape(piece[:length])}</mark>")
        pieces.append(escape(piece[length:]))
    # Every piece was escaped on its own; only the marks are HTML.
    return mark_safe("".join(pieces))  # noqa: S308


def _match_length(word: str, beginnings: Sequence[str], stems: Collection[str]) -> int:
    """Return how many characters of the word match: all of them, or its longest beginning."""
    folds = spellings(word)
    if any(stem(fold) in stems for fold in folds):
        return len(word)
    wanted = max((one for one in beginnings if _begins(folds, one)), key=len, default="")
    if not wanted:
        return 0
    ends = range(1, len(word) + 1)
    length = next(end for end in ends if _begins(spellings(word[:end]), wanted))
    # Combining accents that follow belong to the last letter.
    while length < len(word) and not fold(word[length]):
        length += 1
    return length


def _begins(folds: Iterable[str], beginning: str) -> bool:
    return any(fold.startswith(beginning) for fold in folds)


def best_sentence(
    text: str, beginnings: Sequence[str], stems: Collection[str] = frozenset()
) -> str:
    """Return the sentence of a text of several lines that has the most of the words sought.

    Of two, a whole sentence is preferred to a heading, and the earlier to the later. A long one is
    cut around its first match.
    """
    sentences = [part for line in text.splitlines() for part in _SENTENCE_END.split(line)]

    wanted = [Sought([one], frozenset()) for one in beginnings]
    wanted += [Sought([], frozenset([one])) for one in stems]

    def weight(sentence: str) -> tuple[int, bool]:
        pieces = [piece for piece, is_word in words_of(sentence) if is_word]
        found = sum(any(_match_length(piece, *one) for piece in pieces) for one in wanted)
        return found, sentence.endswith((".", "!", "?", "”", ")"))

    best = max(sentences, key=weight, default="")
    return best if len(best) <= 2 * EXCERPT else excerpt(best, beginnings, stems)


def excerpt(text: str, beginnings: Sequence[str], stems: Collection[str] = frozenset()) -> str:
    """Return the part of a long text around its first match, in whole words; else its beginning."""
    pieces = list(words_of(text))
    place = 0
    for piece, is_word in pieces:
        if is_word and _match_length(piece, beginnings, stems):
            break
        place += len(piece)
    else:
        place = 0
    start = max(0, place - EXCERPT // 3)
    if start:
        start = text.find(" ", start) + 1
    end = len(text) if start + EXCERPT >= len(text) else text.rfind(" ", start, start + EXCERPT)
    end = end if end > place else min(len(text), start + EXCERPT)
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"
