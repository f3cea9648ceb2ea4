"""The portal itself as schema.org data."""

from django.urls import reverse

from publishing.content.jsonld import Absolute, Data


def website(name: str, absolute: Absolute) -> Data:
    """Return the WebSite, with the address of its search."""
    return {
        "@type": "WebSite",
        "name": name,
        "url": absolute(reverse("home")),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": absolute(reverse("cities:list")) + "?q={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        },
    }
