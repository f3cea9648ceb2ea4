"""Index the words of all texts, for the search over the desk and the public one."""

from django.db import migrations

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0008_moment_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="page",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "title", "summary", "body", default="", editable=False
            ),
        ),
        migrations.AddField(
            model_name="report",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "address", "message", "source_url", "email", "note", default="", editable=False
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "name", "home_heading", "home_lead", "contact", default="", editable=False
            ),
        ),
        migrations.RunPython(
            publishing.fields.fill_indexes("portal", "page", "report", "site"),
            migrations.RunPython.noop,
        ),
    ]
