"""The front page of the desk: tasks for the signed-in user, and the quality of the content.

Every number links to the list that it counts.
"""

from collections import defaultdict
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cities.admin import missing_cases
from cities.models import City
from portal.models import Report
from portal.staff.schedule import upcoming, visible_admins
from publishing.admin import CheckFilter, check_cases
from publishing.content.states import State, state_q
from publishing.models import Sourced
from publishing.revisions.models import Action, OpenDraft, Revision, Stage

SHOWN = 5
# Parts of a good city page, named as in the filter of the list.
QUALITY = ("picture", "profile", "summary", "place", "population", "source")


class Figure(NamedTuple):
    """A number with a link to its list; `of` is the total, where that matters."""

    label: str | Promise
    number: int
    address: str
    of: int = 0

    @property
    def rest(self) -> int:
        """Return the total minus the number."""
        return self.of - self.number


def dashboard(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """Return the context of the front page."""
    return {
        "mine": own_drafts(site, request),
        "waiting": open_tasks(site, request),
        "upcoming": upcoming(site, request, SHOWN),
        "published": recently_published(site, request),
        "checks": overdue_checks(site, request),
        "quality": quality_figures(site, request),
    }


def list_url(model: Any, **query: str) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return reverse(name, query=query)


def open_drafts(site: AdminSite, request: HttpRequest) -> Any:
    return site.get_model_admin(OpenDraft).get_queryset(request)


def own_drafts(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return the user's drafts of public records by stage, and their records not yet public."""
    own = open_drafts(site, request).filter(author=request.user.pk)
    numbers = dict(own.order_by().values_list("stage").annotate(Count("pk")))
    figures = [
        Figure(label, numbers[stage], list_url(OpenDraft, whose="mine", stage__exact=stage))
        for stage, label in Stage.choices
        if stage in numbers
    ]
    added_keys = defaultdict(list)
    added = Revision.objects.filter(action=Action.ADDED, person=request.user.pk)
    for label, key in added.values_list("model", "object_pk"):
        added_keys[label].append(key)
    for model_admin in visible_admins(site, request):
        keys = added_keys[model_admin.opts.label_lower]
        rows = model_admin.get_queryset(request).filter(state_q(State.DRAFT), pk__in=keys)
        if keys and (number := rows.count()):
            label = capfirst(str(model_admin.opts.verbose_name_plural))
            address = list_url(model_admin.model, begun="me", state="draft")
            figures.append(Figure(_("%s not yet public") % label, number, address))
    return figures


def open_tasks(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return the open tasks: reviews, failed drafts, reported mistakes."""
    numbers = dict(open_drafts(site, request).order_by().values_list("stage").annotate(Count("pk")))
    figures = []
    if any(one.has_publish_permission(request) for one in visible_admins(site, request)):
        for stage in (Stage.REVIEW, Stage.FAILED):
            address = list_url(OpenDraft, stage__exact=stage)
            figures.append(Figure(stage.label, numbers.get(stage, 0), address))
    model_admin = site.get_model_admin(Report)
    if model_admin.has_view_permission(request):
        number = model_admin.get_queryset(request).filter(done_at__isnull=True).count()
        address = list_url(Report, done_at__isempty="1")
        figures.append(Figure(_("Reported mistakes"), number, address))
    return figures


def recently_published(site: AdminSite, request: HttpRequest) -> list[Any]:
    """Return the records published last, each once, as (revision, address)."""
    last: dict[tuple[str, str], Revision] = {}
    rows = Revision.objects.filter(action=Action.PUBLISHED).order_by("-made_at", "-pk")
    for revision in rows.defer("base", "content")[:50]:
        last.setdefault((revision.model, revision.object_pk), revision)
    seen = set()
    for model_admin in visible_admins(site, request):
        label = model_admin.opts.label_lower
        keys = [key for model, key in last if model == label]
        visible = model_admin.get_queryset(request).filter(pk__in=keys).values_list("pk", flat=True)
        seen |= {(label, str(key)) for key in visible} if keys else set()
    return [
        (revision, reverse(f"admin:{model.replace('.', '_')}_change", args=[key]))
        for (model, key), revision in last.items()
        if (model, key) in seen
    ][:SHOWN]


def overdue_checks(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return public records whose facts were not checked for a year."""
    figures = []
    for model_admin in visible_admins(site, request):
        if not issubclass(model_admin.model, Sourced) or CheckFilter not in model_admin.list_filter:
            continue
        counts = count_public(model_admin, request, {"due": check_cases()["due"][1]})
        label = capfirst(str(model_admin.opts.verbose_name_plural))
        address = list_url(model_admin.model, check="due", state="public")
        figures.append(Figure(label, counts["due"], address, counts["all"]))
    return figures


def quality_figures(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return how many public cities lack what a good page has."""
    model_admin = site.get_model_admin(City)
    if not model_admin.has_view_permission(request):
        return []
    cases = {name: missing_cases()[name] for name in QUALITY}
    counts = count_public(model_admin, request, {name: case[1] for name, case in cases.items()})
    return [
        Figure(label, counts[name], list_url(City, missing=name, state="public"), counts["all"])
        for name, (label, _condition) in cases.items()
    ]


def count_public(model_admin: Any, request: HttpRequest, cases: dict[str, Q]) -> dict[str, int]:
    """Count the public records of an admin that meet each condition, and all of them ("all")."""
    rows = model_admin.get_queryset(request).filter(state_q(State.PUBLIC)).order_by()
    # The annotations of the list would cost more than the count.
    public = model_admin.model._base_manager.filter(pk__in=rows.values("pk"))
    numbers = {name: Count("pk", filter=condition) for name, condition in cases.items()}
    counts: dict[str, int] = public.aggregate(all=Count("pk"), **numbers)
    return counts
