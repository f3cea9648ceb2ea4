"""Pages of networks and organisations."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from cities.drawing.maps import SIDE_PIXELS, map_figure
from cities.models.expressions import published_rows
from partners.filters import NetworkFilter, OrganisationFilter
from partners.models import Network, Organisation
from publishing.views import FinderList, RecordDetail


class NetworkList(FinderList):
    filterset_class = NetworkFilter
    # All networks that are known fit on one page, where the browser's own search finds them too.
    paginate_by = 50

    def get_template_names(self) -> list[str]:
        return ["partners/network_list.html"]

    def get_rows(self) -> QuerySet[Network]:
        return Network.objects.published().for_listing()


class NetworkDetail(RecordDetail):
    model = Network

    def get_queryset(self) -> QuerySet[Network]:
        return Network.objects.for_listing().with_members().select_related("picture")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        news = self.object.news_items.published().for_listing()[:4]
        map_ = map_figure(self.object.public_cities, pixels=SIDE_PIXELS)
        return super().get_context_data(news=news, map=map_, **kwargs)


class OrganisationList(FinderList):
    filterset_class = OrganisationFilter

    def get_template_names(self) -> list[str]:
        return ["partners/organisation_list.html"]

    def get_rows(self) -> QuerySet[Organisation]:
        return Organisation.objects.published().for_listing().with_cities()


class OrganisationDetail(RecordDetail):
    model = Organisation

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        networks = Network.objects.published()
        cities = self.object.cities.published().for_listing()
        memberships = (
            self.object.memberships.filter(network__in=networks)
            .order_by("network__name_key", "pk")
            .prefetch_related(Prefetch("network", networks.for_listing()))
        )
        named = [membership.network.slug for membership in memberships]
        return super().get_context_data(
            cities=cities,
            map=map_figure(cities, pixels=SIDE_PIXELS),
            memberships=memberships,
            news=published_rows(Network, "news_items").about_network(*named).for_listing()[:4],
            **kwargs,
        )
