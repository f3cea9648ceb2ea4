"""What every Atom feed needs: text that XML can hold, and names of entries that last."""

from uuid import NAMESPACE_OID, uuid5

from django.db.models import Model


def legible(text: str) -> str:
    """The text without control characters, which XML 1.0 cannot hold."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def lasting_id(record: Model) -> str:
    """The id of a record's entry: the same for ever, whatever becomes of its name and address."""
    return uuid5(NAMESPACE_OID, f"{record._meta.label_lower}/{record.pk}").urn
