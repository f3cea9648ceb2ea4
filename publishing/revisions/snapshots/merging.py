"""Compare snapshots, and merge two that started from the same base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple

from publishing.revisions.snapshots.blocks import joined, split
from publishing.revisions.snapshots.equality import same_value
from publishing.revisions.snapshots.merged_text import MergedText
from publishing.revisions.snapshots.text_merge import merge_texts
from publishing.revisions.snapshots.text_union import union

Snapshot = dict[str, dict[str, Any]]
Path = tuple[str, ...]


class Conflict(NamedTuple):
    """A place that two people changed differently. None means that the row was deleted.

    A text that could be merged in part has a conflict for each of its collisions.
    """

    path: Path
    base: Any
    mine: Any
    theirs: Any
    # The merged text and the number of the collision in it; None for a whole value.
    text: MergedText | None = None
    number: int = 0

    @property
    def key(self) -> str:
        return "/".join(self.path) + (f"#{self.number}" if self.text else "")


class MergeResult(NamedTuple):
    """A merged snapshot and its conflicts; where there is a conflict it has the value of `mine`."""

    content: Snapshot
    conflicts: list[Conflict]


def leaves(content: Snapshot) -> dict[Path, Any]:
    """Return every value by path: ("fields", name), ("links", name) or ("rows", part, key, name).

    A row itself has the path ("rows", part, key) and the value True.
    """
    found: dict[Path, Any] = {}
    for name, value in content.get("fields", {}).items():
        found["fields", name] = value
    for name, value in content.get("links", {}).items():
        found["links", name] = value
    for part, rows in content.get("rows", {}).items():
        for key, values in rows.items():
            found["rows", part, key] = True
            for name, value in values.items():
                found["rows", part, key, name] = value
    return found


def differing(old: Snapshot, new: Snapshot) -> Iterator[Path]:
    """Yield the paths at which two snapshots differ; an added or deleted row is one path.

    A field, relation or part that only one of them has came or went with the model and is no
    difference.
    """
    before, after = leaves(old), leaves(new)
    for path in before | after:
        if path in before and path in after:
            if not same_value(before[path], after[path]):
                yield path
        elif path[0] == "rows" and len(path) == 3 and _both_know(path[1], old, new):
            yield path


def _both_know(part: str, old: Snapshot, new: Snapshot) -> bool:
    return part in old.get("rows", {}) and part in new.get("rows", {})


def same(old: Snapshot, new: Snapshot) -> bool:
    return next(differing(old, new), None) is None


def fingerprint(content: Snapshot) -> str:
    """Return a hash of the snapshot."""
    return sha256(dumps(content, sort_keys=True).encode()).hexdigest()


def merge(base: Snapshot, mine: Snapshot, theirs: Snapshot) -> MergeResult:
    """Merge the changes that both sides made since `base`, field by field.

    Links are sets: additions and removals of both sides count, so they never conflict. Texts are
    merged by paragraph, item and sentence, and conflict only where both sides changed the same.
    """
    content = deepcopy(theirs)
    conflicts: dict[Path, list[Conflict]] = {}
    others = set(differing(base, theirs))
    for path in differing(base, mine):
        if path[0] == "links":
            _put(
                content,
                path,
                _merge_sets(*(value_at(side, path) or [] for side in (base, mine, theirs))),
            )
            continue
        if clash := _clash(path, others):
            path = clash
            value, conflicts[path] = _merge_values(
                path, *(value_at(side, path) for side in (base, mine, theirs))
            )
        else:
            value = value_at(mine, path)
        _put(content, path, value)
    return MergeResult(content, [conflict for found in conflicts.values() for conflict in found])


def _merge_values(path: Path, base: Any, mine: Any, theirs: Any) -> tuple[Any, list[Conflict]]:
    """Return the merged value, with that of `mine` in place of each conflict."""
    if mine == theirs:
        return theirs, []
    are_texts = all(isinstance(value, str) for value in (base, mine, theirs))
    text = merge_texts(base, mine, theirs) if are_texts else None
    if text is None:
        return mine, [Conflict(path, base, mine, theirs)]
    conflicts = [
        Conflict(path, joined(was), joined(ours), joined(others), text, number)
        for number, (was, ours, others) in enumerate(text.collisions)
    ]
    return text.text(), conflicts


def _merge_sets(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    old, wanted = set(base), set(mine)
    return sorted((set(theirs) - (old - wanted)) | (wanted - old))


def _clash(path: Path, others: set[Path]) -> Path | None:
    """Return the smallest place that this change shares with the others: a value or a whole row."""
    if path in others:
        return path
    row = path[:3]
    if len(path) == 4 and row in others:
        # They deleted the row of this value.
        return row
    if len(path) == 3 and any(other[:3] == row for other in others):
        # This deletes a row that they changed.
        return row
    return None


def resolve(merged: MergeResult, choices: Mapping[str, str]) -> MergeResult:
    """Apply choices to the conflicts: conflict key to "mine", "theirs" or "both" (for texts)."""
    content, left = deepcopy(merged.content), []
    chosen: dict[Path, dict[int, str]] = {}
    for conflict in merged.conflicts:
        choice = choices.get(conflict.key, "")
        is_text = isinstance(conflict.mine, str) and isinstance(conflict.theirs, str)
        if choice not in ("mine", "theirs", *(("both",) if is_text else ())):
            left.append(conflict)
        elif conflict.text:
            # The collisions of a text are put into it together.
            chosen.setdefault(conflict.path, {})[conflict.number] = choice
            _put(content, conflict.path, conflict.text.text(chosen[conflict.path]))
        else:
            _put(content, conflict.path, chosen_value(conflict, choice))
    return MergeResult(content, left)


def chosen_value(conflict: Conflict, choice: str) -> Any:
    """Return the value of a conflict, or of a part of a text, after a choice."""
    if choice == "both":
        base, theirs, mine = split(conflict.base or "", conflict.theirs, conflict.mine)
        return joined(union(base, theirs, mine))
    return conflict.theirs if choice == "theirs" else conflict.mine


def value_at(content: Mapping[str, Any], path: Path) -> Any:
    """Return the value at a path, or None where the snapshot has none."""
    value: Any = content
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _put(content: dict[str, Any], path: Path, value: Any) -> None:
    inner = content
    for step in path[:-1]:
        inner = inner.setdefault(step, {})
    if value is None and path[0] == "rows" and len(path) == 3:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = deepcopy(value)
