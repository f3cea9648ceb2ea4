"""Template tag for the foot of a page: how to cite it, and how to send it to others."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from django import template
from django.db.models import Model
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _

register = template.Library()

_BIBTEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: f"\\{character}" for character in "{}&%$#_"},
}
_SPECIAL = re.compile("|".join(map(re.escape, _BIBTEX)))


@register.inclusion_tag("components/cite.html", takes_context=True)
def cite(context: template.Context, record: Model, place: str = "") -> dict[str, Any]:
    """Show the citation of a record's page, its address and a link to send it by email.

    The title is the name of the record, with the place if one is given.
    """
    title = _("%(name)s, %(place)s") % {"name": record, "place": place} if place else str(record)
    request, site = context["request"], context["site"].name
    address = request.build_absolute_uri(request.path)
    changed = getattr(record, "updated_at", None)
    values = {"title": title, "site": site, "address": address}
    if changed:
        plain = _("“%(title)s”, %(site)s, last changed on %(day)s, %(address)s") % {
            **values,
            "day": date_format(changed, "j F Y"),
        }
    else:
        plain = _("“%(title)s”, %(site)s, %(address)s") % values
    subject, body = quote(f"{title} – {site}"), quote(address)
    return {
        "address": address,
        "plain": plain,
        "bibtex": bibtex(title, site, address, changed),
        "mail": f"mailto:?subject={subject}&body={body}",
    }


def bibtex(title: str, site: str, address: str, changed: Any = None) -> str:
    """Return the BibTeX entry of a page; double braces keep the capitals of a name."""
    fields = {"title": f"{{{escaped(title)}}}", "author": f"{{{escaped(site)}}}"}
    if changed:
        fields |= {"year": f"{changed:%Y}", "note": f"Last changed on {changed:%Y-%m-%d}"}
    fields["url"] = address
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{{slugify(site) or 'portal'}:{slugify(title) or 'page'},\n{lines}}}"


def escaped(text: str) -> str:
    """Return a text with the special characters of LaTeX escaped, in one pass."""
    return _SPECIAL.sub(lambda found: _BIBTEX[found[0]], text)
