"""What could be better about a record before visitors see it.

Advice, not rules: whoever publishes may go on all the same, and says why. Each check takes a
record and yields what it found; an admin lists its checks in `quality_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import Resolver404
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.fields import RichTextField
from publishing.content.richtext import SCHEME, Outline, page_at, pictures, records
from publishing.pictures.models import Picture

SUMMARY = (40, 300)
"""How many characters of a summary lists and search engines show well."""


class Advice(NamedTuple):
    """A finding: the field that it is about, and a sentence for staff."""

    field: str
    said: str


Check = Callable[[Any], Iterator[Advice]]


def advice_on(record: models.Model, checks: Iterable[Check] | None = None) -> list[Advice]:
    """Return what the checks find; by default all of this module."""
    return [found for check in (CHECKS if checks is None else checks) for found in check(record)]


def oldest_check() -> date:
    """Return the earliest day on which a comparison with the source still counts: a year ago.

    The advice of a record and the filters of lists both use it.
    """
    return timezone.localdate() - timedelta(days=365)


# -- Words ---------------------------------------------------------------------------------

FILE_NAME = re.compile(r"[^/\\]+\.(jpe?g|png|webp|avif|gif|tiff?|heic|bmp)", re.IGNORECASE)
CAMERA = re.compile(
    r"(img|image|dsc[nf]?|dcim|pxl|p|photo|picture|foto|screenshot|whatsapp image|untitled|scan)"
    r"[\W_]*(\d[\d\W_]*)?(copy|final|\(\d+\))?",
    re.IGNORECASE,
)
SAYS_NOTHING = frozenset(
    {"photograph", "graphic", "logo", "banner", "header", "illustration", "pic", "portrait"}
)
SAYS_NO_TARGET = frozenset(
    {
        "here", "click here", "click", "see here", "this", "this link", "link", "this page",
        "this website", "website", "more", "read more", "learn more", "find out more", "see more",
        "more information", "further information", "go", "download",
    }
)  # fmt: skip
BARE_ADDRESS = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)


def weak_text(text: str) -> str:
    """What is wrong with an alternative text; "" if nothing shows."""
    said = text.strip()
    if FILE_NAME.fullmatch(said):
        return _("The alternative text “%s” is a file name. Say what the picture shows.") % said
    if CAMERA.fullmatch(said) or said.lower().strip(" .") in SAYS_NOTHING:
        return (
            _("The alternative text “%s” could stand for any picture. Say what this one shows.")
            % said
        )
    return ""


def about_picture(picture: Picture) -> str:
    """What is wrong with a picture for those who cannot see it; "" if nothing shows."""
    if picture.is_decorative:
        return ""
    if not picture.alternative_text.strip():
        return _("The picture “%s” has no alternative text.") % picture.title
    weak = weak_text(picture.alternative_text)
    return (
        _("Picture “%(title)s”: %(said)s") % {"title": picture.title, "said": weak} if weak else ""
    )


# -- Checks --------------------------------------------------------------------------------


def summary_length(record: Any) -> Iterator[Advice]:
    if not has_field(record, "summary"):
        return
    length = len(record.summary.strip())
    least, most = SUMMARY
    if not length:
        yield Advice("summary", _("There is no summary. Lists and search engines would show it."))
    elif not least <= length <= most:
        yield Advice(
            "summary",
            _("The summary has %(length)s characters; between %(least)s and %(most)s read best.")
            % {"length": length, "least": least, "most": most},
        )


def last_check(record: Any) -> Iterator[Advice]:
    if not has_field(record, "checked_on"):
        return
    if record.checked_on is None:
        yield Advice("checked_on", _("Nobody has compared this record with its source yet."))
    elif record.checked_on < oldest_check():
        yield Advice("checked_on", _("The record was last checked more than a year ago."))


def own_pictures(record: Any) -> Iterator[Advice]:
    for field in record._meta.concrete_fields:
        picture = getattr(record, field.name) if field.related_model is Picture else None
        if picture and (said := about_picture(picture)):
            yield Advice(field.name, said)


def own_text(picture: Picture) -> Iterator[Advice]:
    """Check a picture of the library itself."""
    if not picture.is_decorative and (weak := weak_text(picture.alternative_text)):
        yield Advice("alternative_text", weak)


def texts(record: Any) -> Iterator[Advice]:
    for field in record._meta.concrete_fields:
        if isinstance(field, RichTextField) and (html := getattr(record, field.attname)):
            outline = Outline(html)
            for check in (heading_order, link_words, dead_links):
                yield from (Advice(field.name, said) for said in check(outline))
            yield from (Advice(field.name, said) for said in text_pictures(html, outline))


CHECKS: tuple[Check, ...] = (
    summary_length,
    texts,
    own_pictures,
    last_check,
)


def has_field(record: models.Model, name: str) -> bool:
    try:
        record._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


# -- Checks of one text --------------------------------------------------------------------


def heading_order(outline: Outline) -> Iterator[str]:
    """Headings that skip a level, and headings without words."""
    before = 1
    for level, words in outline.headings:
        if not words:
            yield _("There is a heading without words.")
        elif level > before + 1:
            yield _(
                "The heading “%(words)s” has level %(level)s, but level %(left_out)s is left out."
            ) % {
                "words": words,
                "level": level,
                "left_out": before + 1,
            }
        before = level


def link_words(outline: Outline) -> Iterator[str]:
    """Links whose words do not say where they lead: many people hear links without the rest."""
    for _address, words in outline.links:
        if not words:
            yield _("There is a link without words.")
        elif words.lower().strip(" .…→»>!") in SAYS_NO_TARGET or BARE_ADDRESS.fullmatch(words):
            yield _("The link “%s” does not say where it leads.") % words


def dead_links(outline: Outline) -> Iterator[str]:
    """Links into the portal that lead to nothing a visitor can see."""
    scheme = f"{SCHEME}:"
    named = {to.removeprefix(scheme) for to, _words in outline.links if to.startswith(scheme)}
    found = records(named) if named else {}
    for address, words in outline.links:
        name = address.removeprefix(scheme)
        if (address.startswith(scheme) and name not in found) or leads_nowhere(address):
            yield _("The link “%s” leads to a page that is not public or not there.") % words


def leads_nowhere(address: str) -> bool:
    """Whether an address of the portal has no page, by its path alone."""
    if not address.startswith("/") or address.startswith("//"):
        return False
    try:
        found = page_at(address)
    except Resolver404:
        return True
    if found is None:
        return False
    model, slug = found
    is_public = model._default_manager.published().filter(slug=slug).exists()
    return not is_public and not model.former_slugs().filter(slug=slug).exists()


def text_pictures(html: str, outline: Outline) -> Iterator[str]:
    found = pictures(html)
    for key in dict.fromkeys(outline.pictures):
        if key not in found:
            yield _("A picture in the text is not in the library any more.")
        elif said := about_picture(found[key]):
            yield said
