"""Quality checks: warnings about a record before it is published.

They are advice, not rules: a publisher may go on in spite of it, and gives a reason. Each check
takes a record and yields advice; an admin lists its checks in `quality_checks`. A check reads the
record's own fields and not its rows, because the record may be an unsaved copy with the fields of a
draft.
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

from publishing.content.doubles import NearDoubles, identity_of
from publishing.content.identity import name_of
from publishing.content.richtext import RichTextField
from publishing.content.text_references import SCHEME, Outline, page_at, pictures, records
from publishing.pictures.models import Picture

SUMMARY = (40, 300)
"""Minimum and maximum length of a summary that lists and search engines show well."""

LEAST_WIDTH = 640
"""Width in pixels from which a picture is sharp on a card."""


class Advice(NamedTuple):
    """A warning: the field that it is about, and a sentence for staff."""

    field: str
    message: str


Check = Callable[[Any], Iterator[Advice]]


def advice_on(record: models.Model, checks: Iterable[Check] | None = None) -> list[Advice]:
    """Return the advice of these checks on a record; by default of all checks of this module."""
    return [advice for check in (CHECKS if checks is None else checks) for advice in check(record)]


def oldest_check() -> date:
    """Return the earliest day on which a comparison with the source still counts: a year ago.

    The advice on a record and the filters of lists both use it.
    """
    return timezone.localdate() - timedelta(days=365)


# -- Words ---------------------------------------------------------------------------------

FILE_NAME = re.compile(r"[^/\\]+\.(jpe?g|png|webp|avif|gif|tiff?|heic|bmp)", re.IGNORECASE)
CAMERA_NAME = re.compile(
    r"(img|image|dsc[nf]?|dcim|pxl|p|photo|picture|foto|screenshot|whatsapp image|untitled|scan)"
    r"[\W_]*(\d[\d\W_]*)?(copy|final|\(\d+\))?",
    re.IGNORECASE,
)
VAGUE_TEXTS = frozenset(
    {"photograph", "graphic", "logo", "banner", "header", "illustration", "pic", "portrait"}
)
VAGUE_LINKS = frozenset(
    {
        "here", "click here", "click", "see here", "this", "this link", "link", "this page",
        "this website", "website", "more", "read more", "learn more", "find out more", "see more",
        "more information", "further information", "go", "download",
    }
)  # fmt: skip
BARE_ADDRESS = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)


def alt_text_problem(text: str) -> str:
    """Return the problem of an alternative text; "" if there is none."""
    text = text.strip()
    if FILE_NAME.fullmatch(text):
        return _("The alternative text “%s” is a file name. Say what the picture shows.") % text
    if CAMERA_NAME.fullmatch(text) or text.lower().strip(" .") in VAGUE_TEXTS:
        return (
            _("The alternative text “%s” could stand for any picture. Say what this one shows.")
            % text
        )
    return ""


def picture_problem(picture: Picture) -> str:
    """Return the problem of a picture for people who cannot see it; "" if there is none."""
    if picture.is_decorative:
        return ""
    if not picture.alternative_text.strip():
        return _("The picture “%s” has no alternative text.") % picture.title
    problem = alt_text_problem(picture.alternative_text)
    values = {"title": picture.title, "advice": problem}
    return _("Picture “%(title)s”: %(advice)s") % values if problem else ""


# -- Checks --------------------------------------------------------------------------------


def check_summary(record: Any) -> Iterator[Advice]:
    if not has_field(record, "summary"):
        return
    length = len(record.summary.strip())
    shortest, longest = SUMMARY
    if not length:
        yield Advice("summary", _("There is no summary. Lists and search engines would show it."))
    elif not shortest <= length <= longest:
        yield Advice(
            "summary",
            _("The summary has %(length)s characters; between %(least)s and %(most)s read best.")
            % {"length": length, "least": shortest, "most": longest},
        )


def check_last_check(record: Any) -> Iterator[Advice]:
    if not has_field(record, "checked_on"):
        return
    if record.checked_on is None:
        yield Advice("checked_on", _("Nobody has compared this record with its source yet."))
    elif record.checked_on < oldest_check():
        yield Advice("checked_on", _("The record was last checked more than a year ago."))


def check_pictures(record: Any) -> Iterator[Advice]:
    for field in record._meta.concrete_fields:
        picture = getattr(record, field.name) if field.related_model is Picture else None
        if picture and (message := picture_problem(picture)):
            yield Advice(field.name, message)


def check_library_picture(picture: Picture) -> Iterator[Advice]:
    """Check the size and the alternative text of a picture of the library."""
    if 0 < picture.width < LEAST_WIDTH:
        message = _(
            "The picture has only %(width)s × %(height)s pixels, so it will look blurred. Choose a "
            "larger one."
        )
        yield Advice("file", message % {"width": picture.width, "height": picture.height})
    if not picture.is_decorative and (problem := alt_text_problem(picture.alternative_text)):
        yield Advice("alternative_text", problem)


def check_texts(record: Any) -> Iterator[Advice]:
    for field in record._meta.concrete_fields:
        if isinstance(field, RichTextField) and (html := getattr(record, field.attname)):
            outline = Outline(html)
            for check in (check_heading_order, check_link_words, check_dead_links, check_videos):
                yield from (Advice(field.name, message) for message in check(outline))
            yield from (Advice(field.name, said) for said in check_text_pictures(html, outline))


def check_doubles(record: Any) -> Iterator[Advice]:
    """Check for a record of nearly the same name.

    Only among public ones: everybody may know of those.
    """
    if identity_of(type(record)) is None or not hasattr(type(record).objects, "published"):
        return
    for double in NearDoubles(type(record).objects.published()).of(record):
        message = _("There is already %(record)s. Is this another one?")
        yield Advice(name_of(type(record)), message % {"record": double.label})


CHECKS: tuple[Check, ...] = (
    check_doubles,
    check_summary,
    check_texts,
    check_pictures,
    check_last_check,
)


def has_field(record: models.Model, name: str) -> bool:
    try:
        record._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


# -- Checks of one text --------------------------------------------------------------------


def check_heading_order(outline: Outline) -> Iterator[str]:
    """Yield a message for each heading that skips a level or has no words."""
    previous = 1
    for level, text in outline.headings:
        if not text:
            yield _("A heading is empty.")
        elif level > previous + 1:
            yield _(
                "The heading “%(words)s” is at level %(level)s, but there is no heading of level "
                "%(left_out)s above it."
            ) % {
                "words": text,
                "level": level,
                "left_out": previous + 1,
            }
        previous = level


def check_link_words(outline: Outline) -> Iterator[str]:
    """Yield a message for each link whose words do not describe its target.

    Many people hear links without the text around them.
    """
    for _address, text in outline.links:
        if not text:
            yield _("A link has no text.")
        elif text.lower().strip(" .…→»>!") in VAGUE_LINKS or BARE_ADDRESS.fullmatch(text):
            yield _("The link “%s” does not say where it leads.") % text


def check_dead_links(outline: Outline) -> Iterator[str]:
    """Yield a message for each link into the portal to a page that visitors cannot see."""
    scheme = f"{SCHEME}:"
    names = {
        address.removeprefix(scheme)
        for address, _words in outline.links
        if address.startswith(scheme)
    }
    public = records(names) if names else {}
    for address, text in outline.links:
        name = address.removeprefix(scheme)
        if (address.startswith(scheme) and name not in public) or is_dead_address(address):
            yield _("The link “%s” leads to a page that is not public or does not exist.") % text


def is_dead_address(address: str) -> bool:
    """Return whether an address of the portal has no public page, judging by its path alone."""
    if not address.startswith("/") or address.startswith("//"):
        return False
    try:
        target = page_at(address)
    except Resolver404:
        return True
    if target is None:
        return False
    model, slug = target
    is_public = model._default_manager.published().filter(slug=slug).exists()
    return not is_public and not model.former_slugs().filter(slug=slug).exists()


def check_videos(outline: Outline) -> Iterator[str]:
    """Yield a message for each video without a title; visitors would see its site alone."""
    for address, title in outline.videos:
        if not title:
            yield _("The video at %s has no title. Say what it shows.") % address


def check_text_pictures(html: str, outline: Outline) -> Iterator[str]:
    known = pictures(html)
    for key in dict.fromkeys(outline.pictures):
        if key not in known:
            yield _("A picture in the text is no longer in the library.")
        elif message := picture_problem(known[key]):
            yield message
