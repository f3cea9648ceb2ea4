"""State three constraints in functions that SQLite has by itself, for its own tools."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cities", "0012_facts"),
        ("publishing", "0018_wording"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="city",
            name="city_joined_on_in_joined_year",
        ),
        migrations.RemoveConstraint(
            model_name="country",
            name="country_code_two_capitals",
        ),
        migrations.RemoveConstraint(
            model_name="intake",
            name="intake_announced_in_its_year",
        ),
        migrations.AddConstraint(
            model_name="city",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("joined_on__isnull", True),
                    models.Q(
                        ("joined_year__isnull", False),
                        ("joined_on__calendar_year", models.F("joined_year")),
                    ),
                    _connector="OR",
                ),
                name="city_joined_on_in_joined_year",
                violation_error_message="The joining date must be in the joining year.",
            ),
        ),
        migrations.AddConstraint(
            model_name="country",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.Exact(
                        django.db.models.functions.text.Length("code"), 2
                    ),
                    django.db.models.lookups.Exact(
                        models.Func(
                            models.F("code"),
                            models.Value("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                            function="RTRIM",
                            output_field=models.CharField(),
                        ),
                        models.Value(""),
                    ),
                ),
                name="country_code_two_capitals",
                violation_error_message="The code is two capital letters, for example “GB”.",
            ),
        ),
        migrations.AddConstraint(
            model_name="intake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("announced_on__isnull", True),
                    ("announced_on__calendar_year", models.F("year")),
                    _connector="OR",
                ),
                name="intake_announced_in_its_year",
                violation_error_message="“Announced on” must be in the year of the intake.",
            ),
        ),
    ]
