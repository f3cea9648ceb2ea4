"""Permanent ids of the entries of Atom feeds."""

from uuid import NAMESPACE_OID, uuid5

from django.db.models import Model


def lasting_id(record: Model) -> str:
    """Return the id of a record's feed entry, which stays the same when its name or address
    changes.
    """
    return uuid5(NAMESPACE_OID, f"{record._meta.label_lower}/{record.pk}").urn
