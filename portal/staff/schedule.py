"""Schedule of the desk: all coming moments of all kinds of records, in one list."""

from collections.abc import Iterator
from datetime import datetime
from heapq import nsmallest
from typing import NamedTuple

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.admin import PublishableAdmin
from publishing.content.moments import zone_name
from publishing.models import EDITABLE_MOMENTS
from publishing.revisions.models import Revision, Stage

MOST = 200
# The event at each of a record's moments.
EVENTS = {
    "published_at": _("goes public"),
    "expires_at": _("expires"),
    "archived_at": _("goes to the archive"),
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
    admins = visible_admins(site, request)
    changes = (change for one in admins for change in _changes(one, request, most))
    return nsmallest(most, changes, key=lambda change: change.moment)


def _changes(model_admin: PublishableAdmin, request: HttpRequest, most: int) -> Iterator[DueChange]:
    now, opts = timezone.now(), model_admin.opts
    kind, url_name = capfirst(str(opts.verbose_name)), f"admin:{opts.app_label}_{opts.model_name}"
    rows = model_admin.get_queryset(request).filter(trashed_at__isnull=True)
    for field in EDITABLE_MOMENTS:
        waiting = rows.filter(**{f"{field}__gt": now}).order_by(field, "pk")
        if field == "expires_at":
            waiting = waiting.filter(published_at__isnull=False)
        for record in waiting[:most]:
            link = reverse(f"{url_name}_change", args=[record.pk])
            name = model_admin.plain_label(record)
            yield DueChange(getattr(record, field), EVENTS[field], kind, name, link)
    drafts = Revision.objects.filter(model=opts.label_lower, stage=Stage.SCHEDULED)
    next_drafts = list(drafts.order_by("due_at", "pk").defer("base", "content")[:most])
    keys = [draft.object_pk for draft in next_drafts]
    seen = set(rows.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
    for draft in next_drafts:
        if draft.due_at and int(draft.object_pk) in seen:
            link = reverse(f"{url_name}_draft", args=[draft.object_pk])
            yield DueChange(draft.due_at, _("its draft takes its place"), kind, draft.label, link)


def schedule_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    rows = upcoming(site, request)
    context = {
        **site.each_context(request),
        "title": _("What goes out when"),
        "rows": rows,
        "most": MOST if len(rows) == MOST else 0,
        "zone": zone_name(),
    }
    return TemplateResponse(request, "admin/schedule.html", context)
