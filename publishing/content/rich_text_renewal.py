"""Bring stored rich text into its normal form in a migration, in records and in open drafts.

The history keeps its snapshots as they were. A draft is compared with its record, so both have to
change together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from publishing.content.richtext import clean_html

SLICE = 500


def renew_rich_text(app_label: str, model_name: str, field: str) -> Callable[[Any, Any], None]:
    """Return a function for RunPython that renews one rich text of a model."""

    def renew(apps: Any, schema_editor: Any) -> None:
        alias = schema_editor.connection.alias
        rows = apps.get_model(app_label, model_name)._base_manager.using(alias)
        for key, text in _texts(rows.exclude(**{field: ""}), field):
            if (cleaned := clean_html(text)) != text:
                rows.filter(pk=key).update(**{field: cleaned})
        drafts = apps.get_model("publishing", "Revision")._base_manager.using(alias)
        label = f"{app_label}.{model_name.lower()}"
        for draft in drafts.filter(model=label).exclude(stage=""):
            renewed = {name: _renewed(getattr(draft, name), field) for name in ("base", "content")}
            drafts.filter(pk=draft.pk).update(**renewed)

    return renew


def _texts(rows: Any, field: str) -> Iterator[tuple[Any, str]]:
    """Yield keys and texts, in slices, so that rows can be written between them."""
    chunk = list(rows.order_by("pk").values_list("pk", field)[:SLICE])
    while chunk:
        yield from chunk
        later = rows.filter(pk__gt=chunk[-1][0]).order_by("pk")
        chunk = list(later.values_list("pk", field)[:SLICE])


def _renewed(snapshot: Any, field: str) -> Any:
    """Return the snapshot of a draft with its rich text in the normal form."""
    fields = (snapshot or {}).get("fields", {})
    if not fields.get(field):
        return snapshot
    return snapshot | {"fields": fields | {field: clean_html(fields[field])}}
