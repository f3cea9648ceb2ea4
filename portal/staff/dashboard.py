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
from portal.staff.schedule import desks, upcoming
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
        "mine": mine(site, request),
        "waiting": waiting(site, request),
        "upcoming": upcoming(site, request, SHOWN),
        "published": published(site, request),
        "checks": checks(site, request),
        "quality": quality(site, request),
    }


def listing(model: Any, **query: str) -> str:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    words = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{address}?{words}" if words else address


def open_drafts(site: AdminSite, request: HttpRequest) -> Any:
    return site.get_model_admin(OpenDraft).get_queryset(request)


def mine(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return the user's drafts of public records by stage, and their records that are not public
    yet.
    """
    of_me = open_drafts(site, request).filter(author=request.user.pk)
    numbers = dict(of_me.order_by().values_list("stage").annotate(Count("pk")))
    figures = [
        Figure(label, numbers[stage], listing(OpenDraft, whose="mine", stage__exact=stage))
        for stage, label in Stage.choices
        if stage in numbers
    ]
    begun = defaultdict(list)
    added = Revision.objects.filter(action=Action.ADDED, person=request.user.pk)
    for label, key in added.values_list("model", "object_pk"):
        begun[label].append(key)
    for desk in desks(site, request):
        keys = begun[desk.opts.label_lower]
        rows = desk.get_queryset(request).filter(state_q(State.DRAFT), pk__in=keys)
        if keys and (number := rows.count()):
            label = capfirst(str(desk.opts.verbose_name_plural))
            figures.append(
                Figure(
                    _("%s not yet public") % label,
                    number,
                    listing(desk.model, begun="me", state="draft"),
                )
            )
    return figures


def waiting(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return tasks that wait for somebody: reviews, failed drafts, reported mistakes."""
    numbers = dict(open_drafts(site, request).order_by().values_list("stage").annotate(Count("pk")))
    may_publish = any(desk.has_publish_permission(request) for desk in desks(site, request))
    found = []
    if may_publish:
        for stage in (Stage.REVIEW, Stage.FAILED):
            address = listing(OpenDraft, stage__exact=stage)
            found.append(Figure(stage.label, numbers.get(stage, 0), address))
    desk = site.get_model_admin(Report)
    if desk.has_view_permission(request):
        number = desk.get_queryset(request).filter(done_at__isnull=True).count()
        found.append(Figure(_("Reported mistakes"), number, listing(Report, done_at__isempty="1")))
    return found


def published(site: AdminSite, request: HttpRequest) -> list[Any]:
    """Return the records published last, each once, as (revision, address)."""
    last: dict[tuple[str, str], Revision] = {}
    rows = Revision.objects.filter(action=Action.PUBLISHED).order_by("-made_at", "-pk")
    for revision in rows.defer("base", "content")[:50]:
        last.setdefault((revision.model, revision.object_pk), revision)
    seen = set()
    for desk in desks(site, request):
        label = desk.opts.label_lower
        keys = [key for model, key in last if model == label]
        there = desk.get_queryset(request).filter(pk__in=keys).values_list("pk", flat=True)
        seen |= {(label, str(key)) for key in there} if keys else set()
    return [
        (revision, reverse(f"admin:{model.replace('.', '_')}_change", args=[key]))
        for (model, key), revision in last.items()
        if (model, key) in seen
    ][:SHOWN]


def checks(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return public records whose facts were not checked for a year."""
    figures = []
    for desk in desks(site, request):
        if not issubclass(desk.model, Sourced) or CheckFilter not in desk.list_filter:
            continue
        counted = count(desk, request, {"due": check_cases()["due"][1]})
        label = capfirst(str(desk.opts.verbose_name_plural))
        address = listing(desk.model, check="due", state="public")
        figures.append(Figure(label, counted["due"], address, counted["all"]))
    return figures


def quality(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return how many public cities lack what a good page has."""
    desk = site.get_model_admin(City)
    if not desk.has_view_permission(request):
        return []
    cases = {name: missing_cases()[name] for name in QUALITY}
    counted = count(desk, request, {name: condition for name, (_label, condition) in cases.items()})
    return [
        Figure(label, counted[name], listing(City, missing=name, state="public"), counted["all"])
        for name, (label, _condition) in cases.items()
    ]


def count(desk: Any, request: HttpRequest, cases: dict[str, Q]) -> dict[str, int]:
    """Count the public records of an admin that meet each condition, and all of them ("all")."""
    rows = desk.get_queryset(request).filter(state_q(State.PUBLIC)).order_by()
    # The annotations of the list would cost more than the count.
    plain = desk.model._base_manager.filter(pk__in=rows.values("pk"))
    numbers = {name: Count("pk", filter=condition) for name, condition in cases.items()}
    counted: dict[str, int] = plain.aggregate(all=Count("pk"), **numbers)
    return counted
