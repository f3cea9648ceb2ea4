"""Index the words of all texts, for the search over the desk and the public one."""

from django.db import migrations

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("cities", "0008_moment_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="city",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name",
                "official_name",
                "subdivision",
                "motto",
                "summary",
                "profile",
                default="",
                editable=False,
                staff=("population_source", "source", "note"),
            ),
        ),
        migrations.AddField(
            model_name="country",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name", "other_names", default="", editable=False, staff=("source", "note")
            ),
        ),
        migrations.AddField(
            model_name="intake",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "year", default="", editable=False, staff=("source", "note")
            ),
        ),
        migrations.AddField(
            model_name="theme",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name", "group", "description", default="", editable=False, staff=("source", "note")
            ),
        ),
        migrations.RunPython(
            publishing.fields.fill_indexes("cities", "city", "country", "intake", "theme"),
            migrations.RunPython.noop,
        ),
    ]
