from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PublishingConfig(AppConfig):
    name = "publishing"
    verbose_name = _("Library and addresses")

    def ready(self) -> None:
        # Lists of the desk that have a file of their own.
        autodiscover_modules("staff.audit_log", "staff.draft_list")
