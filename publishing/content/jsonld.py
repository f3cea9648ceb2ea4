"""schema.org data as JSON-LD, in a script element that browsers do not run.

Each app has a module of this name with a function for each of its kinds of record. The functions
take the record and `absolute`, which turns a path into a full address, and return plain dicts.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Absolute = Callable[[str], str]
Data = dict[str, Any]

# No text may end the script, or begin a comment or another script inside it.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def script(data: Data) -> SafeString:
    """Return the data as a script element for the head of a page."""
    whole = {"@context": "https://schema.org"} | data
    text = json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def known(data: Data) -> Data:
    """Return the data without empty values, so that machines get facts and no gaps."""
    return {key: value for key, value in data.items() if value}


def portal(name: str, absolute: Absolute) -> Data:
    """Return the portal as an organisation: the publisher of its texts."""
    return {"@type": "Organization", "name": name, "url": absolute(reverse("home"))}


def breadcrumbs(steps: Iterable[tuple[str, str]], absolute: Absolute) -> Data:
    """Return a BreadcrumbList of (path, label) pairs; the home page is added in front."""
    trail = [(reverse("home"), _("Home")), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": str(label), "item": absolute(path)}
            for place, (path, label) in enumerate(trail, 1)
        ],
    }
