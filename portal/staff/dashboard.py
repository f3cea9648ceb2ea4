"""The front page of the desk: one's own work, what waits, what is scheduled, and what needs work.

Every number links to the list that it counts.
"""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from portal.staff.figures import (
    account_figures,
    comment_figures,
    draft_figures,
    public_figures,
    report_figures,
    unpublished_figures,
)
from portal.staff.recent import SHOWN, recent_work
from portal.staff.schedule import upcoming, visible_admins
from publishing.revisions.autosave import unsaved


def dashboard(site: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """Return the context of the front page."""
    admins = visible_admins(site, request)
    mine, reviews = draft_figures(site, request, admins)
    edited, published = recent_work(site, request)
    figures = public_figures(request, admins)
    return {
        "unsaved": unsaved(request.user),
        "mine": mine + unpublished_figures(request, admins) + comment_figures(request),
        "edited": edited,
        "waiting": reviews + report_figures(site, request) + account_figures(site, request),
        "upcoming": upcoming(site, request, SHOWN),
        "published": published,
        "quality": figures.quality,
        "checks": figures.checks,
        "stale": figures.stale,
    }
