"""Read the table of an import's preview."""

import re

from tests.admin_pages import admin_url
from tests.parsed_page import ParsedPage, parse, words

ROW = re.compile(r'<tbody id="row-\d+".*?</tbody>', re.DOTALL)
FILTER = re.compile(r"\?(show=[a-z_]+)?")
ACTIONS = re.compile(r'<span class="import-actions">.*?</span>\s*</td>', re.DOTALL)


def show(desk, batch, query=""):
    """Return the response of the preview."""
    answer = desk.client.get(admin_url(batch.model_class, "batch", batch.pk) + query)
    assert answer.status_code == 200
    return answer


def lines(response):
    """Return the words of each row, without its links to correct it."""
    rows = ROW.findall(response.content.decode())
    return [ParsedPage(f"<body>{ACTIONS.sub('</td>', row)}").text for row in rows]


def headings(response):
    return words(response.content.decode(), "<thead>", "</thead>")


def filters(response):
    """Return the words of the filters, by the address of each."""
    links = parse(response).links
    return {address: said for said, address in links if FILTER.fullmatch(address)}


def mend(desk, batch, number, query="", **posted):
    """Post a correction of a row; return the response."""
    address = admin_url(batch.model_class, "batch_row", batch.pk, number)
    return desk.client.post(address + query, posted)
