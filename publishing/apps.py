from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Drafts, pictures and history")

    def ready(self) -> None:
        from publishing.migration_triggers import drop_triggers, make_triggers

        # Each signal is sent once for every app; one of them is enough.
        pre_migrate.connect(drop_triggers, sender=self, dispatch_uid="publishing.triggers")
        post_migrate.connect(make_triggers, sender=self, dispatch_uid="publishing.triggers")
        # Admin classes that register themselves in a module of their own.
        autodiscover_modules("staff.audit_log", "staff.comment_list", "staff.draft_list")
