"""Natural keys: name other records in cells, and find the records that a person may refer to.

A natural key is a code, slug or year, whatever is unique in its kind ("GB", "manchester", "2024").
A record without one is named by its number ("#17"), and so is a record in the trash, because its
slug may belong to another one by now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Protocol

from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.publishable import not_trashed
from publishing.content.slugs import Slugged
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.record_index import RecordIndex

# The code of an error whose sentence names the column.
NAMES_LABEL = "names_label"


def key_name(model: type[models.Model]) -> str:
    """Return the name of the column with a record's key: "id", or "code" if staff type it."""
    key = model._meta.pk
    return "id" if key.auto_created or not key.editable else key.name


def natural_key_name(model: type[models.Model]) -> str | None:
    """Return the name of the natural key's field; None if a kind of record has only numbers."""
    if key_name(model) != "id":
        return model._meta.pk.name
    if issubclass(model, Slugged):
        return "slug"
    unique = (c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint))
    return next((c.fields[0] for c in unique if len(c.fields) == 1), None)


class NaturalKeys:
    """Cache of natural keys, which loads them in bulk."""

    def __init__(self) -> None:
        self._known: dict[Any, dict[Any, str]] = defaultdict(dict)

    def learn(self, model: type[models.Model], keys: Iterable[Any]) -> None:
        known, name = self._known[model], natural_key_name(model)
        missing = {key for key in keys if key is not None and key not in known}
        known.update({key: f"#{key}" for key in missing})
        if name is None:
            return
        for chunk in slices(missing):
            rows = not_trashed(model._base_manager.filter(pk__in=chunk))
            known.update({key: str(value) for key, value in rows.values_list("pk", name)})

    def of(self, model: type[models.Model], key: Any) -> str:
        if key is None:
            return ""
        if key not in self._known[model]:
            self.learn(model, [key])
        return self._known[model][key]


class RecordFinder(Protocol):
    """Protocol of an object that finds the key of the record to which a text refers."""

    def find(self, model: type[models.Model], text: str) -> Any: ...


class ReferenceResolver:
    """Resolver of the names of records that the user may choose in forms.

    The records of a kind are loaded when the first of them is named.
    """

    def __init__(self, site: AdminSite, request: HttpRequest) -> None:
        self.site, self.request = site, request
        self._indexes: dict[type[models.Model], RecordIndex] = {}
        self._found: dict[tuple[type[models.Model], str], list[Any]] = {}
        self._unknown: dict[tuple[type[models.Model], str], str] = {}

    def index(self, model: type[models.Model]) -> RecordIndex:
        if model not in self._indexes:
            rows = self.site.get_model_admin(model).get_queryset(self.request)
            rows = not_trashed(rows).prefetch_related(None).order_by()
            self._indexes[model] = RecordIndex(rows, natural_key_name(model), self)
        return self._indexes[model]

    def keys_of(self, model: type[models.Model], text: str) -> list[Any]:
        """Return the keys of the records that a text may name."""
        if (model, text) not in self._found:
            self._found[model, text] = self.index(model).find(text)
        return self._found[model, text]

    def find(self, model: type[models.Model], text: str) -> Any:
        """Return the key of the record to which a text refers. Raises ValidationError."""
        keys = self.keys_of(model, text)
        if len(keys) == 1:
            return keys[0]
        raise ValidationError(
            self._ambiguous_message(model, text) if keys else self._unknown_message(model, text),
            # The sentence names the kind of record already.
            code=NAMES_LABEL,
        )

    def label(self, model: type[models.Model], key: Any) -> str:
        """Return the name of a record for people; "" if the user may not see it."""
        index = self.index(model)
        return index.label(key) if key in index.entries else ""

    def is_spelt(self, model: type[models.Model], key: Any, text: str) -> bool:
        """Return whether a text is the natural key, the name or the label of a record."""
        entry = self.index(model).entries[key]
        spelt = (entry.natural_key, entry.name, self.label(model, key), f"#{key}")
        return text.casefold() in (name.casefold() for name in spelt)

    def _ambiguous_message(self, model: type[models.Model], text: str) -> str:
        labels = self.index(model).labels(self.keys_of(model, text))
        message = _("“%(text)s” may be %(labels)s. Write which %(kind)s it is.")
        kind = model._meta.verbose_name
        return message % {"text": text, "labels": _(" or ").join(labels), "kind": kind}

    def _unknown_message(self, model: type[models.Model], text: str) -> str:
        if (model, text) not in self._unknown:
            self._unknown[model, text] = self._new_unknown_message(model, text)
        return self._unknown[model, text]

    def _new_unknown_message(self, model: type[models.Model], text: str) -> str:
        index, names = self.index(model), model._meta
        if index.lacks(text):
            message = _(
                "“%(text)s” is not in the portal’s list of %(kinds)s. If it belongs there, add it "
                "under “%(list)s”, then check the refused rows again."
            )
            kinds = names.verbose_name_plural
            return message % {"text": text, "kinds": kinds, "list": capfirst(str(kinds))}
        message = _("Unknown %(kind)s “%(text)s”.") % {"kind": names.verbose_name, "text": text}
        if (key := index.nearest(text)) is None:
            return message
        return message + " " + _("Did you mean %(label)s?") % {"label": index.label(key)}
