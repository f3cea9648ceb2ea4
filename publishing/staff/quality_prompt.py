"""Advice next to the form, and the question that it asks when something goes public.

A record that becomes public with open advice is held back until somebody gives a reason, which
becomes the note of the revision (`EditSession.hold_back`). Of a record that is public already only
the advice that the change brings counts: nobody is asked again and again for an old gap that no
source can fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.admin.utils import label_for_field, model_ngettext
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.content.publishable import is_live
from publishing.revisions.edit_session import EditSession
from publishing.staff.posted import BECAUSE, pressed, wish_of
from publishing.staff.quality_checks import Advice, advice_on

SHOWN = 100
"""The most records whose advice the page before publishing shows."""


class Finding(NamedTuple):
    """A piece of advice as a form shows it."""

    field: str
    label: str
    said: str


def findings(model: type[Model], advice: Iterable[Advice]) -> list[Finding]:
    """Return the advice with the names of its fields."""
    return [
        Finding(field, capfirst(str(label_for_field(field, model))), said) for field, said in advice
    ]


def prompt(admin: Any, session: EditSession, request: HttpRequest, record: Any) -> dict[str, Any]:
    """Return the advice of a form for its template, and the question about it."""
    advice = session.advice
    if advice is None:
        advice = [] if record is None else advice_on(record, admin.quality_checks)
    return {
        "advice": findings(admin.model, advice),
        "is_held": bool(session.held),
        "because": request.POST.get(BECAUSE, ""),
        "pressed": pressed(request) if request.method == "POST" else "",
    }


# -- Many at once --------------------------------------------------------------------------


def ask_about(
    admin: Any, request: HttpRequest, queryset: QuerySet[Any], action: str
) -> HttpResponse | None:
    """Return the page that lists the chosen records with open advice; None without any.

    It asks whether to publish all, with a reason, or only those without advice.
    """
    if wish_of(request).has_reason:
        return None
    rows = [(record, admin.advice(record)) for record in queryset if not is_live(record)]
    advised = [(record, findings(admin.model, found)) for record, found in rows if found]
    if not advised:
        return None
    # All rows of a long list are named by one of them: a form has room for a thousand fields.
    across = request.POST.get("select_across", "0")
    keys = [record.pk for record in (queryset[:1] if across == "1" else queryset)]
    place = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change"
    return TemplateResponse(
        request,
        "admin/publishing/advised.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": _("Before these go public"),
            "advised": [
                (row, reverse(place, args=[row.pk]), found) for row, found in advised[:SHOWN]
            ],
            "number": len(advised),
            "more": len(advised[SHOWN:]),
            "others": queryset.count() - len(advised),
            "name": model_ngettext(admin.opts, len(advised)),
            "action": action,
            "across": across,
            "keys": keys,
        },
    )


def without_advice(admin: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the records without advice; those that are public already stay among them."""
    keys = [row.pk for row in queryset if is_live(row) or not admin.advice(row)]
    return queryset.filter(pk__in=keys)
