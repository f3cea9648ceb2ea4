"""System checks: the conditions under which the saves of an admin can be rehearsed."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.checks import ModelAdminChecks
from django.core.checks import CheckMessage, Error
from django.db import models

from publishing.revisions.snapshots import part_relation


class DraftAdminChecks(ModelAdminChecks):
    """Django's checks of an admin, and those for rehearsals."""

    def check(self, admin_obj: Any, **kwargs: Any) -> list[CheckMessage]:
        return [*super().check(admin_obj, **kwargs), *_check_rehearsal(admin_obj)]


def _check_rehearsal(admin_obj: Any) -> Iterator[CheckMessage]:
    model = admin_obj.model
    parts = [part_relation(model, part).related_model for part in getattr(model, "parts", ())]
    for kind in (model, *parts):
        for field in kind._meta.concrete_fields:
            if isinstance(field, models.FileField):
                yield Error(
                    f"{kind._meta.label}.{field.name} is a file, which no roll-back takes back.",
                    hint="Keep the file in the library of pictures, and point at it.",
                    obj=admin_obj.__class__,
                    id="publishing.E001",
                )
    for kind in parts:
        if not isinstance(kind._meta.pk, models.UUIDField):
            yield Error(
                f"Rows of {kind._meta.label} need keys that are made before they are saved.",
                hint="Give it a UUIDField as its primary key, with default=uuid4.",
                obj=admin_obj.__class__,
                id="publishing.E002",
            )
        if kind._meta.related_objects or kind._meta.many_to_many:
            yield Error(
                f"Something points at rows of {kind._meta.label}, or they have relations of "
                "their own, which would be lost when a snapshot is applied.",
                obj=admin_obj.__class__,
                id="publishing.E003",
            )
    inlines = {inline.model for inline in admin_obj.inlines}
    for kind in inlines.symmetric_difference(parts):
        yield Error(
            f"{kind._meta.label} is edited inside {model._meta.label} and not among its parts, "
            "or the other way round.",
            hint="Name the same rows in the admin's `inlines` and in the model's `parts`.",
            obj=admin_obj.__class__,
            id="publishing.E004",
        )
    if admin_obj.list_editable:
        yield Error(
            "Lists are saved without a rehearsal, and so without history.",
            hint="Take out `list_editable`.",
            obj=admin_obj.__class__,
            id="publishing.E005",
        )
