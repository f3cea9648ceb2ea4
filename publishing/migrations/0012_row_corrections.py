from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("publishing", "0011_text"),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="corrections",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="batchrow",
            name="originals",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="batchrow",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("pending", "Not looked at yet"),
                    ("new", "New"),
                    ("changed", "Changed"),
                    ("unchanged", "Unchanged"),
                    ("refused", "Refused"),
                    ("left_out", "Left out"),
                ],
                default="pending",
                max_length=10,
                verbose_name="result",
            ),
        ),
    ]
