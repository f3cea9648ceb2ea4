"""Align the blocks of two versions of a text: unchanged, changed, added and removed ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from publishing.revisions.snapshots.blocks import LEAST_SHARED, Block, likeness

# Comparing takes time with the product of both lengths; longer stretches count as rewritten.
MOST_COMPARISONS = 250_000
MOST_PAIRS = 2_500


class Span(NamedTuple):
    """A changed stretch: old[start:end] became new[new_start:new_end]."""

    start: int
    end: int
    new_start: int
    new_end: int


def align(old: Sequence[Block], new: Sequence[Block]) -> list[Span]:
    """Return the changed stretches, each as short as possible.

    A block that was edited is a stretch of its own, and so is every removed block.
    """
    before, after = [block.key for block in old], [block.key for block in new]
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    inner, other = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(inner) * len(other) > MOST_COMPARISONS:
        return [Span(head, head + len(inner), head, head + len(other))]
    matcher = SequenceMatcher(None, inner, other, autojunk=False)
    return [
        span
        for kind, i, j, k, m in matcher.get_opcodes()
        if kind != "equal"
        for span in _refined(old, new, Span(head + i, head + j, head + k, head + m))
    ]


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    """Return the length of the common prefix."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))


def _refined(old: Sequence[Block], new: Sequence[Block], span: Span) -> Iterator[Span]:
    """Yield a span in parts: versions of one block in pairs, and what stands between them."""
    i, j = span.start, span.new_start
    for start, new_start in [*_versions(old, new, span), (span.end, span.new_end)]:
        if new_start > j:
            yield Span(i, start, j, new_start)
        else:
            yield from (Span(gone, gone + 1, j, j) for gone in range(i, start))
        if start < span.end:
            yield Span(start, start + 1, new_start, new_start + 1)
        i, j = start + 1, new_start + 1


def _versions(old: Sequence[Block], new: Sequence[Block], span: Span) -> list[tuple[int, int]]:
    """Return the pairs of places with versions of the same block, in order."""
    start, end, new_start, new_end = span
    if (end - start) * (new_end - new_start) > MOST_PAIRS:
        return []
    likenesses = [
        (likeness(old[i].text, new[j].text), i, j)
        for i in range(start, end)
        for j in range(new_start, new_end)
    ]
    pairs: list[tuple[int, int]] = []
    for value, i, j in sorted(likenesses, key=lambda found: (-found[0], abs(found[1] - found[2]))):
        if value < LEAST_SHARED:
            break
        if all((i < k and j < m) or (i > k and j > m) for k, m in pairs):
            pairs.append((i, j))
    return sorted(pairs)
