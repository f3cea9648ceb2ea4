from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _

# Names for the models of others.
NAMES = {
    "auth.Group": (_("role"), _("roles")),
    "axes.AccessAttempt": (_("failed attempt that counts"), _("locked out")),
    "axes.AccessFailureLog": (_("failed sign-in"), _("failed sign-ins")),
    "axes.AccessLog": (_("sign-in"), _("sign-ins")),
}


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("People")
    # As in Django's own app of users, whose tables a portal in use brings along.
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        from portal.accounts.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="portal.accounts.sessions")
        apps.get_app_config("auth").verbose_name = self.verbose_name
        apps.get_app_config("axes").verbose_name = _("Sign-in attempts")
        # Migrations read the names in the source instead, so these make none.
        for label, (one, many) in NAMES.items():
            options = apps.get_model(label)._meta
            options.verbose_name, options.verbose_name_plural = one, many
