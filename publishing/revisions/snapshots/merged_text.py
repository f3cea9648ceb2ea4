"""A merged text: what both sides agree on, and the collisions between that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from publishing.revisions.snapshots.blocks import Block, joined
from publishing.revisions.snapshots.text_union import union


class Collision(NamedTuple):
    """A stretch that both sides changed differently."""

    base: list[Block]
    mine: list[Block]
    theirs: list[Block]


Pieces = list[Block | Collision]


class MergedText(NamedTuple):
    """A merged text: blocks, and collisions in the order of the text."""

    pieces: Pieces

    @property
    def collisions(self) -> list[Collision]:
        return [piece for piece in self.pieces if isinstance(piece, Collision)]

    def text(self, choices: Mapping[int, str] | None = None) -> str:
        """Return the text; a choice ("mine", "theirs", "both") by the number of its collision."""
        return joined(self.blocks(choices))

    def around(self, number: int) -> tuple[str, str]:
        """Return the text before and after a collision."""
        places = [n for n, piece in enumerate(self.pieces) if isinstance(piece, Collision)]
        place = places[number]
        return MergedText(self.pieces[:place]).text(), MergedText(self.pieces[place + 1 :]).text()

    def blocks(self, choices: Mapping[int, str] | None = None) -> list[Block]:
        found: list[Block] = []
        number = 0
        for piece in self.pieces:
            if isinstance(piece, Collision):
                found += chosen(piece, (choices or {}).get(number, "mine"))
                number += 1
            else:
                found.append(piece)
        return found


def chosen(collision: Collision, choice: str) -> list[Block]:
    """Return the blocks of a collision after a choice."""
    if choice == "both":
        return union(collision.base, collision.theirs, collision.mine)
    return collision.theirs if choice == "theirs" else collision.mine
