"""Network address of a visitor, behind proxies too. Rate limits are counted by it."""

import logging
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.core import checks
from django.http import HttpRequest

logger = logging.getLogger(__name__)

# An address that no visitor has, for connections without one (a Unix socket).
UNKNOWN = IPv4Address("0.0.0.0")  # noqa: S104 (compared, not bound)

FEWER = (
    "X-Forwarded-For holds fewer addresses (%s) than there should be proxies (PROXY_COUNT=%s), so "
    "visitors share the limits of the proxy. If all requests come through your proxies, "
    "PROXY_COUNT is too large, and a visitor who sends that header can choose an address: lower it."
)
UNREADABLE = (
    "X-Forwarded-For holds no address where the outermost of your proxies should have written "
    "that of its visitor (PROXY_COUNT=%s), so visitors share the limits of the proxy."
)
PRIVATE = (
    "A visitor has an address of a private network, %s. If visitors come from the internet, this "
    "is a proxy of yours and they share its limits: PROXY_COUNT (%s) is too small, or a proxy "
    "further out does not set X-Forwarded-For."
)
warned: set[str] = set()


def visitor_address(request: HttpRequest) -> str:
    """Return the address by which a visitor's requests are counted.

    An IPv6 address is reduced to its /64, the smallest network that a customer is assigned, within
    which a visitor can choose addresses. If X-Forwarded-For does not hold what the proxies should
    have written, the address of the connection counts: visitors then share a limit, but none
    chooses an address.
    """
    address = forwarded_address(request) if settings.BEHIND_PROXY else None
    address = address or parse_address(request.META.get("REMOTE_ADDR", "")) or UNKNOWN
    if isinstance(address, IPv6Address):
        address = IPv6Address(int(address) >> 64 << 64)
    return str(address)


def forwarded_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return the address that the outermost of our proxies wrote into X-Forwarded-For.

    Each proxy adds the address of its client at the right end, so it is counted from there;
    everything further left was sent by the visitor and may be false. A server joins several lines
    of this header in their order. Warns once in a process about each sign of a wrong number.
    """
    count = settings.PROXY_COUNT
    header = request.META.get("HTTP_X_FORWARDED_FOR", "")
    entries = header.split(",") if header.strip() else []
    if len(entries) < count:
        warn_once(FEWER, len(entries), count)
        return None
    address = parse_address(entries[-count])
    if address is None:
        warn_once(UNREADABLE, count)
    elif not address.is_global:
        warn_once(PRIVATE, address, count)
    return address


def parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in a text that may hold a port too, such as `[2001:db8::1]:443`.

    An IPv4 address in the form of IPv6, as some servers write it, is returned as IPv4.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def warn_once(message: str, *values: object) -> None:
    """Log a warning unless this process has logged it before."""
    if message not in warned:
        warned.add(message)
        logger.warning(message, *values)


@checks.register(checks.Tags.security)
def check_proxy_count(**kwargs: Any) -> list[checks.CheckMessage]:
    """Warn if proxies are counted whose header is not read."""
    if settings.BEHIND_PROXY or settings.PROXY_COUNT == 1:
        return []
    return [
        checks.Warning(
            f"PROXY_COUNT is {settings.PROXY_COUNT}, but BEHIND_PROXY is off: X-Forwarded-For is "
            "ignored, and visitors behind one proxy share their limits.",
            hint="Set BEHIND_PROXY=on, or take PROXY_COUNT out.",
            id="portal.W001",
        )
    ]
