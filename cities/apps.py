from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CitiesConfig(AppConfig):
    name = "cities"
    verbose_name = _("Cities")

    def ready(self) -> None:
        from cities import text_index, word_index
        from publishing import migration_triggers

        migration_triggers.register(word_index.drop_triggers, word_index.make_index)
        migration_triggers.register(text_index.drop_triggers, text_index.make_index)
