"""Near-doubles: records whose names differ as two ways to write one name do.

Two names are near if they are the same without case, accents and invisible characters, with
German and Scandinavian letters transcribed, "Saint" abbreviated and spaces left out; or if one
letter after the first is added, missing, different or swapped, in a word of six letters and more:
Chiang Mai is not Chiang Rai. Digits must be the same: "District 1" is not "District 2".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from publishing.content.folding import fold, spellings
from publishing.content.identity import IdentityField, name_of
from publishing.content.publishable import not_trashed

# Words of place names that are written out or abbreviated.
_ABBREVIATED = {
    "saint": "st", "sankt": "st", "sant": "st", "sainte": "ste", "santa": "sta",
    "mount": "mt", "mont": "mt", "fort": "ft", "and": "",
}  # fmt: skip
# In shorter names, one letter makes another name: Bari, Bali.
LEAST_LETTERS = 6
# With one letter changed, a name still has its first or its last letters.
SAME_LETTERS = 3
# So many groups are read one by one, and then the rest at once.
FEW_GROUPS = 3


class Double(NamedTuple):
    """A record of nearly the same name: its key, and its name with what tells it from others."""

    pk: Any
    label: str


class _Known(NamedTuple):
    """A name of a record that exists."""

    pk: Any
    form: str
    part: str


class _Group:
    """The names of the records among which a record must be the only one of its name."""

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}
        self.by_form: dict[str, list[_Known]] = defaultdict(list)
        self.by_letters: dict[str, list[_Known]] = defaultdict(list)

    def add(self, known: _Known) -> None:
        self.by_form[_joined(known.form)].append(known)
        for letters in _letters(known.form):
            self.by_letters[letters].append(known)

    def near(self, form: str) -> Iterator[_Known]:
        yield from self.by_form.get(_joined(form), ())
        for letters in _letters(form):
            for known in self.by_letters.get(letters, ()):
                if is_one_letter_off(form, known.form):
                    yield known


class NearDoubles:
    """Finder of near-doubles among rows that the person may see; with one load for each group.

    It reads all names of a group when first asked about it, for instance those of a country; and
    those of all groups when asked about many of them.
    """

    def __init__(self, rows: models.QuerySet[Any]) -> None:
        self.model: Any = rows.model
        self.rows = not_trashed(rows).prefetch_related(None).order_by()
        self.identity: Any = identity_of(self.model)
        self._groups: defaultdict[tuple[Any, ...], _Group] = defaultdict(_Group)
        self._has_all = False

    def of(self, record: Any) -> list[Double]:
        """Return the records with nearly the name of this one, itself left out."""
        if self.identity is None:
            return []
        group, part = self._group(record), fold(self._part(record))
        found: dict[Any, Double] = {}
        for form in forms(str(getattr(record, name_of(self.model)))):
            for known in group.near(form):
                # Two places of one name that are told apart.
                are_apart = part and known.part and part != known.part
                if known.pk != record.pk and not are_apart:
                    found[known.pk] = Double(known.pk, self._label(record, group.names[known.pk]))
        return list(found.values())

    def _label(self, record: Any, name: str) -> str:
        # What tells records of one group from those of others is the same for all of them.
        hints = ", ".join(record.slug_hints())
        return f"{name} ({hints})" if hints else name

    def _part(self, record: Any) -> str:
        """Return what tells this record from others of its name in its group."""
        return " ".join(str(getattr(record, name) or "") for name in self._texts()[1:])

    def _texts(self) -> list[str]:
        """Return the sources of the identity that people type: the name first."""
        name = name_of(self.model)
        fields = (self.model._meta.get_field(source) for source in self.identity.sources)
        typed = [f.name for f in fields if not (f.remote_field or f.choices)]
        return [name, *(source for source in typed if source != name)]

    def _group(self, record: Any) -> _Group:
        names = [name for name in self.identity.sources if name not in self._texts()]
        columns = [self.model._meta.get_field(name).attname for name in names]
        key = tuple(getattr(record, column) for column in columns)
        if key not in self._groups and not self._has_all:
            is_one_of_few = len(self._groups) < FEW_GROUPS
            self._load(columns, dict(zip(columns, key, strict=True)) if is_one_of_few else {})
        return self._groups[key]

    def _load(self, columns: list[str], where: dict[str, Any]) -> None:
        """Read the names of a group; those of all groups if there is no condition."""
        self._has_all = not where
        if self._has_all:
            self._groups.clear()
        else:
            self._groups[tuple(where.values())] = _Group()
        rows = self.rows.filter(**where)
        name, *parts = self._texts()
        for source in dict.fromkeys((name, *self.model.name_sources)):
            # A record without any row of a relation has None there.
            for pk, main, text, *values in rows.values_list("pk", name, source, *columns, *parts):
                key, part = tuple(values[: len(columns)]), values[len(columns) :]
                group = self._groups[key]
                group.names[pk] = main
                for form in forms(text or ""):
                    group.add(_Known(pk, form, fold(" ".join(part))))


def identity_of(model: type[models.Model]) -> IdentityField | None:
    """Return the field of a model that tells its records apart by name; None without one."""
    try:
        field = model._meta.get_field("identity_key")
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, IdentityField) else None


def forms(name: str) -> set[str]:
    """Return the forms of a name that are compared.

    >>> forms("Saint-Denis"), sorted(forms("Köln"))
    ({'st denis'}, ['koeln', 'koln'])
    """
    return {form for spelling in spellings(name) if (form := _form(spelling))}


def _form(folded: str) -> str:
    words = (_ABBREVIATED.get(word, word) for word in folded.split())
    return " ".join(filter(None, words))


def _joined(form: str) -> str:
    return form.replace(" ", "")


def _letters(form: str) -> tuple[str, ...]:
    if len(form) < LEAST_LETTERS - 1:
        return ()
    return f"^{form[:SAME_LETTERS]}", f"{form[-SAME_LETTERS:]}$"


def is_one_letter_off(one: str, other: str) -> bool:
    """Return whether one letter of a long word is added, missing, different, or swapped.

    >>> is_one_letter_off("bilbao", "bilbaoo"), is_one_letter_off("chiang mai", "chiang rai")
    (True, False)
    """
    # Only staff compare names: see `near_words.nearest`.
    from rapidfuzz.distance import OSA, Prefix

    if one[:1] != other[:1] or OSA.distance(one, other, score_cutoff=1) != 1:
        return False
    shorter, longer = sorted((one, other), key=len)
    start = Prefix.similarity(shorter, longer)
    word = longer[longer.rfind(" ", 0, start + 1) + 1 :].partition(" ")[0]
    changed = longer[start : start + 1] + shorter[start : start + 1]
    return len(word) >= LEAST_LETTERS and changed.isalpha()
