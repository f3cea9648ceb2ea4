"""Unite two versions of a text: the changes of both, and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from publishing.revisions.snapshots.alignment import align
from publishing.revisions.snapshots.blocks import (
    CONTAINERS,
    SENTENCE,
    Block,
    elements,
    joined,
    sentences,
    shell,
    statements,
)


def union(base: Sequence[Block], first: Sequence[Block], second: Sequence[Block]) -> list[Block]:
    """Return the sentences of both versions; where they differ, those of `first` come before.

    A sentence of the base that one side replaced or removed does not come back, unless that side
    removed everything.
    """
    were, are, others = map(said, (base, first, second))
    gone = (were - are) | (were - others) if first and second else frozenset[str]()
    return _united(first, second, are, gone)


def said(blocks: Sequence[Block]) -> frozenset[str]:
    """Return the sentences of blocks as bare words."""
    return frozenset(chain.from_iterable(statements(block.text) for block in blocks))


def _united(
    first: Sequence[Block], second: Sequence[Block], known: frozenset[str], gone: frozenset[str]
) -> list[Block]:
    found: list[Block] = []
    place = 0
    for start, end, new_start, new_end in align(first, second):
        found += first[place:start]
        here, there = first[start:end], second[new_start:new_end]
        pair = _one(here[0], there[0], known, gone) if len(here) == len(there) == 1 else None
        found += [pair] if pair else _rest(here, gone) + _rest(there, known | gone)
        place = end
    return [*found, *first[place:]]


def _one(first: Block, second: Block, known: frozenset[str], gone: frozenset[str]) -> Block | None:
    """Return two versions of a block as one; None if they have no part in common."""
    (start, one, end), (_start, other, _end) = shell(first.text), shell(second.text)
    if first.tag != second.tag or first.tag == SENTENCE:
        return None
    parts, others = _parts(first.tag, one), _parts(first.tag, other)
    shared = {part.key for part in parts} & {part.key for part in others}
    if not shared and not gone & (statements(first.text) | statements(second.text)):
        return None
    text = joined(_united(parts, others, known, gone))
    return Block(start + text + end, start + text, first.tag, first.end) if text else None


def _rest(blocks: Sequence[Block], without: frozenset[str]) -> list[Block]:
    return [part for block in blocks for part in _without(block, without)]


def _parts(tag: str, text: str) -> list[Block]:
    return (elements(text) if tag in CONTAINERS else None) or sentences(text)


def _without(block: Block, known: frozenset[str]) -> list[Block]:
    """Return a block without some sentences: whole, in part, or not at all."""
    own = statements(block.text)
    if not own & known:
        return [block]
    if own <= known or block.tag == SENTENCE:
        return []
    start, inner, end = shell(block.text)
    parts = [part for part in _parts(block.tag, inner) if not statements(part.text) <= known]
    text = joined(parts)
    return [Block(start + text + end, start + text, block.tag, block.end)] if text else []
