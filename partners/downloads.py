"""Downloads of networks and of organisations."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.filters import NetworkFilter, OrganisationFilter
from partners.models import Network, Organisation
from publishing.downloads import (
    CHANGED,
    NAME,
    SOURCED,
    URL,
    Column,
    Download,
    field,
    label,
    names_of,
)

ADDRESSES: dict[str, Column] = {
    **SOURCED,
    **CHANGED,
    "url": URL,
    "slug": field("slug", _("Its name in addresses of the portal.")),
}
CITIES = Column(_("Learning cities in which it works."), names_of("public_cities"))


class NetworkDownloadFilter(NetworkFilter):
    page_parameters = frozenset()


class NetworkDownload(Download):
    filterset_class = NetworkDownloadFilter
    title = _("Networks")
    plural = "networks"
    list_route = "networks:list"
    columns = {
        "name": field("name", NAME),
        "level": field("scope", _("Level at which it works, as a word that stays the same.")),
        "level_label": label("scope", _("Level at which it works, in words.")),
        "cities": CITIES,
        "organisations": Column(
            _("Organisations that belong to it."),
            lambda network: [str(one.organisation) for one in network.public_memberships],
        ),
        "summary": field("summary", _("Summary of its page.")),
        "website": field("website", _("Its website.")),
        **ADDRESSES,
    }

    def get_rows(self) -> QuerySet[Network]:
        return Network.objects.published().for_listing()

    def with_parts(self, rows: QuerySet[Network]) -> QuerySet[Network]:
        networks: Any = rows
        return networks.with_members().defer("profile")  # type: ignore[no-any-return]


class OrganisationDownloadFilter(OrganisationFilter):
    page_parameters = frozenset()


class OrganisationDownload(Download):
    filterset_class = OrganisationDownloadFilter
    title = _("Organisations")
    plural = "organisations"
    list_route = "organisations:list"
    columns = {
        "name": field("name", NAME),
        "sector": field("sector", _("Sector, as a word that stays the same.")),
        "sector_label": label("sector", _("Sector, in words.")),
        "cities": CITIES,
        "summary": field("summary", _("What it does.")),
        "website": field("website", _("Its website.")),
        **ADDRESSES,
    }

    def get_rows(self) -> QuerySet[Organisation]:
        return Organisation.objects.published().for_listing().with_cities()
