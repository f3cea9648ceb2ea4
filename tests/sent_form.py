"""The form on the page for a fault, which sends once more what could not be saved."""

import re
from html import unescape


def sent_again(page: str) -> dict[str, list[str]]:
    """Return the fields as the button of the page sends them."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page):
        fields.setdefault(unescape(name), []).append(unescape(value))
    return fields
