"""The admin of former slugs."""

from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.slugs import FormerSlug
from publishing.staff.base import StaffAdmin


class FormerSlugAdmin(StaffAdmin):
    """Read-only admin: the portal creates former slugs by itself."""

    disallowed = ("add", "change", "delete")
    list_display = ("slug", "kind", "record", "changed_at")
    list_filter = ("model",)
    search_fields = ("slug",)
    search_help_text = _("Searches former addresses.")
    date_hierarchy = "changed_at"
    ordering = ("-changed_at", "-pk")
    fields = ("slug", "kind", "record", "changed_at")

    @admin.display(description=_("kind of record"), ordering="model")
    def kind(self, former: FormerSlug) -> str:
        try:
            return str(apps.get_model(former.model)._meta.verbose_name)
        except LookupError:
            return former.model

    @admin.display(description=_("record"))
    def record(self, former: FormerSlug) -> str:
        name = f"admin:{former.model.replace('.', '_')}_change"
        try:
            address = reverse(name, args=[former.object_pk])
        except NoReverseMatch:
            return former.object_pk
        return format_html('<a href="{}">{}</a>', address, gettext("Current record"))
