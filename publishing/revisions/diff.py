"""Differences between two snapshots, in words, for the history and for conflicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.defaultfilters import linebreaksbr
from django.utils import formats
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.moments import localtime
from publishing.content.richtext import RichTextField, clean_html
from publishing.content.text_references import render, spelled_out
from publishing.revisions.block_diff import html_text, in_its_container, mark_blocks
from publishing.revisions.snapshots import (
    Conflict,
    Path,
    Snapshot,
    chosen_value,
    content_fields,
    differing,
    have_same_blocks,
    part_relation,
    value_at,
)
from publishing.revisions.snapshots.blocks import elements
from publishing.revisions.word_diff import mark_words, marked_word

NONE: Mapping[str, str] = {}


class Difference(NamedTuple):
    """One value that differs. `old` and `new` are texts, "" for nothing.

    `marked` shows both as one; it is empty if nothing differs that staff can see or have typed:
    the seconds of a moment, or white space between paragraphs.
    """

    label: str
    old: str
    new: str
    marked: SafeString


class ConflictRow(NamedTuple):
    """A conflict in words, for the page that asks staff to choose."""

    key: str
    label: str
    base: str
    mine: str
    theirs: str
    can_join: bool
    # Both sides as HTML, with marks on their differences from the base.
    marked_mine: SafeString
    marked_theirs: SafeString
    # The lines around a collision in a text.
    before: str
    after: str
    # The result of each choice as HTML, and the choice made before.
    results: dict[str, SafeString]
    choice: str


def differences(
    model: type[models.Model], old: Snapshot | None, new: Snapshot | None
) -> list[Difference]:
    """Return the differences between two snapshots of a record, in the order of its form."""
    before, after = old or _empty(new), new or _empty(old)
    words = SnapshotFormatter(model, [before, after])
    found = (words.difference(path, before, after) for path in differing(before, after))
    return [difference for difference in found if difference.marked]


def conflict_rows(
    model: type[models.Model], conflicts: Iterable[Conflict], choices: Mapping[str, str] = NONE
) -> list[ConflictRow]:
    """Return the conflicts in words, with the choices made so far."""
    conflicts = list(conflicts)
    words = SnapshotFormatter(model, [])
    for conflict in conflicts:
        for value in (conflict.base, conflict.mine, conflict.theirs):
            words.learn(conflict.path, value)
    return [_conflict_row(words, conflict, choices.get(conflict.key, "")) for conflict in conflicts]


def _conflict_row(words: SnapshotFormatter, conflict: Conflict, choice: str) -> ConflictRow:
    path, base, mine, theirs = conflict[:4]
    can_join = words.is_text(path) and bool(mine and theirs)
    label, before, after = words.label(path), "", ""
    if conflict.text:
        before, after = (html_text(side) for side in conflict.text.around(conflict.number))
        total = len(conflict.text.collisions)
        if total > 1:
            values = {"label": label, "number": conflict.number + 1, "total": total}
            label = _("%(label)s, place %(number)s of %(total)s") % values
    return ConflictRow(
        conflict.key,
        label,
        words.text(path, base),
        words.text(path, mine),
        words.text(path, theirs),
        can_join,
        words.marked(path, base, mine) or words.as_page(path, mine),
        words.marked(path, base, theirs) or words.as_page(path, theirs),
        before.rpartition("\n")[2],
        after.partition("\n")[0],
        {
            name: words.as_page(path, chosen_value(conflict, name))
            for name in ("mine", "theirs", "both")[: 3 if can_join else 2]
        },
        choice,
    )


def merged_values(
    model: type[models.Model], conflicts: Iterable[Conflict], content: Snapshot
) -> list[tuple[str, SafeString]]:
    """Return (label, HTML) of the whole values in which there were conflicts."""
    words = SnapshotFormatter(model, [content])
    paths = dict.fromkeys(conflict.path for conflict in conflicts)
    return [(words.label(path), words.as_page(path, value_at(content, path))) for path in paths]


def _empty(like: Snapshot | None) -> Snapshot:
    """Return a snapshot with the same fields and parts, all of them empty."""
    like = like or {}
    return {
        "fields": dict.fromkeys(like.get("fields", {}), ""),
        "links": {name: [] for name in like.get("links", {})},
        "rows": {part: {} for part in like.get("rows", {})},
    }


class SnapshotFormatter:
    """Format labels and values of a model's snapshots; related records are loaded in bulk."""

    def __init__(self, model: type[models.Model], contents: Iterable[Snapshot]) -> None:
        self.model = model
        self._keys: dict[Any, set[Any]] = defaultdict(set)
        self._names: dict[Any, dict[Any, str]] = {}
        # Rich texts with the names of what they refer to, which takes queries.
        self._spelled: dict[str, str] = {}
        for content in contents:
            for name, value in content.get("fields", {}).items():
                self.learn(("fields", name), value)
            for name, value in content.get("links", {}).items():
                self.learn(("links", name), value)
            for part, rows in content.get("rows", {}).items():
                for key, values in rows.items():
                    self.learn(("rows", part, key), values)

    # -- What stands behind a path -------------------------------------------------------

    def field(self, path: Path) -> Any:
        """Return the model field at a path; None for a row or an unknown field."""
        if path[0] == "rows":
            kind = self.row_model(path)
            fields = content_fields(kind) if kind and len(path) == 4 else []
            return next((field for field in fields if field.name == path[3]), None)
        candidates = [*self.model._meta.concrete_fields, *self.model._meta.many_to_many]
        return next((field for field in candidates if field.name == path[1]), None)

    def row_model(self, path: Path) -> Any:
        """Return the model of a part's rows; None if the record no longer has that part."""
        try:
            return part_relation(self.model, path[1]).related_model
        except FieldDoesNotExist:
            return None

    def label(self, path: Path) -> str:
        field = self.field(path)
        if path[0] != "rows":
            return capfirst(str(field.verbose_name)) if field else path[1]
        rows = self.row_model(path)
        kind = capfirst(str(rows._meta.verbose_name if rows else path[1]))
        return f"{kind}: {field.verbose_name}" if field else kind

    def is_text(self, path: Path) -> bool:
        """Return whether two values at this path can be joined, one after the other."""
        return isinstance(self.field(path), models.TextField)

    def learn(self, path: Path, value: Any) -> None:
        """Note the keys that a value refers to, so that they are loaded together."""
        if path[0] == "rows" and len(path) == 3:
            for name, inner in (value or {}).items():
                self.learn((*path, name), inner)
            return
        target = self._target(path)
        if target and value:
            self._keys[target].update(value if isinstance(value, list) else [value])

    def _target(self, path: Path) -> Any:
        remote = getattr(self.field(path), "remote_field", None)
        return remote.model if remote else None

    def name_of(self, target: Any, key: Any) -> str:
        """Return the name of a related record; its key if the relation itself no longer exists."""
        if target is None:
            return str(key)
        if target not in self._names:
            rows = target._base_manager.in_bulk(self._keys[target])
            self._names[target] = {key: str(row) for key, row in rows.items()}
        return self._names[target].get(key) or _("(deleted)")

    # -- Values in words -----------------------------------------------------------------

    def text(self, path: Path, value: Any) -> str:
        """Return the value in words, "" for nothing."""
        if value is None or value == "" or value == []:
            return ""
        if path[0] == "rows" and len(path) == 3:
            parts = [(self.field((*path, name)), name, inner) for name, inner in value.items()]
            return "; ".join(
                f"{field.verbose_name if field else name}: {said}"
                for field, name, inner in parts
                if (said := self.text((*path, name), inner))
            )
        field, target = self.field(path), self._target(path)
        if path[0] == "links":
            return ", ".join(sorted(self.name_of(target, key) for key in value))
        if target:
            return self.name_of(target, value)
        if getattr(field, "choices", None):
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(field, RichTextField):
            return html_text(self._spelled_out(value))
        return _plain_text(field, value)

    def _spelled_out(self, html: str) -> str:
        if html not in self._spelled:
            self._spelled[html] = spelled_out(html)
        return self._spelled[html]

    def difference(self, path: Path, old: Snapshot, new: Snapshot) -> Difference:
        before, after = value_at(old, path), value_at(new, path)
        label = self.label(path)
        old_text, new_text = self.text(path, before), self.text(path, after)
        if path[0] == "links":
            target = self._target(path)
            gone = [self.name_of(target, key) for key in before or () if key not in (after or ())]
            came = [self.name_of(target, key) for key in after or () if key not in (before or ())]
            return Difference(label, old_text, new_text, _mark_sets(sorted(gone), sorted(came)))
        if len(path) == 4:
            row = self.text(path[:3], value_at(new, path[:3]))
            label = f"{label} ({row})" if row else label
        marked = self.marked(path, before, after)
        return Difference(label, old_text, new_text, marked)

    def marked(self, path: Path, old: Any, new: Any) -> SafeString:
        """Return two values as one, with marks on what differs; empty if nothing does."""
        if isinstance(self.field(path), RichTextField):
            texts = [self._spelled_out(value or "") for value in (old, new)]
            if have_same_blocks(*texts):
                return SafeString("")
            if None not in map(elements, texts):
                return mark_blocks(*texts)
        before, after = self.text(path, old), self.text(path, new)
        if before == after:
            is_rich = isinstance(self.field(path), RichTextField)
            said = _("The words are the same; their formatting or links changed.")
            return format_html("{}", said) if is_rich else SafeString("")
        return (mark_blocks if "\n" in before + after else mark_words)(before, after)

    def as_page(self, path: Path, value: Any) -> SafeString:
        """Return the value as a public page shows it: rich text as HTML, all else in words."""
        if isinstance(self.field(path), RichTextField):
            return render(clean_html(in_its_container(value or "")))
        return linebreaksbr(self.text(path, value), autoescape=True)


def _plain_text(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return str(formats.date_format(localtime(moment), "j F Y, H:i"))
    if isinstance(field, models.DateField) and (day := parse_date(str(value))):
        return str(formats.date_format(day, "j F Y"))
    return str(value)


def _mark_sets(gone: list[str], came: list[str]) -> SafeString:
    marked = [marked_word("del", name) for name in gone] + [
        marked_word("ins", name) for name in came
    ]
    return format_html_join(", ", "{}", ((piece,) for piece in marked))
