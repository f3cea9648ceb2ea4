"""Find the records of one kind by any of their names, without a query for each name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, Protocol

from django.db import models

from publishing.content.folding import fold, spellings
from publishing.content.identity import IdentityField
from publishing.content.near_words import nearest
from publishing.content.slugs import Slugged


class NameLookup(NamedTuple):
    """Names that a kind of record has besides those in its rows.

    A QuerySet with a method `name_lookup` offers them, as that of countries does.
    """

    named: Callable[[str], list[Any]]
    """Return the keys of the records with exactly this name."""
    nearest: Callable[[str], Any]
    """Return the key of the record whose name is misspelt here, or None."""
    is_known: Callable[[str], bool]
    """Return whether this is a name in general use, also of something that has no record."""


class Qualifiers(Protocol):
    """Protocol of an object that finds and names the records that tell others apart."""

    def keys_of(self, model: type[models.Model], text: str) -> list[Any]: ...

    def label(self, model: type[models.Model], key: Any) -> str: ...


class IndexedRecord(NamedTuple):
    """A record in an index: its natural key, its name, and what tells it from its namesakes."""

    natural_key: str
    name: str
    told_apart_by: tuple[Any, ...]


class RecordIndex:
    """The records of a QuerySet by key, natural key, name, and "name, country"."""

    def __init__(
        self, rows: models.QuerySet[Any], natural_key: str | None, qualifiers: Qualifiers
    ) -> None:
        model = rows.model
        self.qualifiers = qualifiers
        self._rows = rows
        self.name_field = model.slug_source if issubclass(model, Slugged) else None
        self.fields = distinguishing_fields(model)
        columns = [natural_key or "pk", self.name_field or natural_key or "pk"]
        columns += [field.attname for field in self.fields]
        self.entries = {
            key: IndexedRecord(
                "" if natural_key is None else str(natural), str(name), tuple(values)
            )
            for key, natural, name, *values in rows.values_list("pk", *columns)
        }
        lookup = getattr(rows, "name_lookup", None)
        self.lookup: NameLookup | None = lookup() if lookup else None

    @cached_property
    def _by_key(self) -> dict[str, Any]:
        return {f"#{key}": key for key in self.entries}

    @cached_property
    def _by_natural_key(self) -> dict[str, list[Any]]:
        return _grouped((e.natural_key.casefold(), key) for key, e in self.entries.items())

    @cached_property
    def _by_name(self) -> dict[str, list[Any]]:
        if not self.name_field:
            return {}
        pairs = ((name, key) for key, e in self.entries.items() for name in spellings(e.name))
        return _grouped(pairs)

    @cached_property
    def _by_other_name(self) -> dict[str, list[Any]]:
        """The keys by further names, such as the alternative names of cities."""
        paths = getattr(self._rows.model, "name_sources", ())
        names = (row for path in paths for row in self._rows.values_list(path, "pk") if row[0])
        return _grouped((fold(name), key) for name, key in names)

    @cached_property
    def _names(self) -> list[str]:
        return list(self._by_name or self._by_natural_key)

    def find(self, text: str) -> list[Any]:
        """Return the keys of the records that a text may name, by the surest way that finds one."""
        if text.startswith("#") and text in self._by_key:
            return [self._by_key[text]]
        exactly = self._by_natural_key.get(text.casefold(), [])
        return (
            [key for key in exactly if self.entries[key].natural_key == text]
            or self.named(text)
            or self._looked_up(text)
            or self._by_other_name.get(fold(text) or text)
            or self._qualified(text)
            or exactly
        )

    def named(self, name: str) -> list[Any]:
        """Return the keys of the records whose name folds to the same."""
        return self._by_name.get(fold(name), [])

    def _looked_up(self, text: str) -> list[Any]:
        keys = self.lookup.named(text) if self.lookup else []
        return [key for key in keys if key in self.entries]

    def _qualified(self, text: str) -> list[Any]:
        """Return the keys for a name and what tells it apart: "Newcastle (Australia)"."""
        name, *qualifiers = filter(None, map(str.strip, re.split(r"[,(]", text.rstrip(") "))))
        if not self.fields or not qualifiers:
            return []
        keys = self.named(name) or self._by_other_name.get(fold(name), [])
        return [key for key in keys if all(self._is_told_by(key, one) for one in qualifiers)]

    def _is_told_by(self, key: Any, text: str) -> bool:
        """Return whether one of the fields that tell a record apart has this value."""
        values = zip(self.fields, self.entries[key].told_apart_by, strict=True)
        return any(
            value in self.qualifiers.keys_of(field.related_model, text)
            if field.remote_field
            else fold(str(value or "")) == fold(text)
            for field, value in values
        )

    def nearest(self, text: str) -> Any:
        """Return the key of the record whose name is misspelt here; None if none is similar."""
        key = self.lookup.nearest(text) if self.lookup else None
        # “Niger” is no misspelt “Nigeria”, even where it has no record.
        is_known = key is None and self.lookup and self.lookup.is_known(text)
        if key is None and not is_known and (name := nearest(fold(text), self._names)):
            key = (self._by_name or self._by_natural_key)[name][0]
        return key if key in self.entries else None

    def lacks(self, text: str) -> bool:
        """Return whether a text is a known name of something that has no record here."""
        is_known = self.lookup and self.lookup.is_known(text)
        return bool(is_known and not self.find(text) and self.nearest(text) is None)

    def label(self, key: Any) -> str:
        """Return the name of a record, with what it points at: "Newcastle, Australia"."""
        entry = self.entries[key]
        values = zip(self.fields, entry.told_apart_by, strict=True)
        related = [
            self.qualifiers.label(field.related_model, value)
            for field, value in values
            if field.remote_field and value is not None
        ]
        return ", ".join([entry.name, *filter(None, related)])

    def labels(self, keys: Iterable[Any], with_natural_keys: bool = False) -> list[str]:
        """Return the labels of several records, with their natural keys if some are the same."""
        labels = {key: self.label(key) for key in keys}
        if not with_natural_keys and len(set(labels.values())) == len(labels):
            return sorted(labels.values())
        return sorted(f"{text} ({self.entries[key].natural_key})" for key, text in labels.items())


def distinguishing_fields(model: type[models.Model]) -> list[Any]:
    """Return the fields that tell records of one name apart, such as the country of a city."""
    if not issubclass(model, Slugged):
        return []
    sources = [f.sources for f in model._meta.fields if isinstance(f, IdentityField)]
    names = [name for name in chain(*sources) if name != model.slug_source]
    return [model._meta.get_field(name) for name in names]


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    grouped: defaultdict[str, list[Any]] = defaultdict(list)
    for name, key in pairs:
        if key not in grouped[name]:
            grouped[name].append(key)
    return dict(grouped)
