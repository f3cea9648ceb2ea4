"""Recent work: what the user edited last, and what was published last."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest

from portal.staff.figures import rows_of
from publishing.content.publishable import not_trashed
from publishing.revisions.models import Action, Revision
from publishing.staff.audit_log import record_url
from publishing.staff.base import StaffAdmin

SHOWN = 5
# The entries of the history that are read, of which several may be about one record.
MOST_READ = 50


class Recent(NamedTuple):
    """An entry of the history, with the address of the record's form."""

    revision: Revision
    address: str


def recent_work(site: AdminSite, request: HttpRequest) -> tuple[list[Recent], list[Recent]]:
    """Return the records that the user edited last, and those that anybody published last."""
    history = Revision.objects.order_by("-made_at", "-pk").defer("base", "content")
    own = _once(history.filter(person=request.user.pk)[:MOST_READ])
    published = _once(history.filter(action=Action.PUBLISHED)[:MOST_READ])
    visible = _visible(site, request, {**own, **published})
    mine, others = (
        [
            Recent(revision, record_url(revision, "change"))
            for key, revision in found.items()
            if key in visible
        ]
        for found in (own, published)
    )
    return mine[:SHOWN], others[:SHOWN]


def _once(revisions: Iterable[Revision]) -> dict[tuple[str, str], Revision]:
    """Return the newest revision of each record, by its kind and key."""
    last: dict[tuple[str, str], Revision] = {}
    for revision in revisions:
        last.setdefault((revision.model, revision.object_pk), revision)
    return last


def _visible(
    site: AdminSite, request: HttpRequest, records: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Return the records that exist, are not in the trash and may be viewed, from one query."""
    queries: list[Any] = []
    wanted = list(records)
    for model, model_admin in site._registry.items():
        label = model._meta.label_lower
        keys = [key for kind, key in wanted if kind == label]
        if not keys or not isinstance(model_admin, StaffAdmin):
            continue
        if model_admin.has_view_permission(request):
            rows = not_trashed(rows_of(model, request)).filter(pk__in=keys)
            queries.append(rows.values_list(Value(label, CharField()), Cast("pk", CharField())))
    return set(queries[0].union(*queries[1:], all=True)) if queries else set()
