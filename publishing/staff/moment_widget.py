"""The widget of a moment on the desk: a day, a time, and the time zone that they are in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.utils import timezone

from publishing.content.moments import SplitMomentFormField, zone_label, zone_name


class MomentWidget(AdminSplitDateTime):
    """AdminSplitDateTime that names the time zone, with its offset on the day in the field.

    A script renews the name when another day is typed.
    """

    class Media:
        js = [forms.Script("admin-moments.js", type="module")]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        moment = value if isinstance(value, datetime) else self._typed(value)
        zone = zone_label(moment) if moment else zone_name()
        zone_id = str(timezone.get_current_timezone())
        return super().get_context(name, value, attrs) | {"zone": zone, "zone_id": zone_id}

    @staticmethod
    def _typed(value: Any) -> Any:
        try:
            return SplitMomentFormField(required=False).clean(value)
        except ValidationError:
            return None
