"""Tags of pictures: words that staff choose freely, kept as one text in lower case.

A library has a few dozen tags, and a picture a few. The search of the library and the history read
one column as it is; a table of tags would need code for both.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from publishing.content.text_fields import LineField

SEPARATOR = ", "


def tags_in(text: str) -> list[str]:
    """Return the tags in a text, in the order typed, each once."""
    words = (" ".join(part.split()) for part in text.lower().split(","))
    return list(dict.fromkeys(filter(None, words)))


def all_tags(texts: Iterable[str]) -> list[str]:
    """Return the tags in these texts, in alphabetical order."""
    return sorted({tag for text in texts for tag in tags_in(text)})


def tagged(tag: str) -> Q:
    """Return the condition for pictures with a tag."""
    [tag] = tags_in(tag) or [""]
    return (
        Q(tags=tag)
        | Q(tags__startswith=f"{tag}{SEPARATOR}")
        | Q(tags__endswith=f"{SEPARATOR}{tag}")
        | Q(tags__contains=f"{SEPARATOR}{tag}{SEPARATOR}")
    )


class TagsField(LineField):
    """Field that keeps tags in one form: in lower case, separated by a comma and a space."""

    def normalised(self, value: Any) -> Any:
        text = super().normalised(value)
        return SEPARATOR.join(tags_in(text)) if isinstance(text, str) else text
