from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Site")

    def ready(self) -> None:
        from portal import sentry
        from portal.context_processors import make_site
        from portal.page_cache.triggers import drop_triggers, make_triggers
        from portal.page_cache.version import VersionWatcher
        from portal.roles import fill_groups
        from portal.sign_in_limit import count_failure
        from publishing import migration_triggers
        from publishing.caching import content_cache

        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN)
        # The admin app reads this in its own ready(), which is called after ours.
        apps.get_app_config("admin").default_site = "portal.staff.site.StaffSite"  # type: ignore[attr-defined]
        content_cache.content_version = VersionWatcher().current
        post_migrate.connect(fill_groups, sender=self, dispatch_uid="portal.roles")
        post_migrate.connect(make_site, sender=self, dispatch_uid="portal.site")
        user_login_failed.connect(count_failure, dispatch_uid="portal.sign_in_limit")
        migration_triggers.register(drop_triggers, make_triggers)
