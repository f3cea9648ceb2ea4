"""The Content-Security-Policy of every page."""

from typing import Any

from csp.constants import NONCE, NONE, SELF


def policy(media: str) -> dict[str, Any]:
    """Return the setting of django-csp for pictures that are served at `media`.

    Public pages are cached, so they must not contain a nonce; the middleware adds one to the
    policy only where a template asks for it, which only the admin's editor does. Violations are
    not reported: reports hold addresses that visitors read, and most come from their extensions.
    The tests load the pages in a browser instead.
    """
    return {
        "DIRECTIVES": {
            # For the manifest, whose own directive Safari reports as unknown. The rest is named.
            "default-src": [SELF],
            "script-src": [SELF, NONCE],
            "style-src": [SELF],
            # Pictures may be served by another server.
            "img-src": [SELF, *([media] if "://" in media else [])],
            "font-src": [SELF],
            "connect-src": [SELF],
            "object-src": [NONE],
            "frame-src": [NONE],
            "media-src": [NONE],
            "worker-src": [NONE],
            "form-action": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
        }
    }
