"""Merge two versions of a text that started from the same base: by paragraph, item, row, sentence.

Hunks of both sides that have nothing to do with each other are both applied. Two belong together if
they change the same blocks, or if a sentence moved from one to the other; where hunks of both sides
belong together, the stretch from the first to the last of them is a collision. So no sentence is
lost and none is doubled. (merge3 joins lines, which would tear lists and tables, and is GPL.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from publishing.revisions.snapshots.alignment import align
from publishing.revisions.snapshots.blocks import (
    CONTAINERS,
    SENTENCE,
    Block,
    are_versions,
    elements,
    joined,
    sentences,
    shell,
    split,
)
from publishing.revisions.snapshots.merged_text import Collision, MergedText, Pieces
from publishing.revisions.snapshots.text_union import said

# Texts with more changes than this are compared as a whole.
MOST_HUNKS = 300


class Hunk(NamedTuple):
    """A change by one side: base[start:end] became `blocks`."""

    side: str
    start: int
    end: int
    old: tuple[Block, ...]
    blocks: tuple[Block, ...]

    @property
    def change(self) -> tuple[int, int, tuple[str, ...]]:
        return self.start, self.end, tuple(block.key for block in self.blocks)

    @property
    def gone(self) -> frozenset[str]:
        return said(self.old) - said(self.blocks)

    @property
    def came(self) -> frozenset[str]:
        return said(self.blocks) - said(self.old)


def merge_texts(base: str, mine: str, theirs: str) -> MergedText | None:
    """Merge two versions of a text; None if they cannot be merged in parts."""
    old, ours, others = split(base, mine, theirs)
    if not old:
        # Both wrote the whole text.
        return None
    pieces = _merge(old, ours, others)
    if pieces is None or (len(pieces) == 1 and isinstance(pieces[0], Collision)):
        return None
    merged = MergedText(pieces)
    for side in (theirs, mine):
        if not merged.collisions and have_same_blocks(merged.text(), side):
            # Not even the white space differs from that side then.
            return MergedText([Block(side, side)])
    return merged


def have_same_blocks(one: str, other: str) -> bool:
    """Return whether two texts differ in nothing but white space between their blocks."""
    blocks, others = split(one, other)
    return [block.key for block in blocks] == [block.key for block in others]


def _merge(
    base: Sequence[Block], mine: Sequence[Block], theirs: Sequence[Block], apart: int = 0
) -> Pieces | None:
    """Merge two lists of blocks; changes with fewer than `apart` blocks between them collide."""
    hunks = [*_hunks("mine", base, mine), *_hunks("theirs", base, theirs)]
    if len(hunks) > MOST_HUNKS:
        return None
    found: list[tuple[int, int, Pieces]] = []
    for group in _groups(hunks, apart):
        found += _resolved(base, group)
    pieces: Pieces = []
    place = 0
    for start, end, content in sorted(found, key=lambda part: part[:2]):
        pieces += [*base[place:start], *content]
        place = end
    return [*pieces, *base[place:]]


def _hunks(side: str, base: Sequence[Block], new: Sequence[Block]) -> list[Hunk]:
    hunks: list[Hunk] = []
    for start, end, new_start, new_end in align(base, new):
        hunk = Hunk(side, start, end, tuple(base[start:end]), tuple(new[new_start:new_end]))
        if hunks and hunks[-1].end == start and _belong_together(hunks[-1], hunk):
            # A block that was split in two, or two that were joined.
            last = hunks.pop()
            hunk = Hunk(side, last.start, end, last.old + hunk.old, last.blocks + hunk.blocks)
        hunks.append(hunk)
    return hunks


# -- Hunks that belong together ------------------------------------------------------------


def _groups(hunks: Sequence[Hunk], apart: int) -> list[list[Hunk]]:
    groups: list[list[Hunk]] = [[hunk] for hunk in hunks]
    for one, other in combinations(hunks, 2):
        if _belong_together(one, other, apart):
            _unite(groups, [one, other])
    # A collision covers what lies between its first and its last hunk.
    while inside := next(_covered(groups), None):
        _unite(groups, inside)
    return groups


def _belong_together(one: Hunk, other: Hunk, apart: int = 0) -> bool:
    if one.side == other.side:
        return bool(one.gone & other.came or one.came & other.gone)
    return _overlap(one.start, one.end, other, apart) or bool(one.came & other.came)


def _overlap(start: int, end: int, hunk: Hunk, apart: int = 0) -> bool:
    is_same_gap = start == end == hunk.start == hunk.end
    return is_same_gap or (start < hunk.end + apart and hunk.start < end + apart)


def _unite(groups: list[list[Hunk]], hunks: Sequence[Hunk]) -> None:
    united = [group for group in groups if any(hunk in group for hunk in hunks)]
    groups[:] = [group for group in groups if group not in united]
    groups.append(list(chain.from_iterable(united)))


def _covered(groups: list[list[Hunk]]) -> Iterator[list[Hunk]]:
    """Yield a collision's first hunk with another group's hunk that lies inside the collision."""
    for group in groups:
        if len({hunk.side for hunk in group}) == 2 and not _is_agreed(group):
            start, end = _reach(group)
            for hunk in chain.from_iterable(other for other in groups if other is not group):
                if _overlap(start, end, hunk):
                    yield [group[0], hunk]


def _reach(group: Sequence[Hunk]) -> tuple[int, int]:
    return min(hunk.start for hunk in group), max(hunk.end for hunk in group)


def _is_agreed(group: Sequence[Hunk]) -> bool:
    """Return whether both sides made the same changes."""
    mine, theirs = ([h.change for h in group if h.side == side] for side in ("mine", "theirs"))
    return sorted(mine) == sorted(theirs)


# -- The result of a group -----------------------------------------------------------------


def _resolved(base: Sequence[Block], group: list[Hunk]) -> list[tuple[int, int, Pieces]]:
    """Return the stretches of the base that a group replaces, each with its new content."""
    mine = [hunk for hunk in group if hunk.side == "mine"]
    theirs = [hunk for hunk in group if hunk.side == "theirs"]
    if not (mine and theirs) or _is_agreed(group):
        return [(hunk.start, hunk.end, [*hunk.blocks]) for hunk in theirs or mine]
    start, end = _reach(group)
    if len(group) == 2 and (content := _both(mine[0], theirs[0])) is not None:
        return [(start, end, content)]
    sides = (_applied(base, hunks, start, end) for hunks in (mine, theirs))
    return [(start, end, [Collision(list(base[start:end]), *sides)])]


def _applied(base: Sequence[Block], hunks: list[Hunk], start: int, end: int) -> list[Block]:
    """Return base[start:end] with the hunks of one side."""
    found: list[Block] = []
    place = start
    for hunk in sorted(hunks, key=lambda hunk: (hunk.start, hunk.end)):
        found += [*base[place : hunk.start], *hunk.blocks]
        place = hunk.end
    return [*found, *base[place:end]]


def _both(mine: Hunk, theirs: Hunk) -> Pieces | None:
    """Return what two hunks at the same place make together, or None if they collide."""
    if (mine.start, mine.end) != (theirs.start, theirs.end):
        return None
    if mine.start == mine.end:
        known = {block.key for block in theirs.blocks}
        more = [block for block in mine.blocks if block.key not in known]
        if said(more) & said(theirs.blocks) or any(
            are_versions(one, other) for one in more for other in theirs.blocks
        ):
            return None
        return [*theirs.blocks, *more]
    if len(mine.old) == len(mine.blocks) == len(theirs.blocks) == 1:
        return _inside(mine.old[0], mine.blocks[0], theirs.blocks[0])
    return None


def _inside(base: Block, mine: Block, theirs: Block) -> Pieces | None:
    """Merge what stands in one block: items, rows or sentences. Return None if it collides."""
    if base.tag == SENTENCE or len({_kind(block.tag) for block in (base, mine, theirs)}) > 1:
        return None
    shells = [shell(block.text) for block in (base, mine, theirs)]
    start, inner, end = zip(*shells, strict=True)
    opening, closing = _one_of(*start), _one_of(*end)
    if opening is None or closing is None:
        return None
    contents = [elements(text) if base.tag in CONTAINERS else None for text in inner]
    if None in contents or not contents[0]:
        has_blocks = base.tag in CONTAINERS and any(contents)
        text = None if has_blocks else _sentence_by_sentence(*inner)
        if not text:
            return None
        return [Block(opening + text + closing, text, base.tag, mine.end or theirs.end)]
    was, ours, others = (content or [] for content in contents)
    pieces = _merge(was, ours, others)
    if pieces is None or not _is_even(base, pieces):
        return None
    return [Block(opening, "", base.tag), *pieces, Block(closing, "", base.tag)]


def _kind(tag: str) -> str:
    """Return the same for elements that staff turn into each other and that hold the same."""
    return {"ol": "ul", "h2": "p", "h3": "p", "h4": "p"}.get(tag, tag)


def _sentence_by_sentence(base: str, mine: str, theirs: str) -> str | None:
    """Merge the sentences of a paragraph; None if changes collide or touch."""
    pieces = _merge(sentences(base), sentences(mine), sentences(theirs), apart=1) or []
    blocks = [piece for piece in pieces if isinstance(piece, Block)]
    return joined(blocks) if len(blocks) == len(pieces) else None


def _one_of(base: str, mine: str, theirs: str) -> str | None:
    """Return the value of the side that changed it; None if both changed it differently."""
    if mine == theirs or theirs == base:
        return mine
    return theirs if mine == base else None


def _is_even(base: Block, pieces: Pieces) -> bool:
    """Return whether all rows of a merged table have the same number of cells."""
    if base.tag not in ("table", "thead", "tbody"):
        return True
    blocks = [block for piece in pieces for block in _versions(piece)]
    if any(isinstance(piece, Collision) for piece in pieces) and base.tag == "table":
        return all(block.tag == "tr" for block in blocks)
    rows = [block.text for block in blocks if block.tag == "tr"]
    return len({row.count("</td>") + row.count("</th>") for row in rows}) <= 1


def _versions(piece: Block | Collision) -> list[Block]:
    return [piece] if isinstance(piece, Block) else [*piece.mine, *piece.theirs]
