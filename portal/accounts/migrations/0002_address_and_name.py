from django.db import migrations, models

from portal.accounts import carrying_over


class Migration(migrations.Migration):
    """Give users a name, a time zone and an address of their own; keep the former user name."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        # Its rows name the kind of a record.
        ("publishing", "0002_revision"),
    ]

    operations = [
        migrations.RenameField("user", "username", "former_name"),
        migrations.AlterField(
            "user",
            "former_name",
            models.CharField(
                blank=True,
                editable=False,
                max_length=150,
                null=True,
                unique=True,
                verbose_name="former user name",
            ),
        ),
        migrations.AddField(
            "user", "name", models.CharField(blank=True, max_length=301, verbose_name="name")
        ),
        migrations.AddField(
            "user",
            "time_zone",
            models.CharField(blank=True, max_length=64, verbose_name="time zone"),
        ),
        migrations.AlterField(
            "user",
            "email",
            models.EmailField(blank=True, max_length=254, null=True, verbose_name="email address"),
        ),
        migrations.RunPython(carrying_over.carry_over, carrying_over.take_back),
    ]
