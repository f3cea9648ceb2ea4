"""The nearest known word for one that is misspelt: in searches, and in names of countries."""

from collections.abc import Collection

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

LEAST_SIMILARITY = 75
"""The least similarity of two words in percent: the letters that both have in the same order."""

SIMILAR = 80
"""The similarity from which two words with the same beginning may differ by several errors."""

# The most words that are looked at closely.
MOST_COMPARED = 20


def nearest_word(word: str, known: Collection[str]) -> str:
    """Return the known word that differs least from this one; "" if none is near.

    Near is one typing error: a letter too many, missing, another, or two in the wrong order; or
    several, if the words are similar and begin with the same letter. So “Belfats” is Belfast, but
    “Geneva” is no “General” and “Sevilla” no “Villa”.
    """
    close = process.extract(
        word, known, scorer=fuzz.ratio, score_cutoff=LEAST_SIMILARITY, limit=MOST_COMPARED
    )
    near = [
        (similarity, other)
        for other, similarity, _place in close
        if OSA.distance(word, other, score_cutoff=1) <= 1
        or (similarity >= SIMILAR and other[0] == word[0])
    ]
    # Of equally near words the first.
    return max(near, key=lambda pair: pair[0], default=(0.0, ""))[1]
