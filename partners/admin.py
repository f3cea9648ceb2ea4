"""Admin of networks and organisations."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cities.models import City, count_of
from partners.models import Membership, Network, Organisation
from publishing.admin import (
    FOR_STAFF,
    PUBLICATION,
    SOURCE,
    ChangedByFilter,
    ChangedFilter,
    CheckFilter,
    CountryFilter,
    CreatedByMeFilter,
    PublishableAdmin,
    SourceKindFilter,
    StateFilter,
)
from publishing.staff.base import RowInline


class CitiesColumnAdmin(PublishableAdmin):
    """Change list with the cities of each row, in one query for all rows."""

    def get_queryset(self, request: HttpRequest) -> Any:
        cities = Prefetch("cities", City.objects.for_listing(), "listed_cities")
        members = count_of(Membership.objects.all(), self.opts.model_name or "")
        rows: Any = super().get_queryset(request)
        return rows.prefetch_related(cities).annotate(links=members)

    @admin.display(description=_("cities"))
    def cities_named(self, record: Any) -> str:
        return ", ".join(city.name for city in record.listed_cities)


class OrganisationInline(RowInline):
    model = Membership
    fields = ("organisation", "role", "status", "source", "source_url", "note")
    autocomplete_fields = ("organisation",)
    verbose_name = _("organisation in this network")
    verbose_name_plural = _("organisations in this network")


class NetworkInline(RowInline):
    model = Membership
    fields = ("network", "role", "status", "source", "source_url", "note")
    autocomplete_fields = ("network",)
    verbose_name = _("network that it belongs to")
    verbose_name_plural = _("networks that it belongs to")


@admin.register(Network)
class NetworkAdmin(CitiesColumnAdmin):
    list_display = (
        "name",
        "state_column",
        "scope",
        "cities_named",
        "country",
        "organisations",
        "changed",
    )
    list_filter = (
        StateFilter,
        CountryFilter,
        "scope",
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
    )
    list_select_related = ("country",)
    search_fields = ("name_key",)
    search_help_text = _("Searches the beginnings of words in names. Accents do not matter.")
    autocomplete_fields = ("cities", "country")
    inlines = (OrganisationInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "scope", "cities", "country"),
                "description": _(
                    "A network may serve one city or several. "
                    "Choose the country only if it serves the whole country."
                ),
            },
        ),
        (_("What visitors read"), {"fields": ("summary", "profile", "picture", "website")}),
        SOURCE,
        PUBLICATION,
        FOR_STAFF,
    )

    @admin.display(description=_("organisations"), ordering="links")
    def organisations(self, network: Any) -> int:
        return int(network.links)


@admin.register(Organisation)
class OrganisationAdmin(CitiesColumnAdmin):
    list_display = ("name", "state_column", "sector", "cities_named", "networks", "changed")
    list_filter = (
        StateFilter,
        "sector",
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
    )
    search_fields = ("name_key",)
    search_help_text = _("Searches the beginnings of words in names. Accents do not matter.")
    autocomplete_fields = ("cities",)
    inlines = (NetworkInline,)
    fieldsets = (
        (None, {"fields": ("name", "sector", "cities")}),
        (_("What visitors read"), {"fields": ("summary", "website")}),
        SOURCE,
        PUBLICATION,
        FOR_STAFF,
    )

    @admin.display(description=_("networks"), ordering="links")
    def networks(self, organisation: Any) -> int:
        return int(organisation.links)
