"""Rich text: the tags that staff may use, and a field that sanitises on every write."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django.db import models
from django_prose_editor.config import allowlist_from_extensions, expand_extensions
from django_prose_editor.fields import ProseEditorField

from publishing.content.rich_text_form import (
    FOREIGN_BLOCKS,
    FOREIGN_LINES,
    FOREIGN_MARKS,
    editor_form,
)
from publishing.content.text import holdable
from publishing.content.text_references import SCHEME

# What staff may write, and so what the sanitiser lets through. Headings start at level 2,
# because the page's own title is level 1.
EDITOR_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Subscript": True,
    "Superscript": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "QuotationSource": True,
    "Callout": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", SCHEME]},
    "HorizontalRule": True,
    "HardBreak": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "LibraryPicture": True,
    "Video": True,
    "FigureCaption": True,
    "CleanPaste": True,
    "Toolbar": True,
    "History": True,
    # Every tool is a button of the toolbar; the library's block menu is not.
    "Menu": {
        "groups": [
            {"group": "headings"},
            {"group": "marks"},
            {"group": "link"},
            {"group": "lists"},
            {"group": "nodes -blockType -lists"},
            {"group": "table"},
            {"group": "history"},
        ]
    },
}


_ALLOWED = allowlist_from_extensions(expand_extensions(EDITOR_EXTENSIONS))
# The names of other programs' elements go with the second step.
_ALLOWED_FOREIGN = _ALLOWED | {
    "tags": _ALLOWED["tags"].union(FOREIGN_LINES, FOREIGN_MARKS, FOREIGN_BLOCKS)
}
# Nearly every text is the same after the first time, and all others soon after.
MOST_PASSES = 5


@cache
def _sanitizer(takes_foreign: bool) -> Callable[[str], str]:
    """Return the sanitiser; only saving needs it, so reading pages does not load the library."""
    import nh3

    clean: Callable[[str], str]
    clean = nh3.Cleaner(**_ALLOWED_FOREIGN if takes_foreign else _ALLOWED).clean
    return clean


def strictly(html: str) -> str:
    """Sanitise without mapping foreign tags (h1 to h2), to show what would be lost."""
    return _sanitizer(takes_foreign=False)(html)


@lru_cache(maxsize=64)
def clean_html(html: str) -> str:
    """Return a text as it is kept: sanitised, and in the form in which the editor writes it.

    Figures hold nothing but a picture's key or a video's address and a caption, no paragraph or
    link is empty, and texts between tags are in their normal form. A text that was cleaned stays
    as it is.
    """
    # A save cleans the same text in the form, in the model and on the write; hence the cache.
    # The sanitiser cannot read lone surrogates.
    html = holdable(html)
    for _pass in range(MOST_PASSES):
        if (cleaned := editor_form(_sanitizer(takes_foreign=True)(html))) == html:
            break
        html = cleaned
    return html


class RichTextField(ProseEditorField):
    """Store HTML from a small toolbar, sanitised in forms and again on every write.

    The library sanitises in `clean()` alone, which imports, shells and bulk writes do not call; so
    the database value is sanitised as well.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", EDITOR_EXTENSIONS)
        kwargs.setdefault("sanitize", clean_html)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        cleaned: str = self.sanitize(super().pre_save(model_instance, add) or "")
        # The object then has the same value as its row.
        setattr(model_instance, self.attname, cleaned)
        return cleaned

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        # `QuerySet.update()` and `bulk_update()` call nothing but this.
        if isinstance(value, str):
            value = self.sanitize(value)
        return super().get_db_prep_save(value, connection)
