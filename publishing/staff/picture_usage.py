"""Where the pictures of the library are used: by records, in their texts, in drafts to come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from publishing.content.fields import RichTextField
from publishing.content.richtext import PICTURE
from publishing.pictures.models import Picture
from publishing.revisions.models import Revision


class Use(NamedTuple):
    """A record that uses a picture, and as what: "picture", "text", or "draft"."""

    record: Any
    how: str


def texts() -> Iterator[tuple[type[models.Model], RichTextField]]:
    """Every rich text field, whatever app it belongs to."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, RichTextField):
                yield model, field


def uses(picture: Picture) -> list[Use]:
    """Every use of a picture, those in the trash and in open drafts too; each record once."""
    found: dict[Any, str] = {}
    for relation in picture._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: picture})
        found |= dict.fromkeys(rows, _("as its picture"))
    mark = f'data-picture="{picture.pk}"'
    for model, field in texts():
        for record in model._base_manager.filter(**{f"{field.name}__contains": mark}):
            found.setdefault(record, _("in its text"))
    for draft in Revision.objects.open():
        if _mentions(draft, picture, mark) and (record := draft.record):
            found.setdefault(record, _("in its draft"))
    return [Use(record, how) for record, how in found.items()]


def _mentions(draft: Revision, picture: Picture, mark: str) -> bool:
    """Whether a draft shows a picture, in one of its fields or one of its texts."""
    model = draft.model_class
    links = {
        relation.field.name
        for relation in picture._meta.related_objects
        if relation.related_model is model
    }
    for name, value in (draft.content or {}).get("fields", {}).items():
        if (name in links and value == picture.pk) or (isinstance(value, str) and mark in value):
            return True
    return False


def in_use() -> Q:
    """Pictures that some record shows, whatever the models that have pictures or texts."""
    condition = Q(pk__in=_in_texts())
    for relation in Picture._meta.related_objects:
        link = {relation.field.name: OuterRef("pk")}
        condition |= Q(Exists(relation.related_model._base_manager.filter(**link)))
    return condition


def _in_texts() -> set[int]:
    found: set[int] = set()
    for model, field in texts():
        with_pictures = model._base_manager.filter(**{f"{field.name}__contains": "data-picture="})
        for text in with_pictures.values_list(field.name, flat=True):
            found.update(map(int, PICTURE.findall(text)))
    return found
