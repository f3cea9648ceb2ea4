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
from django.utils.translation import gettext as _

from publishing.content.publishable import not_trashed
from publishing.content.slugs import Slugged
from publishing.import_export.bulk_snapshots import slices


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
    """Resolver of natural keys to the records that the user may choose in forms."""

    def __init__(self, site: AdminSite, request: HttpRequest) -> None:
        self.site, self.request = site, request
        self._keys: dict[tuple[Any, str], Any] = {}

    def rows(self, model: type[models.Model]) -> models.QuerySet[Any]:
        rows = self.site.get_model_admin(model).get_queryset(self.request)
        return not_trashed(rows).prefetch_related(None).order_by()

    def find(self, model: type[models.Model], text: str) -> Any:
        """Return the key of the record to which a text refers. Raises ValidationError."""
        if (model, text) not in self._keys:
            self._keys[model, text] = self._lookup(model, text)
        key = self._keys[model, text]
        if key is None:
            message = _("there is no %(kind)s “%(text)s” that you may choose")
            raise ValidationError(message % {"kind": model._meta.verbose_name, "text": text})
        return key

    def _lookup(self, model: type[models.Model], text: str) -> Any:
        if text.startswith("#"):
            return self._single_key(model, "pk", [text[1:]])
        name = natural_key_name(model)
        key = name and self._single_key(model, name, [text, text.lower(), text.upper()])
        # Otherwise the name counts, if it is the name of one record only.
        source = getattr(model, "slug_source", None)
        return key or (source and self._single_key(model, source, [text])) or None

    def _single_key(self, model: type[models.Model], name: str, texts: list[str]) -> Any:
        field = model._meta.pk if name == "pk" else model._meta.get_field(name)
        values = set()
        for text in texts:
            try:
                values.add(field.clean(text, None))  # type: ignore[union-attr]
            except ValidationError:
                continue
        keys = list(
            self.rows(model).filter(**{f"{name}__in": values}).values_list("pk", flat=True)[:2]
        )
        return keys[0] if len(keys) == 1 else None
