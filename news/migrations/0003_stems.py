"""Index the stems of news items and events."""

from django.db import migrations

from publishing.content.english import index

SOURCES = {"newsitem": ("title", "summary"), "event": ("name", "place", "description")}


def index_stems(apps, editor):
    for name, fields in SOURCES.items():
        rows = apps.get_model("news", name)._base_manager.using(editor.connection.alias)
        for key, *texts in rows.values_list("pk", *fields):
            rows.filter(pk=key).update(search_key=index(*texts))


class Migration(migrations.Migration):
    dependencies = [("news", "0002_trash")]
    operations = [migrations.RunPython(index_stems, migrations.RunPython.noop)]
