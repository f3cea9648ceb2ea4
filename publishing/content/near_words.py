"""The nearest known word or name to a misspelt one, to offer it: "Did you mean …?"."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

LEAST_SIMILARITY = 75
"""The least similarity of two words in percent: of their letters, those in common in their order.

A letter may be missing from a short word and two from a long one.
"""

# A text of any length is compared by its beginning.
LONGEST = 100


def nearest(text: str, names: Sequence[str], least: int = LEAST_SIMILARITY) -> str:
    """Return the one of these folded names that is nearest to a folded text; "" if none is similar.

    >>> nearest("wakfield", ["bradford", "wakefield"]), nearest("york", ["bradford"])
    ('wakefield', '')
    """
    found = process.extractOne(text[:LONGEST], names, scorer=fuzz.ratio, score_cutoff=least)
    return found[0] if found else ""
