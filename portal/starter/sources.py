"""Check of the addresses that the starter content gives as its sources."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, urlsplit

from portal.starter.reading import FileRow, StarterFault
from publishing.content.richtext import RichTextField

COPY = "This site copies others. Name the original."
# Hosts by kind: parts of names between dots, and the reason against them.
UNFIT_HOSTS: tuple[tuple[str, str], ...] = (
    (
        r"^(preprod|staging|stage|test|dev)[.-]|-(staging|preprod|test)\.",
        "This is a test host. Name the public page.",
    ),
    (r"(^|\.)(miragenews|holymagazine|gmt8press|center4mediarts|hindi-lyrics)\.com$", COPY),
    (r"(^|\.)(indiaeducationdiary\.in|webull\.ca)$", COPY),
    (
        r"wiki|(^|\.)fandom\.com$",
        "Anybody can edit this site. Name the source that it gives.",
    ),
    (
        r"(^|\.)blog\.|blogspot\.|\.wordpress\.com$|(^|\.)(medium|substack|tumblr)\.com$",
        "This is a blog. Name its source, or a newspaper.",
    ),
    (
        r"^cdn[.-]|^feeds?\.|\.terminalfour\.net$|cloudfront\.net$|akamai|^amp\.",
        "This host only delivers a site. Name the site itself.",
    ),
    (
        r"(^|\.)(github|gitlab|githubusercontent|bitbucket)\.",
        "This is a store of code. Name the source of its text.",
    ),
)
UNFIT_PARAMETERS = re.compile(r"(hs_)?amp$|utm_.*|fbclid$|gclid$")
AMP_PATH = re.compile(r"/amp(/|$)|/articleAmp/")
HTTPS_HOSTS = {"uil.unesco.org", "www.bristol.ac.uk", "www.mmu.ac.uk", "www.swansea.ac.uk"}
"""Hosts known to answer by HTTPS; others are learnt from the addresses themselves."""

EXTERNAL_LINK = re.compile(r'href="(https?://[^"]+)"')


def unfit_reason(address: str, https_hosts: Iterable[str] = HTTPS_HOSTS) -> str:
    """Return the sentence against an address as a source; "" for a fit one."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    for pattern, reason in UNFIT_HOSTS:
        if re.search(pattern, host):
            return reason
    names = [name for name, _value in parse_qsl(parts.query, keep_blank_values=True)]
    if any(UNFIT_PARAMETERS.match(name) for name in names) or AMP_PATH.search(parts.path):
        return "Leave out what leads to a reduced page or follows the reader (AMP, utm_…)."
    if parts.scheme == "http" and host in https_hosts:
        return f"{host} can be read by HTTPS. Begin the address with https://."
    return ""


def source_faults(rows: Iterable[FileRow]) -> Iterator[StarterFault]:
    """Yield a fault for each source without an address, and for each unfit address."""
    rows = list(rows)
    addresses = [(row, column, address) for row in rows for column, address in sources_of(row)]
    secure = {urlsplit(a).hostname or "" for _row, _column, a in addresses if a.startswith("https")}
    for row, column, address in addresses:
        reason = "This source has no address."
        if address:
            reason = unfit_reason(address, HTTPS_HOSTS | secure)
        if reason:
            yield StarterFault(row.file.name, row.line, column, reason)


def sources_of(row: FileRow) -> Iterator[tuple[str, str]]:
    """Yield the column and the address of each source of a row, texts included."""
    if row.cells.get("source") and "source_url" in row.cells:
        yield "source_url", row.cells["source_url"]
    for name, value in row.values.items():
        if value and isinstance(row.file.model._meta.get_field(name), RichTextField):
            for address in EXTERNAL_LINK.findall(value):
                yield name, address
