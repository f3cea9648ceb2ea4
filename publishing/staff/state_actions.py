"""Bulk actions on records with a state: publish, take offline, take out of the trash."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from publishing.content.states import State, state_q
from publishing.revisions import transitions
from publishing.staff.base import StaffAdmin
from publishing.staff.offline import WITHDRAWALS, ask_before_offline
from publishing.staff.posted_fields import parse_options
from publishing.staff.quality_prompt import ask_for_reason, without_advice
from publishing.staff.undo_views import public_again, with_undo


class StateActions(StaffAdmin):
    """The actions of the list; each can be undone from its message."""

    actions = ("publish_now", "unpublish", "archive", "trash", "recover")

    @admin.action(description=_("Publish now"), permissions=["publish"])
    def publish_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Publish the records without advice; ask about the rest."""
        if "_only_sound" in request.POST:
            queryset = without_advice(self, queryset)
        elif question := ask_for_reason(self, request, queryset, "publish_now"):
            return question
        done = ngettext_lazy(
            "%(number)s %(name)s is public now.", "%(number)s %(name)s are public now.", "number"
        )
        unchanged = ngettext_lazy(
            "%(number)s was already public.", "%(number)s were already public.", "number"
        )
        self._run(request, queryset, transitions.publish_now, done, unchanged)
        return None

    @admin.action(description=_("Unpublish (back to draft)"), permissions=["publish"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._withdraw(request, queryset, State.DRAFT)

    @admin.action(description=WITHDRAWALS[State.ARCHIVED].title, permissions=["publish"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        return self._withdraw(request, queryset, State.ARCHIVED)

    @admin.action(description=WITHDRAWALS[State.TRASHED].title, permissions=["delete"])
    def trash(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        message = gettext("Only people who may publish can move these to the trash: %s.")
        allowed = self._allowed(request, queryset, self.has_delete_permission, message)
        return self._withdraw(request, allowed, State.TRASHED)

    def _withdraw(
        self, request: HttpRequest, queryset: QuerySet[Any], target: State
    ) -> HttpResponse | None:
        """Ask about records that are public or will be; then take them offline."""
        if question := ask_before_offline(self, request, queryset, target):
            return question
        one = WITHDRAWALS[target]
        self._run(request, queryset, one.transition, one.done_many, one.unchanged_many)
        return None

    @admin.action(description=_("Take out of the trash"), permissions=["recover"])
    def recover(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is out of the trash again.",
            "%(number)s %(name)s are out of the trash again.",
            "number",
        )
        unchanged = ngettext_lazy(
            "%(number)s was not in the trash.", "%(number)s were not in the trash.", "number"
        )
        message = gettext("Only people who may publish can take these out of the trash: %s.")
        is_allowed: Any = self.has_recover_permission  # type: ignore[attr-defined]
        allowed = self._allowed(request, queryset, is_allowed, message)
        keys = list(allowed.values_list("pk", flat=True))
        self._run(request, allowed, transitions.recover, done, unchanged)
        if public := self.model._base_manager.filter(state_q(State.PUBLIC), pk__in=keys).count():
            message = ngettext(
                "Visitors can see %(number)s of them now.",
                "Visitors can see %(number)s of them now.",
                public,
            )
            messages.info(request, message % {"number": public})

    def _allowed(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        is_allowed: Callable[[HttpRequest, Any], bool],
        message: str,
    ) -> QuerySet[Any]:
        """Return the records that the user may act on; name the others in an error message."""
        forbidden = [record for record in queryset if not is_allowed(request, record)]
        if forbidden:
            names = ", ".join(self.plain_label(record) for record in forbidden)  # type: ignore[attr-defined]
            messages.error(request, message % names)
        return queryset.exclude(pk__in=[record.pk for record in forbidden])

    def _run(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        transition: transitions.Transition,
        done: Any,
        unchanged: Any,
    ) -> None:
        """Run the transition on each record, and report how many it changed, with Undo."""
        changed: list[Any] = []
        unchanged_count, moment, note = 0, timezone.now(), parse_options(request).note
        for record in list(queryset):
            try:
                if transitions.run(record, transition, request.user, note, moment):
                    changed.append(record)
                else:
                    unchanged_count += 1
            except ValidationError as error:
                message = " ".join(error.messages)
                messages.error(request, f"{self.plain_label(record)}: {message}")  # type: ignore[attr-defined]
        parts = [
            text % {"number": number, "name": model_ngettext(self.opts, number)}
            for number, text in ((len(changed), done), (unchanged_count, unchanged))
            if number
        ]
        if not parts:
            return
        report = " ".join(parts)
        is_publication = transition is transitions.publish_now
        if is_publication and len(changed) == 1 and not unchanged_count and changed[0].was_public:
            report = public_again(changed[0])
        messages.success(request, with_undo(self, request, report, moment) if changed else report)
