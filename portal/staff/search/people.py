"""People, for those who may see who works with the portal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.search.highlighting import highlight
from portal.staff.search.hits import DeskGroup, DeskHit, Question, first_rows
from publishing.revisions.models import name_of


class PersonKind:
    """The accounts of the desk."""

    slug = "people"

    def __init__(self, model_admin: Any, request: HttpRequest) -> None:
        self.admin, self.request, self.label = model_admin, request, _("People")

    def rows(self, question: Question) -> Any:
        people = self.admin.get_queryset(self.request).prefetch_related(None)
        rows, _repeats = self.admin.get_search_results(self.request, people, question.text)
        return rows.order_by("name", "email", "pk")

    def group(self, question: Question) -> DeskGroup:
        rows, count = first_rows(self.rows(question))
        return DeskGroup(self.slug, self.label, count, self.hits(rows, question))

    def hits(self, rows: list[Any], question: Question) -> list[DeskHit]:
        return [self._hit(person, question) for person in rows]

    def _hit(self, person: Any, question: Question) -> DeskHit:
        opts = self.admin.opts
        return DeskHit(
            highlight(name_of(person), *question.sought),
            reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[person.pk]),
            state="" if person.is_active else "archived",
            state_label="" if person.is_active else _("Cannot sign in"),
            text=highlight(person.email or "", *question.sought),
        )


def person_kinds(site: AdminSite, request: HttpRequest) -> Iterator[PersonKind]:
    """Yield the kind of people if the user may view them."""
    model = get_user_model()
    if not site.is_registered(model):
        return
    model_admin = site.get_model_admin(model)
    if model_admin.has_view_permission(request):
        yield PersonKind(model_admin, request)
