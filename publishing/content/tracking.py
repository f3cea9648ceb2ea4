"""Tracking codes: parameters that other sites and mailings add to links to follow people."""

from urllib.parse import unquote_plus

# Campaign parameters of Google Analytics, Matomo, HubSpot, Vero and Adobe.
PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "vero_", "oly_")
# Click identifiers of advertisers, social networks and mailing programs.
NAMES = frozenset(
    "fbclid gclid gclsrc gbraid wbraid dclid msclkid yclid twclid ttclid li_fat_id igshid igsh "
    "epik srsltid mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp _ga _gl wickedid "
    "rb_clickid s_cid ml_subscriber ml_subscriber_hash".split()
)


def is_tracking(name: str) -> bool:
    """Return whether a parameter of an address is a tracking code.

    >>> is_tracking("utm_source"), is_tracking("FBCLID"), is_tracking("country")
    (True, True, False)
    """
    name = name.lower()
    return name in NAMES or name.startswith(PREFIXES)


def without_tracking(query: str) -> str:
    """Return the query of an address without its tracking codes; the rest stays as it was written.

    >>> without_tracking("country=GB&utm_source=mail&q=a+b")
    'country=GB&q=a+b'
    """
    parts = query.split("&")
    kept = [part for part in parts if not is_tracking(unquote_plus(part.partition("=")[0]))]
    return query if len(kept) == len(parts) else "&".join(filter(None, kept))
