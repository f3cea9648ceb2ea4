"""Bring the rich texts into the form in which the editor writes them."""

from django.db import migrations

import publishing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_words"),
        ("publishing", "0012_row_corrections"),
    ]

    operations = [
        migrations.RunPython(
            publishing.fields.renew_rich_text("partners", "Network", "profile"),
            migrations.RunPython.noop,
        ),
    ]
