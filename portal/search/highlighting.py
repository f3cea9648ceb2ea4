"""Highlight search words in a text with <mark>, by the rules of the search itself."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from publishing.content.folding import fold

EXCERPT = 200
"""How many characters of a long text a result shows, about."""


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


def highlight(text: str, words: Sequence[str]) -> SafeString:
    """Return the text, HTML-safe, with the matching beginnings of words in <mark>.

    `words` are folded. Case and accents do not count, as in the search itself.

    >>> highlight("Écully & <Lyon>", ["ecu"])
    '<mark>Écu</mark>lly &amp; &lt;Lyon&gt;'
    """
    pieces = []
    for piece, is_word in words_of(text):
        length = _match_length(piece, words) if is_word else 0
        if length:
            pieces.append(f"<mark>{escape(piece[:length])}</mark>")
        pieces.append(escape(piece[length:]))
    # Every piece was escaped on its own; only the marks are HTML.
    return mark_safe("".join(pieces))  # noqa: S308


def _match_length(word: str, words: Sequence[str]) -> int:
    """Return how many characters at the beginning of the word match the longest of these words."""
    folded = fold(word)
    wanted = max((len(other) for other in words if folded.startswith(other)), default=0)
    if not wanted:
        return 0
    length = 1
    while len(fold(word[:length])) < wanted:
        length += 1
    # Combining accents that follow belong to the last letter.
    while length < len(word) and not fold(word[length]):
        length += 1
    return length


def excerpt(text: str, words: Sequence[str]) -> str:
    """Return the part of a long text around its first match, in whole words; else its beginning."""
    pieces = list(words_of(text))
    place = 0
    for piece, is_word in pieces:
        if is_word and _match_length(piece, words):
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
