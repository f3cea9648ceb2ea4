"""The advice in a form, and the question before a record with open advice goes public.

A record that would become public with open advice is held back until somebody gives a reason, which
becomes the note of the revision (`EditSession.hold_back`). For a record that is public already,
only newly caused advice counts, so that nobody is asked repeatedly about an old gap that no source
can fill.
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
from publishing.staff.posted_fields import REASON_FIELD, parse_options, pressed_button
from publishing.staff.quality_checks import Advice, advice_on

MOST_SHOWN = 100
"""Maximum number of records whose advice the page before publishing shows."""


class LabelledAdvice(NamedTuple):
    """A piece of advice as a form shows it."""

    field: str
    label: str
    message: str


def label_advice(model: type[Model], advice: Iterable[Advice]) -> list[LabelledAdvice]:
    """Return the advice with the labels of its fields."""
    return [
        LabelledAdvice(field, capfirst(str(label_for_field(field, model))), message)
        for field, message in advice
    ]


def prompt_context(
    admin: Any, session: EditSession, request: HttpRequest, record: Any
) -> dict[str, Any]:
    """Return the template context of a form's advice and of the question about it."""
    advice = session.advice
    if advice is None:
        advice = [] if record is None else advice_on(record, admin.quality_checks)
    return {
        "advice": label_advice(admin.model, advice),
        "is_held": bool(session.blocking_advice),
        "because": request.POST.get(REASON_FIELD, ""),
        "pressed": pressed_button(request) if request.method == "POST" else "",
    }


# -- Many at once --------------------------------------------------------------------------


def ask_for_reason(
    admin: Any, request: HttpRequest, queryset: QuerySet[Any], action: str
) -> HttpResponse | None:
    """Return the page that lists the selected records with open advice; None if there are none.

    The page asks whether to publish all, with a reason, or only those without advice.
    """
    if parse_options(request).has_reason:
        return None
    rows = [(record, admin.advice(record)) for record in queryset if not is_live(record)]
    advised = [(record, label_advice(admin.model, advice)) for record, advice in rows if advice]
    if not advised:
        return None
    # For "select all", one key is enough: Django limits a form to a thousand fields.
    across = request.POST.get("select_across", "0")
    keys = [record.pk for record in (queryset[:1] if across == "1" else queryset)]
    place = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change"
    return TemplateResponse(
        request,
        "admin/publishing/advised.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": _("Before you publish these"),
            "advised": [
                (row, reverse(place, args=[row.pk]), advice) for row, advice in advised[:MOST_SHOWN]
            ],
            "number": len(advised),
            "more": len(advised[MOST_SHOWN:]),
            "others": queryset.count() - len(advised),
            "name": model_ngettext(admin.opts, len(advised)),
            "action": action,
            "across": across,
            "keys": keys,
        },
    )


def without_advice(admin: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Return the records without advice; those that are public already are included."""
    keys = [row.pk for row in queryset if is_live(row) or not admin.advice(row)]
    return queryset.filter(pk__in=keys)
