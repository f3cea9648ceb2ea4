"""The finder of networks."""

from django.utils.translation import gettext_lazy as _

from partners.models import Network
from publishing.finder.facets import FacetFilter
from publishing.finder.filters import SearchFilter
from publishing.finder.finder import Finder


class NetworkFilter(Finder):
    q = SearchFilter(label=_("Name of a network or city"))
    scope = FacetFilter("of_scope", "scope", labels=dict(Network.Scope.choices), label=_("Reach"))
