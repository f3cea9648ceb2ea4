"""References in rich text to records and pictures, and the outline of a text.

Records of the portal and pictures of the library are referred to by key, so that a link follows a
changed address and a picture its replaced file:

    <a href="record:cities.city:12">Manchester</a>
    <figure data-picture="7"><figcaption>Readers under the dome</figcaption></figure>

A video is a link to a page of another site, with a title, and with a `data-picture` if wanted:

    <figure data-video="https://example.org/film"><figcaption>A film</figcaption></figure>

All are resolved when a page is rendered: with one query for each kind of record, one for the
pictures, and none for a text without references.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from html import escape, unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.db import models
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

SCHEME = "record"
# Keys as records have them: numbers that every database can hold, or a short code.
KEY = re.compile(r"[0-9]{1,18}|[A-Za-z]\w{0,39}", re.ASCII)
_REST = r'(?:[^>"]|"[^"]*")*'
RECORD_LINK = re.compile(rf'<a\b{_REST}?\shref="{SCHEME}:([^"]*)"{_REST}>(.*?)</a>', re.DOTALL)
PICTURE = re.compile(r'<figure\b[^>]* data-picture="(\d{1,18})"', re.ASCII)
_FIGURE = re.compile(
    r'<figure(?: data-video="([^"]*)")?(?: data-picture="([0-9]{1,18})")?>'
    r"(?:<figcaption>(.*?)</figcaption>)?</figure>",
    re.DOTALL,
)
CALLOUT = '<aside class="callout">'
_HREF = re.compile(rf'(?<=\shref="){SCHEME}:([^"]*)(?=")')


# -- Keys ----------------------------------------------------------------------------------


def reference(record: models.Model) -> str:
    """Return the address by which a rich text links to a record: "record:cities.city:12"."""
    return f"{SCHEME}:{record._meta.label_lower}:{record.pk}"


def linkable(label: str) -> Any:
    """Return the model with this label if its records have public pages, otherwise None."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    has_page = hasattr(model, "get_absolute_url")
    return model if has_page and hasattr(model._default_manager, "published") else None


def records(named: Iterable[str], *, public: bool = True) -> dict[str, Any]:
    """Return the records behind names such as "cities.city:12", by name; one query for each kind.

    Records that are gone or not public are left out; with `public=False` only those that are gone.
    """
    keys: dict[Any, dict[Any, str]] = defaultdict(dict)
    for name in named:
        label, _colon, key = name.partition(":")
        model = linkable(label)
        if model and KEY.fullmatch(key):
            try:
                keys[model][model._meta.pk.to_python(key)] = name
            except ValidationError:
                continue
    found = {}
    for model, names in keys.items():
        rows = model._default_manager.published() if public else model._base_manager.all()
        for row in rows.filter(pk__in=names):
            found[names[row.pk]] = row
    return found


def page_at(path: str) -> tuple[Any, str] | None:
    """Return (model, slug) of the record page at this path, or None for any other page.

    The record need not exist. Raises Resolver404 if no page has this path.
    """
    match = resolve(path.partition("#")[0].partition("?")[0])
    model = getattr(getattr(match.func, "view_class", None), "model", None)
    is_addressed = "slug" in match.kwargs and hasattr(model, "former_slugs")
    if not is_addressed:
        return None
    slug = match.kwargs["slug"]
    # The page of a name that is no slug only redirects.
    if not slug_re.match(slug):
        raise Resolver404
    return model, slug


def pictures(html: str) -> dict[str, Any]:
    """Return the library pictures of a text by the key that the text has; at most one query."""
    keys = PICTURE.findall(html)
    library = apps.get_model("publishing", "Picture")._default_manager
    return {str(row.pk): row for row in library.filter(pk__in=set(keys))} if keys else {}


# -- Rendering -----------------------------------------------------------------------------


def render(html: str) -> SafeString:
    """Return a rich text as visitors see it; its HTML must be clean, as RichTextField stores it.

    A link to a hidden record becomes plain text; a picture that is gone disappears. A video is a
    link to the other site: nothing is loaded from there. A call-out is a note to screen readers.
    """
    if links := set(_names(html)):
        found = records(links)
        html = RECORD_LINK.sub(lambda link: _link(found.get(link[1]), link[2]), html)
    if "<figure" in html:
        shown = pictures(html)
        html = _FIGURE.sub(lambda figure: _figure(figure, shown.get(figure[2])), html)
    html = html.replace(CALLOUT, f'{CALLOUT[:-1]} role="note">')
    return mark_safe(html)  # noqa: S308 (the field's promise)


def _names(html: str) -> list[str]:
    return [name for name, _text in RECORD_LINK.findall(html)]


def _link(record: Any, text: str) -> str:
    return f'<a href="{escape(record.get_absolute_url())}">{text}</a>' if record else text


def _figure(figure: re.Match[str], picture: Any) -> str:
    caption = figure[3] or ""
    if figure[1]:
        address = unescape(figure[1])
        # The whole card is a link, and so cannot hold others.
        title = unescape(strip_tags(caption))
        context = {"address": address, "host": _host(address), "title": title, "picture": picture}
        return render_to_string("components/video.html", context).strip()
    if picture is None:
        return ""
    context = {"picture": picture, "size": "text", "caption": mark_safe(caption)}  # noqa: S308 (clean)
    return render_to_string("components/picture.html", context).strip()


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")


def spelled_out(html: str) -> str:
    """Return the text for comparing versions: links and videos with addresses, pictures with
    titles, captions as paragraphs.
    """
    found = records(set(_names(html)), public=False)
    shown = pictures(html)

    def address(link: re.Match[str]) -> str:
        record = found.get(link[1])
        return escape(record.get_absolute_url()) if record else _("deleted")

    def words(figure: re.Match[str]) -> str:
        video, key, caption = figure.groups()
        said = [_("Video: %s") % unescape(video)] if video else []
        if key:
            said.append(_("Picture: %s") % (shown.get(key) or _("(deleted)")))
        lines = [*(f"[{escape(line)}]" for line in said), caption]
        return "".join(f"<p>{line}</p>" for line in lines if line)

    return _FIGURE.sub(words, _HREF.sub(address, html))


# -- Reading -------------------------------------------------------------------------------


class Outline(HTMLParser):
    """Parse a text into headings as (level, words), links and videos as (address, words), and
    pictures.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.links: list[tuple[str, str]] = []
        self.videos: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self._open: list[tuple[str, str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("h2", "h3", "h4", "a"):
            self._open.append((tag, given.get("href") or "", []))
        elif tag == "figure":
            if key := given.get("data-picture"):
                self.pictures.append(key)
            self._open.append((tag, given.get("data-video") or "", []))

    def handle_data(self, data: str) -> None:
        for _tag, _address, words in self._open:
            words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _tag, address, words = self._open.pop()
        said = " ".join("".join(words).split())
        if tag == "a":
            self.links.append((address, said))
        elif tag == "figure":
            self.videos += [(address, said)] if address else []
        else:
            self.headings.append((int(tag[1]), said))
