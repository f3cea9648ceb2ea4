"""The pages of networks and organisations."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from publishing.views import FinderList, RecordDetail

from .filters import NetworkFilter
from .models import Network, Organisation


class NetworkList(FinderList):
    filterset_class = NetworkFilter

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
        return super().get_context_data(news=news, **kwargs)


class OrganisationDetail(RecordDetail):
    model = Organisation

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        networks = Network.objects.published()
        memberships = self.object.memberships.filter(network__in=networks)
        return super().get_context_data(
            cities=self.object.cities.published().for_listing(),
            memberships=memberships.order_by("network__name_key", "pk").prefetch_related(
                Prefetch("network", networks.for_listing())
            ),
            **kwargs,
        )
