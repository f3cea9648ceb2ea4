"""Taking records offline: the question before it, from the form as from the list.

The page names the records, says how many are public and what links to them, and asks for a reason,
which the history keeps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import model_ngettext
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext_lazy

from publishing.content.publishable import Publishable, is_live
from publishing.content.states import State
from publishing.revisions import transitions
from publishing.staff.admin_views import AdminViews
from publishing.staff.posted_fields import parse_options
from publishing.staff.referrers import referrers_of
from publishing.staff.undo_views import with_undo

MOST_LISTED = 20
"""Maximum number of records that the question names; the rest is counted."""
CONFIRMED = "_confirmed"


class Withdrawal(NamedTuple):
    """A way to take records offline: its transition and its texts.

    The reports are those of the form, which name the record, and of the list, which count.
    """

    transition: transitions.Transition
    action: str
    title: Any
    button: Any
    effect: Any
    done: Any
    unchanged: Any
    done_many: Any
    unchanged_many: Any


WITHDRAWALS = {
    State.DRAFT: Withdrawal(
        transitions.unpublish,
        "unpublish",
        gettext_lazy("Unpublish"),
        ngettext_lazy("Unpublish %(number)s %(name)s", "Unpublish %(number)s %(name)s", "number"),
        gettext_lazy("You can publish again at any time. The date of first publication is kept."),
        gettext_lazy("“%s” is a draft now. Visitors cannot see it."),
        gettext_lazy("“%s” is a draft already."),
        ngettext_lazy(
            "%(number)s %(name)s is a draft now.", "%(number)s %(name)s are drafts now.", "number"
        ),
        ngettext_lazy(
            "%(number)s was already a draft.", "%(number)s were already drafts.", "number"
        ),
    ),
    State.ARCHIVED: Withdrawal(
        transitions.archive,
        "archive",
        gettext_lazy("Archive"),
        ngettext_lazy("Archive %(number)s %(name)s", "Archive %(number)s %(name)s", "number"),
        gettext_lazy("Nothing is deleted, and you can publish again at any time."),
        gettext_lazy("“%s” is archived now. Visitors cannot see it."),
        gettext_lazy("“%s” is archived already."),
        ngettext_lazy(
            "%(number)s %(name)s is archived now.",
            "%(number)s %(name)s are archived now.",
            "number",
        ),
        ngettext_lazy(
            "%(number)s was already archived.", "%(number)s were already archived.", "number"
        ),
    ),
    State.TRASHED: Withdrawal(
        transitions.trash,
        "trash",
        gettext_lazy("Move to the trash"),
        ngettext_lazy(
            "Move %(number)s %(name)s to the trash",
            "Move %(number)s %(name)s to the trash",
            "number",
        ),
        gettext_lazy("Nothing is deleted, and you can take everything out of the trash again."),
        gettext_lazy("“%s” is in the trash. You can take it out again."),
        gettext_lazy("“%s” is in the trash already."),
        ngettext_lazy(
            "%(number)s %(name)s is in the trash now.",
            "%(number)s %(name)s are in the trash now.",
            "number",
        ),
        ngettext_lazy("%(number)s was already there.", "%(number)s were already there.", "number"),
    ),
}


def ask_before_offline(
    admin: Any, request: HttpRequest, queryset: QuerySet[Any], target: State
) -> HttpResponse | None:
    """Return the question about the selected records; None if it was answered.

    Nobody is asked about records of which none is public or will be: the action can be undone.
    """
    records = [] if CONFIRMED in request.POST else list(queryset)
    if not any(map(is_live, records)):
        return None
    # For "select all", one key is enough: Django limits a form to a thousand fields.
    across = request.POST.get("select_across", "0")
    selected = records[:1] if across == "1" else records
    return question(
        admin,
        request,
        records,
        target,
        action=WITHDRAWALS[target].action,
        across=across,
        keys=[record.pk for record in selected],
    )


def question(
    admin: Any, request: HttpRequest, records: list[Any], target: State, **context: Any
) -> TemplateResponse:
    """Return the page that asks whether to take these records offline."""
    withdrawal, number = WITHDRAWALS[target], len(records)
    values = {"number": number, "name": model_ngettext(admin.opts, number)}
    place = f"admin:{admin.opts.app_label}_{admin.opts.model_name}_change"
    listed = [(record, reverse(place, args=[record.pk])) for record in records[:MOST_LISTED]]
    return TemplateResponse(
        request,
        "admin/publishing/offline.html",
        {
            **admin.admin_site.each_context(request),
            "opts": admin.opts,
            "title": withdrawal.title,
            "listed": listed,
            "more": number - len(listed),
            "number": number,
            "public": sum(record.state == State.PUBLIC for record in records),
            "scheduled": sum(record.state == State.SCHEDULED for record in records),
            "referrers": referrers_of(admin.admin_site, request, records),
            "effect": withdrawal.effect,
            "button": withdrawal.button % values,
            **context,
        },
    )


class OfflineViews(AdminViews):
    """Taking one record offline."""

    routes = (("<path:object_id>/offline/", "offline_view", "offline"),)

    def offline_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask whether to unpublish, archive or trash the record, as `to` says; POST does it."""
        record = self.find(request, object_id)
        target = request.GET.get("to", State.DRAFT.value)
        if target not in WITHDRAWALS or not isinstance(record, Publishable):
            raise Http404
        return self.withdraw(request, record, State(target))

    def withdraw(self, request: HttpRequest, record: Any, target: State) -> HttpResponse:
        """Ask whether to take the record offline; do it if the answer was sent."""
        if record.trashed_at or not self._may_withdraw(request, record, target):
            raise PermissionDenied
        if request.method != "POST":
            texts = {"original": record, "button": WITHDRAWALS[target].title}
            return question(self.admin, request, [record], target, **texts)
        withdrawal, moment = WITHDRAWALS[target], timezone.now()
        note = parse_options(request).note
        try:
            is_done = transitions.run(record, withdrawal.transition, request.user, note, moment)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            if is_done:
                report = with_undo(self.admin, request, withdrawal.done % record, moment)
                messages.success(request, report)
            else:
                messages.warning(request, withdrawal.unchanged % record)
        if target == State.TRASHED:
            return self.redirect("changelist")
        return self.redirect("change", record.pk)

    def _may_withdraw(self, request: HttpRequest, record: Any, target: State) -> bool:
        if target == State.TRASHED:
            allowed: bool = self.admin.has_delete_permission(request, record)
        else:
            allowed = self.admin.has_publish_permission(
                request
            ) and self.admin.has_change_permission(request, record)
        return allowed
