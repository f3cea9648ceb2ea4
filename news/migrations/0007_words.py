"""Index the words of all texts, for the search over the desk and the public one."""

from django.db import migrations

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0006_moment_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name",
                "place",
                "description",
                "date_note",
                default="",
                editable=False,
                staff=("source", "note"),
            ),
        ),
        migrations.AddField(
            model_name="newsitem",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "title",
                "summary",
                "body",
                default="",
                editable=False,
                staff=("author_line", "source"),
            ),
        ),
        migrations.RunPython(
            publishing.fields.fill_indexes("news", "event", "newsitem"), migrations.RunPython.noop
        ),
    ]
