"""The notice of near-doubles while a name is typed: "There is already Alcobaça (Portugal)"."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from publishing.content.doubles import NearDoubles, identity_of
from publishing.content.identity import name_of
from publishing.content.keys import NUL
from publishing.content.publishable import not_trashed
from publishing.staff.admin_views import AdminViews

MOST_SHOWN = 3
# No name is longer, and no key.
LONGEST = 300


class DoubleViews(AdminViews):
    """Near-doubles of what is typed, for people who may add or change records."""

    routes = (("doubles/", "doubles", "doubles"),)

    def doubles(self, request: HttpRequest) -> HttpResponse:
        """Return the notice as HTML; nothing if there is no such record that the user may see."""
        may_write = (
            self.admin.has_add_permission(request),
            self.admin.has_change_permission(request),
        )
        if not any(may_write) or identity_of(self.model) is None:
            raise PermissionDenied
        found = NearDoubles(visible_rows(self.admin, request)).of(self._typed(request))
        labels = dict(found[:MOST_SHOWN])
        own = self.admin.get_queryset(request).in_bulk(labels)
        records = self.model._base_manager.in_bulk(labels)
        shown = [(self._address(records[pk], pk in own), labels[pk]) for pk in records]
        return render(
            request,
            "admin/publishing/doubles.html",
            {"doubles": shown, "hint": self.model.double_hint},
        )

    def _address(self, record: Any, is_own: bool) -> str:
        """Return the address of the form, or of the public page of a record out of scope."""
        if not is_own:
            return str(record.get_absolute_url())
        return reverse(f"admin:{self.url_name('change')}", args=[record.pk])

    def _typed(self, request: HttpRequest) -> Any:
        """Return an unsaved record with what is typed of its identity; odd values are left out."""
        record = self.model()
        for name in ("pk", *identity_of(self.model).sources):  # type: ignore[union-attr]
            field = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
            typed = request.GET.get(name, "")[:LONGEST].replace(NUL, "")
            try:
                value = field.to_python(typed or None)
            except ValidationError:
                continue
            setattr(record, field.attname, value)
        return record


def doubles_context(admin: Any, record: Any) -> dict[str, Any]:
    """Return the template context of the notice in a form; empty for a model without doubles."""
    if (identity := identity_of(admin.model)) is None:
        return {}
    return {
        "doubles_url": reverse(f"admin:{DoubleViews(admin).url_name('doubles')}"),
        "doubles_fields": " ".join(identity.sources),
        "doubles_name": name_of(admin.model),
        "doubles_pk": record.pk if record else "",
    }


def visible_rows(admin: Any, request: HttpRequest) -> Any:
    """Return the records that a person may see: those of their scope, and public ones."""
    rows = not_trashed(admin.model._default_manager.all())
    own = admin.get_queryset(request).order_by().values("pk")
    public = admin.model._default_manager.published().order_by().values("pk")
    return rows.filter(pk__in=own) | rows.filter(pk__in=public)
