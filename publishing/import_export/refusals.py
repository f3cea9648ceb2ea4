"""Sentences about values that a field refuses: with the value, and what to write instead.

Django's own do not name the value, because a form shows it next to them.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext as _

# The codes with which Django refuses an empty value.
EMPTY = ("blank", "null", "required")
_LONGEST_SHOWN = 60


def empty_message(field: Any) -> str:
    """Return the sentence for an empty value that has to be filled in."""
    return _("%(label)s: This cannot be empty.") % {"label": capfirst(str(field.verbose_name))}


def refusal(field: models.Field[Any, Any], text: str, error: ValidationError) -> str:
    """Return the sentence for a value that a field refuses, without the field's label."""
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    limit = (error.params or {}).get("limit_value")
    match error.code:
        case "max_value":
            return _("“%(text)s” is more than %(limit)s.") % {"text": shown, "limit": limit}
        case "min_value":
            return _("“%(text)s” is less than %(limit)s.") % {"text": shown, "limit": limit}
        case "max_length":
            message = _("“%(text)s” has %(length)s characters; at most %(limit)s fit.")
            return message % {"text": shown, "length": len(text), "limit": limit}
        case "invalid" if isinstance(field, models.URLField):
            message = _("“%(text)s” is not a web address. Write it as https://example.org/page.")
            return message % {"text": shown}
        case "invalid" if isinstance(field, models.SlugField):
            message = _("“%(text)s” is not an address. Did you mean %(slug)s?")
            return message % {"text": shown, "slug": slugify(text) or "manchester"}
    message = " ".join(error.messages)
    return message if shown in message else f"“{shown}”: {message}"
