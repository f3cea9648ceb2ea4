"""Index the words of all texts, for the search over the desk and the public one."""

from django.db import migrations

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_moment_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="network",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name", "summary", "profile", default="", editable=False, staff=("source", "note")
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name", "summary", default="", editable=False, staff=("source", "note")
            ),
        ),
        migrations.RunPython(
            publishing.fields.fill_indexes("partners", "network", "organisation"),
            migrations.RunPython.noop,
        ),
    ]
