"""The admin of records with a state: state column, state filter and bulk actions."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import model_ngettext
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import format_moment
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable, not_trashed
from publishing.content.states import LIVE_STATES, State, state_of, state_q
from publishing.revisions import transitions
from publishing.revisions.models import Revision, Stage
from publishing.staff.change_form import DraftAdmin
from publishing.staff.change_lists import StaffChangeList
from publishing.staff.doubles import DoubleViews
from publishing.staff.draft_views import DraftViews
from publishing.staff.import_batches import BatchViews
from publishing.staff.import_columns import ColumnViews
from publishing.staff.import_export import ImportExportViews
from publishing.staff.import_rows import BatchRowViews
from publishing.staff.list_filters import StateFilter
from publishing.staff.live_editing import LiveViews
from publishing.staff.posted_fields import parse_options
from publishing.staff.quality_checks import CHECKS
from publishing.staff.quality_prompt import ask_for_reason, without_advice
from publishing.staff.record_views import RecordViews


class RecordList(StaffChangeList):
    """ChangeList that attaches the open draft to each record."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = {str(row.pk): row for row in self.result_list}
        model = self.model._meta.label_lower
        waiting = Revision.objects.open().select_related("author").defer("base", "content")
        for draft in waiting.filter(model=model, object_pk__in=list(rows)):
            rows[draft.object_pk].draft = draft


class PublishableAdmin(DraftAdmin):
    """Admin of records with a state, which only users with the publish permission may set."""

    list_filter: ClassVar[Any] = (StateFilter,)
    readonly_fields: ClassVar[Any] = ("state_now", "created_at", "updated_at")
    actions = ("publish_now", "unpublish", "archive", "trash", "recover")
    moments = EDITABLE_MOMENTS
    views = (
        ImportExportViews,
        ColumnViews,
        BatchViews,
        BatchRowViews,
        LiveViews,
        DoubleViews,
        DraftViews,
        RecordViews,
    )
    quality_checks = CHECKS
    change_list_template = "admin/publishing/import_export_list.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RecordList

    def may_change(self, request: HttpRequest, record: Any) -> bool:
        """Return whether the record is outside the trash: trashed records are read-only."""
        return not record.trashed_at

    def may_delete(self, request: HttpRequest, record: Any) -> bool:
        """Return whether the user may trash the record, or purge it if it is in the trash.

        Trashing a public record needs the publish permission too.
        """
        if not record.trashed_at:
            return self.may_put_live(request, record)
        codename = get_permission_codename("purge", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def has_recover_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may recover the record.

        As for trashing, a record that would be public again needs the publish permission too.
        """
        if not self.has_delete_permission(request):
            return False
        if obj is None or self.has_publish_permission(request):
            return True
        return state_of(obj.published_at, obj.expires_at, obj.archived_at) not in LIVE_STATES

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        # The bulk action moves records to the trash; they are purged one by one.
        actions.pop("delete_selected", None)
        actions.pop("trash" if request.GET.get("state") == State.TRASHED else "recover", None)
        return actions

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = not_trashed(queryset)
        return super().get_search_results(request, queryset, search_term)

    def option_label(self, record: Any) -> str:
        label = self.plain_label(record)
        if record.is_published:
            return label
        return gettext("%(record)s (%(state)s)") % {
            "record": label,
            "state": str(record.state.label).lower(),
        }

    def plain_label(self, record: Any) -> str:
        """Return the label of the record in choices, without its state."""
        return str(record)

    @admin.display(description=_("state"), ordering="published_at")
    def state_column(self, record: Publishable) -> str:
        state = format_html(
            '<span class="state state-{}">{}</span>', record.state.value, record.state_label
        )
        draft = getattr(record, "draft", None)
        return format_html("{} {}", state, draft_label(draft)) if draft else state

    @admin.display(description=_("state"))
    def state_now(self, record: Publishable) -> str:
        return self.state_column(record)

    @admin.action(description=_("Publish now"), permissions=["publish"])
    def publish_now(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Publish the records without advice; ask about the rest."""
        if "_only_sound" in request.POST:
            queryset = without_advice(self, queryset)
        elif question := ask_for_reason(self, request, queryset, "publish_now"):
            return question
        done = ngettext_lazy(
            "%(number)s %(name)s is public now", "%(number)s %(name)s are public now", "number"
        )
        unchanged = ngettext_lazy(
            "%(number)s was public already", "%(number)s were public already", "number"
        )
        self._run(request, queryset, transitions.publish_now, done, unchanged)
        return None

    @admin.action(description=_("Unpublish (back to draft)"), permissions=["publish"])
    def unpublish(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is a draft now", "%(number)s %(name)s are drafts now", "number"
        )
        unchanged = ngettext_lazy(
            "%(number)s was a draft already", "%(number)s were drafts already", "number"
        )
        self._run(request, queryset, transitions.unpublish, done, unchanged)

    @admin.action(description=_("Archive"), permissions=["publish"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is archived now", "%(number)s %(name)s are archived now", "number"
        )
        unchanged = ngettext_lazy(
            "%(number)s was archived already", "%(number)s were archived already", "number"
        )
        self._run(request, queryset, transitions.archive, done, unchanged)

    @admin.action(description=_("Move to the trash"), permissions=["delete"])
    def trash(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is in the trash now",
            "%(number)s %(name)s are in the trash now",
            "number",
        )
        unchanged = ngettext_lazy(
            "%(number)s was there already", "%(number)s were there already", "number"
        )
        message = gettext("You may not take away what is public: %s.")
        allowed = self._allowed(request, queryset, self.has_delete_permission, message)
        self._run(request, allowed, transitions.trash, done, unchanged)

    @admin.action(description=_("Take out of the trash"), permissions=["recover"])
    def recover(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = ngettext_lazy(
            "%(number)s %(name)s is out of the trash again",
            "%(number)s %(name)s are out of the trash again",
            "number",
        )
        unchanged = ngettext_lazy(
            "%(number)s was not in the trash", "%(number)s were not in the trash", "number"
        )
        message = gettext("You may not bring back what was public: %s.")
        allowed = self._allowed(request, queryset, self.has_recover_permission, message)
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
            names = ", ".join(self.plain_label(record) for record in forbidden)
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
        """Run the transition on each record, and report how many it changed."""
        done_count = unchanged_count = 0
        note = parse_options(request).note
        for record in list(queryset):
            try:
                if transitions.run(record, transition, request.user, note):
                    done_count += 1
                else:
                    unchanged_count += 1
            except ValidationError as error:
                message = " ".join(error.messages)
                messages.error(request, f"{self.plain_label(record)}: {message}")
        parts = [
            text % {"number": number, "name": model_ngettext(self.opts, number)}
            for number, text in ((done_count, done), (unchanged_count, unchanged))
            if number
        ]
        if parts:
            messages.success(request, f"{'; '.join(parts)}.")


def draft_label(draft: Revision) -> str:
    """Return the label of a draft in the list: "with a draft by Maria from 3 Dec 09:00"."""
    stage = "" if draft.stage == Stage.DRAFT else f" ({draft.get_stage_display()})"
    return format_html(
        '<span class="state state-draft">{}</span>',
        gettext("with a draft by %(person)s from %(moment)s%(stage)s")
        % {
            "person": draft.author_name or gettext("somebody"),
            "moment": format_moment(draft.made_at),
            "stage": stage,
        },
    )
