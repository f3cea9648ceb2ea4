"""What pages tell machines: schema.org data as JSON-LD, in a script that browsers do not run.

Each app has a module of this name with a function for each of its records. They take the
record and `absolute`, which turns a path into a full address, and give plain dicts.
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
    """The data as a script element for the head of a page."""
    whole = {"@context": "https://schema.org"} | data
    text = json.dumps(whole, cls=DjangoJSONEncoder, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def known(data: Data) -> Data:
    """The data without what is not known: machines are told facts, not gaps."""
    return {key: value for key, value in data.items() if value}


def portal(name: str, absolute: Absolute) -> Data:
    """The portal itself under its name, as the publisher of its texts."""
    return {"@type": "Organization", "name": name, "url": absolute(reverse("home"))}


def breadcrumbs(steps: Iterable[tuple[str, str]], absolute: Absolute) -> Data:
    """A trail of (path, label) from the home page, which is added, down to the page itself."""
    trail = [(reverse("home"), _("Home")), *steps]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": str(label), "item": absolute(path)}
            for place, (path, label) in enumerate(trail, 1)
        ],
    }
