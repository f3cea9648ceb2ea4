"""Records that refer to other records: by a relation, in a text, from a menu or the home page.

Before a record is taken offline, staff see what links to it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from publishing.content.publishable import not_trashed
from publishing.content.text_references import SCHEME
from publishing.revisions.snapshots import row_models
from publishing.staff.picture_usage import rich_text_fields

MOST_NAMED = 12
"""Maximum number of referring records that are named; the rest is counted."""
MOST_MATCHED = 50
"""Maximum number of records whose addresses one query looks for in texts."""

Keys = dict[type[models.Model], set[Any]]


class Referrer(NamedTuple):
    """A record that refers to others, with its kind and the address of its form."""

    record: Any
    kind: str
    address: str


class Referrers(NamedTuple):
    """The referring records that a person may see, the number of further ones, and of hidden."""

    named: list[Referrer]
    more: int
    hidden: int

    @property
    def number(self) -> int:
        return len(self.named) + self.more + self.hidden


def referrers_of(admin_site: Any, request: HttpRequest, records: Collection[Any]) -> Referrers:
    """Return what refers to these records of one model, by name where the user may see it."""
    named: list[Referrer] = []
    more = hidden = 0
    keys = referring_keys(records) if records else {}
    for model in sorted(keys, key=lambda model: str(model._meta.verbose_name)):
        visible = _visible(admin_site, request, model, keys[model])
        number = visible.count()
        shown = visible[: MOST_NAMED - len(named)]
        place = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
        named += [
            Referrer(row, str(model._meta.verbose_name), reverse(place, args=[row.pk]))
            for row in shown
        ]
        more += max(0, number - len(shown))
        hidden += len(keys[model]) - number
    return Referrers(named, more, hidden)


def _visible(
    admin_site: Any, request: HttpRequest, model: type[models.Model], keys: set[Any]
) -> models.QuerySet[Any]:
    """Return those of the records that the user may view."""
    if admin_site.is_registered(model):
        model_admin = admin_site.get_model_admin(model)
        if model_admin.has_view_permission(request):
            rows: models.QuerySet[Any] = model_admin.get_queryset(request).filter(pk__in=keys)
            return rows
    return model._base_manager.none()


def referring_keys(records: Collection[Any]) -> Keys:
    """Return the keys of the records outside the trash that refer to these of one model."""
    model, own = type(next(iter(records))), {record.pk for record in records}
    found: Keys = defaultdict(set)
    for kind, keys in (*_by_relation(model, own), *_in_texts(model, own), *_in_menus(records)):
        found[kind] |= keys
    found[model] -= own
    for kind, keys in found.items():
        kept = not_trashed(kind._base_manager.filter(pk__in=keys))
        found[kind] = set(kept.values_list("pk", flat=True))
    return {kind: keys for kind, keys in found.items() if keys}


def _by_relation(
    model: type[models.Model], own: set[Any]
) -> Iterator[tuple[type[models.Model], set[Any]]]:
    """Yield the records with a relation to these; for a row, the records that it is about."""
    rows = row_models()
    for relation in model._meta.related_objects:
        kind: Any = relation.related_model
        pointing = kind._base_manager.filter(**{f"{relation.field.name}__in": own})
        if kind not in rows:
            if _has_page(kind):
                yield kind, set(pointing.values_list("pk", flat=True))
            continue
        for field in kind._meta.concrete_fields:
            if field.is_relation and field != relation.field and _has_page(field.related_model):
                yield field.related_model, set(pointing.values_list(field.attname, flat=True))


def _has_page(model: Any) -> bool:
    return hasattr(model, "get_absolute_url")


def _in_texts(
    model: type[models.Model], own: set[Any]
) -> Iterator[tuple[type[models.Model], set[Any]]]:
    """Yield the records whose rich texts link to these."""
    start = f'"{SCHEME}:{model._meta.label_lower}:'
    marks = [f'{start}{key}"' for key in own] if len(own) <= MOST_MATCHED else [start]
    link = re.compile(re.escape(start) + r'([^"]+)"')
    wanted = {str(key) for key in own}
    for kind, field in rich_text_fields():
        condition = Q()
        for mark in marks:
            condition |= Q(**{f"{field.name}__contains": mark})
        texts = kind._base_manager.filter(condition).values_list("pk", field.name)
        yield kind, {key for key, text in texts if not wanted.isdisjoint(link.findall(text))}


def _in_menus(records: Collection[Any]) -> Iterator[tuple[type[models.Model], set[Any]]]:
    """Yield the records with a menu in which the page of one of these is a link."""
    paths = [record.get_absolute_url() for record in records if _has_page(record)]
    for kind in row_models():
        if not hasattr(kind, "menu_address"):
            continue
        rows = kind._base_manager.filter(**{f"{kind.menu_address}__in": paths})
        owner: Any = next(field for field in kind._meta.concrete_fields if field.is_relation)
        yield owner.related_model, set(rows.values_list(owner.attname, flat=True))
