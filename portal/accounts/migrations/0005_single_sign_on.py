from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_deactivated_at"),
    ]
    # A migration of allauth writes every address in lower case. Ours before decide which of two
    # users keeps an address, so they come first.
    run_before = [("account", "0001_initial"), ("mfa", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="provider_id",
            field=models.CharField(
                blank=True,
                editable=False,
                max_length=255,
                null=True,
                unique=True,
                verbose_name="identity at the sign-in provider",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="has_provider_role",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                verbose_name="role given by the sign-in provider",
            ),
        ),
    ]
