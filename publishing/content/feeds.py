"""Helpers for Atom feeds: text that XML 1.0 can hold, and permanent entry ids."""

from uuid import NAMESPACE_OID, uuid5

from django.db.models import Model


def legible(text: str) -> str:
    """Return the text without control characters, which XML 1.0 cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def lasting_id(record: Model) -> str:
    """Return the id of a record's feed entry, which stays the same when its name or address
    changes.
    """
    return uuid5(NAMESPACE_OID, f"{record._meta.label_lower}/{record.pk}").urn
