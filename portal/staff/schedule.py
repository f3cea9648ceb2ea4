"""Schedule of the desk: all coming moments of all kinds of records, in one list."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from typing import Any, NamedTuple, cast

from django.contrib.admin import AdminSite
from django.db.models import CharField, F, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.admin import PublishableAdmin
from publishing.caching.content_cache import cached
from publishing.content.moments import zone_name
from publishing.content.publishable import not_trashed
from publishing.content.scope import scope_of, within
from publishing.models import EDITABLE_MOMENTS
from publishing.revisions.models import Revision, Stage

MOST = 200
# The event at each of a record's moments.
EVENTS = {
    "published_at": _("is published"),
    "expires_at": _("expires"),
    "archived_at": _("is archived"),
}


class DueChange(NamedTuple):
    """A change of state, or a draft's publication, that will happen by itself at a moment."""

    moment: datetime
    what: str | Promise
    kind: str
    name: str
    address: str


def visible_admins(site: AdminSite, request: HttpRequest) -> list[PublishableAdmin]:
    """Return the admins of records with a state that the user may view."""
    return [
        model_admin
        for model_admin in site._registry.values()
        if isinstance(model_admin, PublishableAdmin) and model_admin.has_view_permission(request)
    ]


def upcoming(site: AdminSite, request: HttpRequest, most: int = MOST) -> list[DueChange]:
    """Return the coming changes, the earliest first, at most `most`."""
    admins = {one.opts.label_lower: one for one in visible_admins(site, request)}
    drafts = Revision.objects.visible_to(request.user).filter(stage=Stage.SCHEDULED)
    next_drafts = list(drafts.order_by("due_at", "pk").defer("base", "content")[:most])
    next_moments = coming_moments(list(admins.values()), request, most)
    wanted = [(draft.model, draft.object_pk) for draft in next_drafts]
    wanted += [(label, str(key)) for label, _field, _moment, key in next_moments]
    records = load_records(admins, request, wanted)
    changes = [
        _draft_change(draft, admins[draft.model])
        for draft in next_drafts
        if (draft.model, draft.object_pk) in records
    ]
    for label, field, moment, key in next_moments:
        if record := records.get((label, str(key))):
            changes.append(_record_change(record, admins[label], field, moment))
    return nsmallest(most, changes, key=lambda change: change.moment)


Moments = list[tuple[str, str, datetime, Any]]


def coming_moments(admins: Sequence[PublishableAdmin], request: HttpRequest, most: int) -> Moments:
    """Return (kind, field, moment, key) of the next moments of all records."""
    if scope_of(request.user):
        return read_moments(admins, request, most)
    # What everybody sees is read once after each change of the content, and each such moment.
    key = ("coming moments", tuple(one.model for one in admins), most)
    return cached(key, lambda: read_moments(admins, request, most))


def read_moments(admins: Iterable[PublishableAdmin], request: HttpRequest, most: int) -> Moments:
    """Return the next moments of all records from one query."""
    now, queries = timezone.now(), []
    for one in admins:
        rows = within(one.model._default_manager.order_by(), request.user)
        for field in EDITABLE_MOMENTS:
            waiting = rows.filter(trashed_at__isnull=True, **{f"{field}__gt": now})
            if field == "expires_at":
                waiting = waiting.filter(published_at__isnull=False)
            kind, name = (Value(text, CharField()) for text in (one.opts.label_lower, field))
            columns = {"of_kind": kind, "by_field": name, "at": F(field), "key": F("pk")}
            queries.append(waiting.values(**columns))
    if not queries:
        return []
    rows = queries[0].union(*queries[1:], all=True).order_by("at", "of_kind", "by_field", "key")
    return [(row["of_kind"], row["by_field"], row["at"], row["key"]) for row in rows[:most]]


def load_records(
    admins: Mapping[str, PublishableAdmin],
    request: HttpRequest,
    wanted: Iterable[tuple[str, str]],
) -> dict[tuple[str, str], Any]:
    """Return the records that the user sees, by kind and key, from one query for each kind."""
    keys = defaultdict(set)
    for label, key in wanted:
        keys[label].add(key)
    records = {}
    for label in keys.keys() & admins.keys():
        one = admins[label]
        rows = not_trashed(within(one.model._default_manager.all(), request.user))
        for record in rows.select_related(*one.option_relations).filter(pk__in=keys[label]):
            records[label, str(record.pk)] = record
    return records


def _record_change(
    record: Any, model_admin: PublishableAdmin, field: str, moment: datetime
) -> DueChange:
    opts = model_admin.opts
    link = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])
    kind, name = capfirst(str(opts.verbose_name)), model_admin.plain_label(record)
    return DueChange(moment, EVENTS[field], kind, name, link)


def _draft_change(draft: Revision, model_admin: PublishableAdmin) -> DueChange:
    opts = model_admin.opts
    link = reverse(f"admin:{opts.app_label}_{opts.model_name}_draft", args=[draft.object_pk])
    kind, moment = capfirst(str(opts.verbose_name)), cast(datetime, draft.due_at)
    return DueChange(moment, _("its draft is published"), kind, draft.label, link)


def schedule_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    rows = upcoming(site, request)
    context = {
        **site.each_context(request),
        "title": _("Scheduled"),
        "rows": rows,
        "most": MOST if len(rows) == MOST else 0,
        "zone": zone_name(),
    }
    return TemplateResponse(request, "admin/schedule.html", context)
