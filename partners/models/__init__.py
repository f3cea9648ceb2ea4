"""Models of partners: each module holds one kind of record with its queries."""

from partners.models.memberships import Membership
from partners.models.networks import Network, Sector
from partners.models.organisations import Organisation

__all__ = ["Membership", "Network", "Organisation", "Sector"]
