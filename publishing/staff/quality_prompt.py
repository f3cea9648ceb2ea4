"""Advice beside the form, and the question that it asks when something goes public.

A record that becomes public with open advice is held back until somebody gives a reason, which
becomes the note of the revision. Of a record that is public already only what the change brings
counts: nobody is asked again and again for an old gap that no source can fill.
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
from django.utils.translation import ngettext

from publishing.content.publishable import Publishable
from publishing.content.states import LIVE_STATES
from publishing.revisions import transitions
from publishing.staff.base import StaffAdmin
from publishing.staff.quality_checks import Advice, advice_on

NOTE, BECAUSE = "_note", "_because"
SHOWN = 100
"""Of how many records the page before publishing shows the advice."""
# The buttons that publish besides saving.
VERBS = {"_publish": transitions.publish, "_publish_now": transitions.publish_now}
# The buttons that put something before visitors, now or later.
PUBLISHING = (*VERBS, "_schedule", "_save", "_continue", "_addanother")


class Finding(NamedTuple):
    """A piece of advice as a form shows it."""

    field: str
    label: str
    said: str


def is_out(record: Any) -> bool:
    """Whether visitors see the record, or will without anything further being done."""
    return isinstance(record, Publishable) and record.state in LIVE_STATES


def note_in(request: HttpRequest) -> str:
    """Why somebody did something: the note, and the reason to go on in spite of advice."""
    given = (request.POST.get(name, "").strip() for name in (NOTE, BECAUSE))
    return "\n".join(filter(None, given))


def has_reason(request: HttpRequest) -> bool:
    return bool(request.POST.get(BECAUSE, "").strip())


def held_sentence(findings: Iterable[Advice]) -> str:
    """What staff read when something was not published yet."""
    number = len(list(findings))
    return ngettext(
        "Nothing is public yet: look at the advice, or say why you publish all the same.",
        "Nothing is public yet: look at the %(number)s pieces of advice, "
        "or say why you publish all the same.",
        number,
    ) % {"number": number}


class QualityCheckMixin(StaffAdmin):
    """An admin that gives advice before publishing."""

    def advice(self, record: Any) -> list[Advice]:
        """What could be better about a record. An app that knows more adds to it."""
        return advice_on(record) if isinstance(record, Publishable) else []

    def findings(self, advice: Iterable[Advice]) -> list[Finding]:
        """Advice with the names of its fields."""
        return [
            Finding(field, capfirst(str(label_for_field(field, self.model))), said)
            for field, said in advice
        ]

    # -- Saving --------------------------------------------------------------------------

    def look_at(self, request: HttpRequest, record: Any) -> None:
        """Called in a rehearsal, when the record is saved: what there is to say about it."""
        request.desk_advice = self.advice(record)  # type: ignore[attr-defined]
        request.desk_is_out = is_out(record)  # type: ignore[attr-defined]

    def held_back(self, request: HttpRequest, record: Any, *, is_draft: bool) -> list[Advice]:
        """The advice that nobody answered, if what was rehearsed would go public by this save.

        `record` is what visitors see of it now, None for a new one; `is_draft` says that the
        save keeps a draft.
        """
        is_asked = not VERBS.keys().isdisjoint(request.POST)
        goes_out = is_asked or getattr(request, "desk_is_out", False)
        if "_schedule" not in request.POST and (is_draft or not goes_out):
            return []
        known = self.advice(record) if is_out(record) else []
        open_ones = [said for said in getattr(request, "desk_advice", []) if said not in known]
        return [] if has_reason(request) else open_ones

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record = context.get("original")
        advice = getattr(request, "desk_advice", None)
        if advice is None:
            advice = self.advice(record) if record is not None else []
        pressed = next((name for name in PUBLISHING if name in request.POST), "")
        context |= {
            "advice": self.findings(advice),
            "is_held": getattr(request, "desk_held", False),
            "because": request.POST.get(BECAUSE, ""),
            "pressed": pressed,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # -- Many at once --------------------------------------------------------------------

    def ask_about(
        self, request: HttpRequest, queryset: QuerySet[Any], action: str
    ) -> HttpResponse | None:
        """The page that lists the chosen records with open advice; None if there is nothing to ask.

        It asks whether to publish all, with a reason, or only those without advice.
        """
        if has_reason(request):
            return None
        rows = [(record, self.advice(record)) for record in queryset if not is_out(record)]
        advised = [(record, self.findings(found)) for record, found in rows if found]
        if not advised:
            return None
        # All rows of a long list are named by one of them: a form has room for a thousand fields.
        across = request.POST.get("select_across", "0")
        keys = [record.pk for record in (queryset[:1] if across == "1" else queryset)]
        return TemplateResponse(
            request,
            "admin/publishing/advised.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "title": _("Before these go public"),
                "advised": [(row, self.form_of(row), found) for row, found in advised[:SHOWN]],
                "number": len(advised),
                "more": len(advised[SHOWN:]),
                "others": queryset.count() - len(advised),
                "name": model_ngettext(self.opts, len(advised)),
                "action": action,
                "across": across,
                "keys": keys,
            },
        )

    def form_of(self, record: Model) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[record.pk])

    def without_advice(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The records that nothing is said about; what is public already stays among them."""
        keys = [r.pk for r in queryset if is_out(r) or not self.advice(r)]
        return queryset.filter(pk__in=keys)
