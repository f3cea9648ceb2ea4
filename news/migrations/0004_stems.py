"""Index the stems of news items and events."""

from django.db import migrations

import publishing.fields

SOURCES = {"newsitem": ("title", "summary"), "event": ("name", "place", "description")}


def index_stems(apps, editor):
    for name, sources in SOURCES.items():
        rows = apps.get_model("news", name)._base_manager.using(editor.connection.alias)
        column = publishing.fields.StemmedField(*sources)
        for key, *texts in rows.values_list("pk", *sources):
            rows.filter(pk=key).update(search_key=column.folded(*texts))


class Migration(migrations.Migration):
    dependencies = [("news", "0003_text")]
    operations = [migrations.RunPython(index_stems, migrations.RunPython.noop)]
