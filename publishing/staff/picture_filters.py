"""Filters of the library's list: by use, by uploader, by tag."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from publishing.pictures.tags import tagged
from publishing.staff.list_filters import CaseFilter, FilterLabel
from publishing.staff.picture_usage import in_use_q


class UsageFilter(CaseFilter):
    title = _("use")
    parameter_name = "use"

    @cached_property
    def _cases(self) -> dict[str, tuple[FilterLabel, Any]]:
        used = in_use_q()
        return {"used": (_("In use"), used), "unused": (_("Not in use"), ~used)}

    def cases(self) -> dict[str, tuple[FilterLabel, Any]]:
        return self._cases


class UploaderFilter(CaseFilter):
    title = _("uploaded by")
    parameter_name = "by"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.person = request.user
        super().__init__(request, *args)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return {"me": (_("Me"), Q(uploaded_by=self.person))}


class TagFilter(CaseFilter):
    """Filter by the tags of the pictures that the user may see."""

    title = _("tag")
    parameter_name = "tag"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.tags = model_admin.get_queryset(request).tags()
        super().__init__(request, params, model, model_admin)

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return {tag: (tag, tagged(tag)) for tag in self.tags}
