"""The order of search results: matches in names come before matches in texts."""

from typing import Any

from django.db.models import Case, When

from publishing.content.english import deciding_words


def names_first(field: str, text: str) -> list[Any]:
    """Return an order: names that begin with the text, then those that contain it in one piece."""
    folded = " ".join(word.fold for word in deciding_words(text))
    return [
        Case(
            When(**{f"{field}__startswith": f" {folded}"}, then=0),
            When(**{f"{field}__contains": f" {folded}"}, then=1),
            default=2,
        )
    ]
