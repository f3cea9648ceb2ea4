"""Find the name that a misspelt text is nearest to, among thousands."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from difflib import SequenceMatcher

# The least similarity of a name and its misspelling, from 0 to 1 (Ratcliff and Obershelp's
# measure), and how many of the names with most triples of letters in common are compared.
_LEAST, _COMPARED = 0.75, 20


class NearNames:
    """Index of folded names by the triples of letters in them, which a slip mostly keeps."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_triple: defaultdict[str, list[str]] = defaultdict(list)
        for name in names:
            for triple in _triples(name):
                self._by_triple[triple].append(name)

    def nearest(self, name: str) -> str | None:
        """Return the nearest name; None if none is similar."""
        common = Counter(n for triple in _triples(name) for n in self._by_triple.get(triple, ()))
        matcher = SequenceMatcher(b=name, autojunk=False)
        best = (_LEAST, "")
        for other, _count in common.most_common(_COMPARED):
            matcher.set_seq1(other)
            best = max(best, (matcher.ratio(), other))
        return best[1] or None


def _triples(name: str) -> set[str]:
    # A text of any length is compared by its beginning.
    padded = f"  {name[:100]} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
