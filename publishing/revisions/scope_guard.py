"""Checks that a save changes no links outside the user's scope."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from publishing.content.scope import (
    OutOfScope,
    choose,
    is_divided,
    is_within,
    narrowed,
    scope_of,
    with_pages,
)
from publishing.revisions.snapshots import Path, Snapshot, leaves, part_relation, take


def check_change(model: type[models.Model], before: Snapshot, after: Snapshot, user: Any) -> None:
    """Raise OutOfScope, with their names, if the change touches records outside the user's scope.

    Compares whole snapshots, so it holds for every way to save a record.
    """
    scope = scope_of(user)
    if scope is None:
        return
    changed: dict[type[models.Model], set[Any]] = {}
    for target, key in _links(model, before) ^ _links(model, after):
        changed.setdefault(target[1], set()).add(key)
    foreign = [
        str(record)
        for target, keys in changed.items()
        for record in target._base_manager.filter(pk__in=keys).exclude(
            pk__in=narrowed(target._default_manager.order_by(), scope).values("pk")
        )
    ]
    if foreign:
        raise OutOfScope(
            _(
                "This would change the record for %(names)s. You do not look after that, so undo "
                "this part of your change."
            )
            % {"names": ", ".join(sorted(foreign))}
        )


def check_record(record: models.Model, user: Any, before: Snapshot | None = None) -> None:
    """Raise OutOfScope if a saved record is outside the scope of the user.

    With the snapshot before the save, its change is checked too.
    """
    if not is_within(record, user):
        raise OutOfScope(choose(scope_of(user)))
    if before is not None and scope_of(user) is not None:
        check_change(type(record), before, take(record), user)


def _links(model: type[models.Model], content: Snapshot) -> set[tuple[Any, Any]]:
    """Return every link to a record under row-level permissions: ((path, model), key)."""
    links = set()
    restricted = {kind for kind in with_pages() if is_divided(kind)}
    for path, value in leaves(content).items():
        target = _target(model, path)
        if target in restricted:
            keys = value if isinstance(value, list) else [value]
            links |= {((path, target), key) for key in keys if key is not None}
    return links


def _target(model: type[models.Model], path: Path) -> type[models.Model] | None:
    if path[0] == "rows":
        if len(path) < 4:
            return None
        model = part_relation(model, path[1]).related_model
    fields = {field.name: field for field in model._meta.get_fields()}
    field = fields.get(path[-1])
    remote = getattr(field, "remote_field", None)
    return remote.model if remote else None
