import django.utils.timezone
from django.db import migrations, models
from django.db.models.functions import Lower

import portal.accounts.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_address_and_name")]

    operations = [
        migrations.RemoveField("user", "first_name"),
        migrations.RemoveField("user", "last_name"),
        migrations.RemoveField("user", "is_staff"),
        migrations.AlterField(
            "user",
            "email",
            models.EmailField(
                blank=True,
                error_messages={"unique": "Somebody already has this email address."},
                max_length=254,
                null=True,
                unique=True,
                verbose_name="email address",
            ),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(
                    ("email__isnull", True), ("email", Lower(models.F("email"))), _connector="OR"
                ),
                name="user_email_lower_case",
            ),
        ),
        migrations.AlterModelTable("user", None),
        migrations.AlterModelOptions(
            "user", {"verbose_name": "person", "verbose_name_plural": "people"}
        ),
        migrations.AlterField(
            "user",
            "is_active",
            models.BooleanField(default=True, verbose_name="may sign in"),
        ),
        migrations.AlterField(
            "user",
            "date_joined",
            models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="added"
            ),
        ),
        migrations.AlterField(
            "user",
            "time_zone",
            models.CharField(
                blank=True,
                max_length=64,
                validators=[portal.accounts.models.validate_time_zone],
                verbose_name="time zone",
            ),
        ),
    ]
