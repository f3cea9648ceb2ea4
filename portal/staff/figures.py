"""Figures of the front page: numbers that link to the lists that they count.

Each query counts for every kind of record at once, so their number does not grow with the kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import model_ngettext
from django.db.models import CharField, Count, Q, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cities.admin import missing_cases
from cities.models import City
from portal.accounts.models import User
from portal.models import Report
from publishing.admin import CheckFilter, PublishableAdmin, check_cases
from publishing.caching.content_cache import cached
from publishing.content.scope import scope_of, within
from publishing.content.states import State, state_q
from publishing.models import Sourced
from publishing.revisions.comments import CommentThread, open_comments_for
from publishing.revisions.models import Action, OpenDraft, Revision, Stage
from publishing.staff.list_filters import changed_cases

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


def list_url(model: Any, **query: str) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    return reverse(name, query=query)


def count_kinds(rows: Mapping[Any, tuple[Any, Mapping[str, Q]]]) -> dict[Any, dict[str, int]]:
    """Count the rows of each model under each of its conditions, in one query.

    Conditions are the same in number and order for every model.
    """
    labels = {model._meta.label_lower: model for model in rows}
    queries = []
    for model, (found, conditions) in rows.items():
        kind = found.order_by().values(label_of=Value(model._meta.label_lower, CharField()))
        # Models have fields of these names.
        counts = {f"{name}_number": Count("pk", filter=q) for name, q in conditions.items()}
        queries.append(kind.annotate(**counts))
    if not queries:
        return {}
    counted = queries[0].union(*queries[1:], all=True)
    return {
        labels[row.pop("label_of")]: {k.removesuffix("_number"): n for k, n in row.items()}
        for row in counted
    }


# -- One's own work, and that of others that waits -----------------------------------------


def draft_figures(
    site: AdminSite, request: HttpRequest, admins: list[PublishableAdmin]
) -> tuple[list[Figure], list[Figure]]:
    """Return the user's own drafts by stage, and the drafts that wait for a publisher."""
    drafts = site.get_model_admin(OpenDraft).get_queryset(request).order_by()
    is_own = Q(author=request.user.pk)
    numbers = {
        stage: (mine, every)
        for stage, mine, every in drafts.values_list("stage").annotate(
            own=Count("pk", filter=is_own), every=Count("pk")
        )
    }
    mine = [
        Figure(label, numbers[stage][0], list_url(OpenDraft, whose="mine", stage__exact=stage))
        for stage, label in Stage.choices
        if stage in numbers and numbers[stage][0]
    ]
    if not any(one.has_publish_permission(request) for one in admins):
        return mine, []
    waiting = [
        Figure(
            stage.label,
            numbers.get(stage, (0, 0))[1],
            list_url(OpenDraft, stage__exact=stage),
        )
        for stage in (Stage.REVIEW, Stage.FAILED)
    ]
    return mine, waiting


def unpublished_figures(request: HttpRequest, admins: list[PublishableAdmin]) -> list[Figure]:
    """Return how many records of each kind the user added that are not yet public."""
    keys = defaultdict(list)
    added = Revision.objects.filter(action=Action.ADDED, person=request.user.pk)
    for label, key in added.values_list("model", "object_pk"):
        keys[label].append(key)
    counts = count_kinds(
        {
            one.model: (
                rows_of(one.model, request).filter(pk__in=keys[one.opts.label_lower]),
                {"number": state_q(State.DRAFT)},
            )
            for one in admins
            if keys[one.opts.label_lower]
        }
    )
    return [
        Figure(
            _("%s not yet public") % capfirst(str(model._meta.verbose_name_plural)),
            row["number"],
            list_url(model, begun="me", state="draft"),
        )
        for model, row in counts.items()
        if row["number"]
    ]


def comment_figures(request: HttpRequest) -> list[Figure]:
    """Return the open comments on the user's drafts; nothing if there is none."""
    number = open_comments_for(request.user).count()
    address = list_url(CommentThread, concerns="drafts", status="open")
    return [Figure(_("Open comments on my drafts"), number, address)] if number else []


def report_figures(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return the mistakes that visitors reported and nobody has dealt with."""
    model_admin = site.get_model_admin(Report)
    if not model_admin.has_view_permission(request):
        return []
    number = model_admin.get_queryset(request).filter(done_at__isnull=True).count()
    return [Figure(_("Reported mistakes"), number, list_url(Report, done_at__isempty="1"))]


def account_figures(site: AdminSite, request: HttpRequest) -> list[Figure]:
    """Return the active people without an email address; nothing if there is none."""
    if not site.get_model_admin(User).has_change_permission(request):
        return []
    number = User.objects.filter(email=None, is_active=True).count()
    address = list_url(User, account="no-address")
    return [Figure(_("People without an email address"), number, address)] if number else []


# -- The state of what is public -----------------------------------------------------------


class PublicFigures(NamedTuple):
    """The figures about public records."""

    checks: list[Figure]
    stale: list[Figure]
    quality: list[Figure]


def public_figures(request: HttpRequest, admins: list[PublishableAdmin]) -> PublicFigures:
    """Return the checks that are due, what has not changed for a year, and what cities lack."""
    scope = scope_of(request.user)
    models = tuple(one.model for one in admins)

    def count() -> dict[Any, dict[str, int]]:
        return count_public(request, admins)

    # What everybody sees is counted once after each change of the content.
    counts = count() if scope else cached(("figures of the desk", models), count)
    checked = [one.model for one in admins if CheckFilter in one.list_filter]
    return PublicFigures(
        checks=_parts(counts, checked, "due", check="due"),
        stale=_parts(counts, models, "stale", changed="old"),
        quality=_quality(counts.get(City, {})),
    )


def _parts(
    counts: Mapping[Any, dict[str, int]], models: Iterable[Any], name: str, **query: str
) -> list[Figure]:
    """Return how many public records of each kind there is something to do for, if any."""
    rows = [(model, counts[model]) for model in models if counts.get(model, {}).get(name)]
    return [
        Figure(
            model_ngettext(model._meta, row["all"]),
            row[name],
            list_url(model, **query, state="public"),
            row["all"],
        )
        for model, row in rows
    ]


def _quality(row: Mapping[str, int]) -> list[Figure]:
    cases = missing_cases()
    return [
        Figure(cases[name][0], row[name], list_url(City, missing=name, state="public"), row["all"])
        for name in QUALITY
        if name in row
    ]


def count_public(
    request: HttpRequest, admins: Iterable[PublishableAdmin]
) -> dict[Any, dict[str, int]]:
    """Count the public records of each kind: all, and those that need work."""
    stale, missing = changed_cases()["old"][1], missing_cases()
    rows = {}
    for one in admins:
        due = check_cases()["due"][1] if issubclass(one.model, Sourced) else Q(pk__in=())
        conditions = {"all": Q(), "due": due, "stale": stale}
        conditions |= {
            name: missing[name][1] if one.model is City else Q(pk__in=()) for name in QUALITY
        }
        rows[one.model] = (rows_of(one.model, request).filter(state_q(State.PUBLIC)), conditions)
    return count_kinds(rows)


def rows_of(model: Any, request: HttpRequest) -> Any:
    """Return the rows that the user sees, without the annotations of the list."""
    return within(model._default_manager.order_by(), request.user)
