"""What networks can be found by."""

from django.utils.translation import gettext_lazy as _

from publishing.filters import FacetFilter, Finder, SearchFilter

from .models import Network


class NetworkFilter(Finder):
    q = SearchFilter(label=_("Name of a network or city"))
    scope = FacetFilter("of_scope", "scope", labels=dict(Network.Scope.choices), label=_("Reach"))
