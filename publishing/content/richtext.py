"""Rich text: the tags that staff may use, and a field that sanitises on every write."""

import re
from typing import Any

from django.db import models
from django_prose_editor.fields import ProseEditorField, create_sanitizer

from publishing.content.text import composed, normal
from publishing.content.text_references import SCHEME

# What staff may write, and so what the sanitiser lets through. Headings start at level 2,
# because the page's own title is level 1.
EDITOR_EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3, 4]},
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Blockquote": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto", SCHEME]},
    "HorizontalRule": True,
    "HardBreak": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "LibraryPicture": True,
    "CleanPaste": True,
    "History": True,
    # Every tool is a button that a keyboard reaches; the library's block menu is not.
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


# Elements of other programs, and ours in their place. Headings start at level 2.
_ALIASES = {"b": "strong", "i": "em", "h1": "h2", "h5": "h4", "h6": "h4", "div": "p"}
_ALIAS = re.compile(r"(</?)(b|i|h1|h5|h6|div)(?=[\s/>])", re.IGNORECASE)
_FIGURE = re.compile(r'<figure(?: data-picture="([^"]*)")?>|</figure>')
_EMPTY = re.compile(r"<(p|h[2-4])>(?:\s|&nbsp;|\u2800|<br>)*</\1>")
# Links without a word, with spaces and emphasis at most.
_EMPTY_LINK = re.compile(r"<a\b[^>]*>((?:\s|&nbsp;|\u2800|</?(?:strong|em)>|<br>)*)</a>")
# Texts between tags, and addresses. A tag that ends in “>” must not merge with a mark after it.
_TEXT = re.compile(r"(?:(?<=>)|^)[^<]+")
_ADDRESS = re.compile(r'(?<=\shref=")[^"]*(?=")')
_RECORD = re.compile(rf"^{SCHEME}:", re.IGNORECASE)
_sanitize = create_sanitizer(EDITOR_EXTENSIONS)
# Nearly every text is the same after the first time, and all others soon after.
MOST_PASSES = 5


def strictly(html: str) -> str:
    """Sanitise without mapping foreign tags (h1 to h2), to show what would be lost."""
    cleaned: str = _sanitize(html)
    return cleaned


def clean_html(html: str) -> str:
    """Return a text as it is kept: with the names of our elements, sanitised, and tidy.

    Figures hold nothing but a picture's key, no paragraph or link is empty, and texts between tags
    are in their normal form. A text that was cleaned stays as it is.
    """
    for _pass in range(MOST_PASSES):
        if (cleaned := _clean_once(html)) == html:
            break
        html = cleaned
    return html


def _clean_once(html: str) -> str:
    html = _ALIAS.sub(lambda tag: tag[1] + _ALIASES[tag[2].lower()], html)
    html = _FIGURE.sub(_figure, _sanitize(html))
    html = _ADDRESS.sub(_address, _TEXT.sub(lambda text: composed(text[0]), html))
    return _EMPTY.sub("", _EMPTY_LINK.sub(r"\1", html))


def _address(found: re.Match[str]) -> str:
    # Browsers pass over tabs and line breaks in an address.
    address = normal(re.sub(r"[\t\r\n]", "", found[0]))
    return _RECORD.sub(f"{SCHEME}:", address)


def _figure(tag: re.Match[str]) -> str:
    key = tag[1] or ""
    is_key = key.isascii() and key.isdecimal() and len(key) <= 18
    return f'<figure data-picture="{key}"></figure>' if is_key else ""


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
