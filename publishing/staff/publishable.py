"""The admin of records with a state: state column, state filter and bulk actions."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import format_day, format_full_moment, format_moment
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable, not_trashed
from publishing.content.states import LIVE_STATES, State, state_of
from publishing.content.visibility import permission_to
from publishing.revisions.models import Action, Revision, Stage
from publishing.staff.change_form import DraftAdmin
from publishing.staff.change_lists import StaffChangeList
from publishing.staff.comment_views import CommentViews
from publishing.staff.doubles import DoubleViews
from publishing.staff.draft_views import DraftViews
from publishing.staff.import_batches import BatchViews
from publishing.staff.import_columns import ColumnViews
from publishing.staff.import_export import ImportExportViews
from publishing.staff.import_rows import BatchRowViews
from publishing.staff.list_filters import StateFilter
from publishing.staff.live_editing import LiveViews
from publishing.staff.offline import OfflineViews
from publishing.staff.quality_checks import CHECKS
from publishing.staff.record_views import RecordViews
from publishing.staff.state_actions import StateActions
from publishing.staff.undo_views import UndoViews


class RecordList(StaffChangeList):
    """ChangeList that attaches its open draft, and the way out of the trash, to each record."""

    def get_results(self, request: HttpRequest) -> None:
        # The number of all records, at the head of the list, does not count the trash.
        everything = self.root_queryset
        self.root_queryset = not_trashed(everything)
        super().get_results(request)
        self.root_queryset = everything
        rows = {str(row.pk): row for row in self.result_list}
        admin: Any = self.model_admin
        for row in self.result_list:
            if getattr(row, "trashed_at", None) and admin.has_recover_permission(request, row):
                row.recover_url = admin.address("recover", row)
        model = self.model._meta.label_lower
        waiting = Revision.objects.open().select_related("author").defer("base", "content")
        for draft in waiting.filter(model=model, object_pk__in=list(rows)):
            rows[draft.object_pk].draft = draft


class PublishableAdmin(StateActions, DraftAdmin):
    """Admin of records with a state, which only users with the publish permission may set."""

    list_filter: ClassVar[Any] = (StateFilter,)
    readonly_fields: ClassVar[Any] = ("state_now", "created_at", "updated_at")
    moments = EDITABLE_MOMENTS
    views = (
        ImportExportViews,
        ColumnViews,
        BatchViews,
        BatchRowViews,
        LiveViews,
        DoubleViews,
        DraftViews,
        OfflineViews,
        UndoViews,
        CommentViews,
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
        return request.user.has_perm(permission_to("purge", self.model))

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

    def address(self, page: str, record: Any) -> str:
        """Return the address of a page about a record."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[record.pk])

    # -- The form ------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        field = form.base_fields.get("published_at")
        if field and getattr(obj, "was_public", False) and obj.published_at is None:
            message = _(
                "Leave this empty to publish with the first date, %(moment)s, or choose another "
                "one."
            )
            field.help_text = message % {"moment": format_full_moment(obj.first_published_at)}
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        record: Any = context.get("original")
        if not getattr(record, "trashed_at", None):
            return super().render_change_form(request, context, *args, **kwargs)
        entries = Revision.objects.of(record).filter(action=Action.TRASHED)
        context["trashed"] = entries.defer("base", "content").first()
        if self.has_recover_permission(request, record):
            context["recover_url"] = self.address("recover", record)
        if self.has_delete_permission(request, record):
            context["purge_url"] = self.address("delete", record)
        page = super().render_change_form(request, context, *args, **kwargs)
        if isinstance(page, TemplateResponse):
            page.template_name = "admin/publishing/trashed.html"
        return page

    # -- The state -----------------------------------------------------------------------

    @admin.display(description=_("state"), ordering="published_at")
    def state_column(self, record: Publishable) -> str:
        state = format_html(
            '<span class="state state-{}">{}</span>', record.state.value, record.state_label
        )
        if draft := getattr(record, "draft", None):
            return format_html("{} {}", state, draft_label(draft))
        if address := getattr(record, "recover_url", ""):
            return format_html(
                '{} <button type="submit" class="button" formaction="{}">{}</button>',
                state,
                address,
                gettext("Take out of the trash"),
            )
        return state

    @admin.display(description=_("last changed"), ordering="updated_at")
    def changed(self, record: Publishable) -> str:
        return format_day(record.updated_at)

    @admin.display(description=_("state"))
    def state_now(self, record: Publishable) -> str:
        return self.state_column(record)


def draft_label(draft: Revision) -> str:
    """Return the label of a draft in the list: "with a draft by Maria from 3 Dec 09:00"."""
    text = gettext("with a draft by %(person)s from %(moment)s")
    if draft.stage != Stage.DRAFT:
        text = gettext("with a draft by %(person)s from %(moment)s (%(stage)s)")
    text %= {
        "person": draft.author_name or gettext("somebody"),
        "moment": format_moment(draft.made_at),
        "stage": draft.get_stage_display(),
    }
    return format_html('<span class="state state-draft">{}</span>', text)
