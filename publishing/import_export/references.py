"""Name other records in cells, and find the records that a person may name.

A record is named by its code, address or year, whatever is unique in its kind ("GB",
"manchester", "2024"); by its number ("#17") where there is nothing of the sort, or where it lies
in the trash and its address may be somebody else's by now.
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

from publishing.content.publishable import Publishable
from publishing.content.slugs import Slugged
from publishing.import_export.bulk_snapshots import slices


def key_name(model: type[models.Model]) -> str:
    """Return the name of the column with a record's key: "id", or "code" where staff type it."""
    key = model._meta.pk
    return "id" if key.auto_created or not key.editable else key.name


def handle_name(model: type[models.Model]) -> str | None:
    """Return the name of the natural key's field; None if only the number tells records apart."""
    if key_name(model) != "id":
        return model._meta.pk.name
    if issubclass(model, Slugged):
        return "slug"
    unique = (c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint))
    return next((c.fields[0] for c in unique if len(c.fields) == 1), None)


def there(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return the rows that are not in the trash."""
    return rows.filter(trashed_at__isnull=True) if issubclass(rows.model, Publishable) else rows


class NaturalKeys:
    """The natural keys of records, looked up together and remembered."""

    def __init__(self) -> None:
        self._known: dict[Any, dict[Any, str]] = defaultdict(dict)

    def learn(self, model: type[models.Model], keys: Iterable[Any]) -> None:
        known, name = self._known[model], handle_name(model)
        missing = {key for key in keys if key is not None and key not in known}
        known.update({key: f"#{key}" for key in missing})
        if name is None:
            return
        for some in slices(missing):
            rows = there(model._base_manager.filter(pk__in=some))
            known.update({key: str(said) for key, said in rows.values_list("pk", name)})

    def of(self, model: type[models.Model], key: Any) -> str:
        if key is None:
            return ""
        if key not in self._known[model]:
            self.learn(model, [key])
        return self._known[model][key]


class RecordFinder(Protocol):
    """Anything that finds the key of the record that a text names."""

    def find(self, model: type[models.Model], text: str) -> Any: ...


class ReferenceResolver:
    """The records that somebody may choose, as the pickers of the desk offer them."""

    def __init__(self, site: AdminSite, request: HttpRequest) -> None:
        self.site, self.request = site, request
        self._found: dict[tuple[Any, str], Any] = {}

    def rows(self, model: type[models.Model]) -> models.QuerySet[Any]:
        rows = self.site.get_model_admin(model).get_queryset(self.request)
        return there(rows).prefetch_related(None).order_by()

    def find(self, model: type[models.Model], text: str) -> Any:
        """Return the key of the record that a text names. Raises ValidationError."""
        if (model, text) not in self._found:
            self._found[model, text] = self._look(model, text)
        found = self._found[model, text]
        if found is None:
            said = _("there is no %(kind)s “%(text)s” that you may choose")
            raise ValidationError(said % {"kind": model._meta.verbose_name, "text": text})
        return found

    def _look(self, model: type[models.Model], text: str) -> Any:
        if text.startswith("#"):
            return self._one(model, "pk", [text[1:]])
        name = handle_name(model)
        found = name and self._one(model, name, [text, text.lower(), text.upper()])
        # By its name, if only one is called so.
        source = getattr(model, "slug_source", None)
        return found or (source and self._one(model, source, [text])) or None

    def _one(self, model: type[models.Model], name: str, texts: list[str]) -> Any:
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
