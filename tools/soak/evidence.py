"""Rows and files of a portal that was killed again and again, read directly.

It runs in a process with the portal's settings, and prints JSON.
"""

import json
import os
import re
import sys
from io import StringIO
from typing import Any


def evidence() -> dict[str, Any]:
    """Return what the checks compare with what was acknowledged."""
    from django.core.management import call_command
    from django.db import connection

    from cities.models import Theme
    from publishing.models import Picture

    def rows(pragma: str) -> list[list[str]]:
        with connection.cursor() as cursor:
            return [list(map(str, row)) for row in cursor.execute(f"PRAGMA {pragma}")]

    media = StringIO()
    call_command("clean_media", hours=0, stdout=media)
    imported = [name.split()[1] for name in names(Theme, r"^Theme [0-9a-f]{12} \d+$")]
    is_sqlite = connection.vendor == "sqlite"
    return {
        "texts": dict(Theme.objects.values_list("pk", "description")),
        "history": [theme.pk for theme in Theme.objects.all() if not has_history(theme)],
        "pictures": names(Picture, r"^Hall [0-9a-f]{12}$"),
        "imported": {mark: imported.count(mark) for mark in set(imported)},
        "media": media.getvalue().splitlines(),
        "integrity": rows("integrity_check") if is_sqlite else [["ok"]],
        "foreign keys": rows("foreign_key_check") if is_sqlite else [],
    }


def names(model: Any, pattern: str) -> list[str]:
    field = "title" if model.__name__ == "Picture" else "name"
    values = model.objects.values_list(field, flat=True)
    return [value for value in values if re.match(pattern, value)]


def has_history(theme: Any) -> bool:
    """Return whether the newest entry of the history of a theme has its present text."""
    from publishing.models import Revision

    newest = Revision.objects.of(theme).order_by("-pk").first()
    fields = (newest.content or {}) if newest else {}
    return theme.description in json.dumps(fields, ensure_ascii=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    json.dump(evidence(), sys.stdout)
