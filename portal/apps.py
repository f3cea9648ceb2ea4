from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Site")

    def ready(self) -> None:
        from publishing import memo

        from .freshness import Watch
        from .roles import fill_groups
        from .site import make_site
        from .triggers import watch_tables

        # The admin asks for its site when it gets ready, which is after us.
        apps.get_app_config("admin").default_site = "portal.desk.Desk"  # type: ignore[attr-defined]
        memo.content_version = Watch().look
        post_migrate.connect(fill_groups, sender=self, dispatch_uid="portal.roles")
        post_migrate.connect(make_site, sender=self, dispatch_uid="portal.site")
        post_migrate.connect(watch_tables, sender=self, dispatch_uid="portal.triggers")
