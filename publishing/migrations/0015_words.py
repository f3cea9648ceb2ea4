"""Index the words of all texts, for the search over the desk and the public one."""

from django.db import migrations, models

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0014_working_copy_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="picture",
            name="words_key",
            field=publishing.fields.TextIndexField(
                "title", "alternative_text", "credit", "licence", default="", editable=False
            ),
        ),
        migrations.RunPython(
            publishing.fields.fill_indexes("publishing", "picture"), migrations.RunPython.noop
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(
                condition=models.Q(models.Q(("note", ""), _negated=True), ("batch__isnull", True)),
                fields=["-made_at"],
                name="revision_with_note",
            ),
        ),
    ]
