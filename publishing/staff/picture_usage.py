"""Usage of the library's pictures: by records, in their texts, in open drafts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from publishing.content.richtext import RichTextField
from publishing.content.text_references import PICTURE
from publishing.pictures.models import Picture
from publishing.revisions.models import Revision


class PictureUse(NamedTuple):
    """A record that uses a picture, and a description of the use."""

    record: Any
    description: str


def rich_text_fields() -> Iterator[tuple[type[models.Model], RichTextField]]:
    """Yield every rich text field of every app, with its model."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, RichTextField):
                yield model, field


def uses_of(picture: Picture) -> list[PictureUse]:
    """Return every use of a picture, in trashed records and open drafts too; each record once."""
    descriptions: dict[Any, str] = {}
    for relation in picture._meta.related_objects:
        rows = relation.related_model._base_manager.filter(**{relation.field.name: picture})
        descriptions |= dict.fromkeys(rows, _("as its picture"))
    mark = f'data-picture="{picture.pk}"'
    for model, field in rich_text_fields():
        for record in model._base_manager.filter(**{f"{field.name}__contains": mark}):
            descriptions.setdefault(record, _("in its text"))
    for draft in Revision.objects.open():
        if _mentions(draft, picture, mark) and (record := draft.record):
            descriptions.setdefault(record, _("in its draft"))
    return [PictureUse(record, description) for record, description in descriptions.items()]


def _mentions(draft: Revision, picture: Picture, mark: str) -> bool:
    """Return whether a draft uses a picture, in one of its fields or texts."""
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


def in_use_q() -> Q:
    """Return the condition for pictures that any record uses, itself or in a text."""
    condition = Q(pk__in=_in_texts())
    for relation in Picture._meta.related_objects:
        link = {relation.field.name: OuterRef("pk")}
        condition |= Q(Exists(relation.related_model._base_manager.filter(**link)))
    return condition


def _in_texts() -> set[int]:
    keys: set[int] = set()
    for model, field in rich_text_fields():
        with_pictures = model._base_manager.filter(**{f"{field.name}__contains": "data-picture="})
        for text in with_pictures.values_list(field.name, flat=True):
            keys.update(map(int, PICTURE.findall(text)))
    return keys
