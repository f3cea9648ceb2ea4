"""The nearest known word or name to a misspelt one, to offer it: "Did you mean …?"."""

from collections.abc import Sequence

LEAST_SIMILARITY = 75
"""The least similarity of two words in percent: the letters that both have in the same order."""

SIMILAR = 80
"""The similarity from which two words with the same beginning may differ by several errors."""

# A text of any length is compared by its beginning; and the most names that are looked at closely.
LONGEST, MOST_COMPARED = 100, 20


def nearest(text: str, names: Sequence[str], least: int = LEAST_SIMILARITY) -> str:
    """Return the folded name that differs least from a folded text; "" if none is near.

    Near is one typing error: a letter too many, missing, another, or two in the wrong order; or
    several, if both are similar and begin with the same letter. So “Belfats” is Belfast, but
    “Geneva” is no “General” and “Sevilla” no “Villa”.

    >>> nearest("wakfield", ["bradford", "wakefield"]), nearest("geneva", ["general"])
    ('wakefield', '')
    """
    # Loaded by the first search that finds nothing: 3 MiB.
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA

    text = text[:LONGEST]
    close = process.extract(text, names, scorer=fuzz.ratio, score_cutoff=least, limit=MOST_COMPARED)
    near = [
        (similarity, name)
        for name, similarity, _place in close
        if OSA.distance(text, name, score_cutoff=1) <= 1
        or (similarity >= SIMILAR and name[:1] == text[:1])
    ]
    # Of equally near names the first.
    return max(near, key=lambda pair: pair[0], default=(0.0, ""))[1]
