"""Views of the dialog in which pictures are chosen and uploaded; all but one answer with JSON."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import BigIntegerField, F, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.translation import gettext

from publishing.content.keys import NUL, only_keys
from publishing.pictures.models import Picture
from publishing.pictures.uploads import accept
from publishing.revisions.models import Revision
from publishing.staff.admin_views import AdminViews

PAGE_SIZE = 24
"""Number of pictures that the dialog shows at once."""
RECENT_SAVES = 30
"""Number of a user's last saves whose pictures count as recently used."""
PAGE = re.compile("[1-9][0-9]{0,4}")
TAG_PREFIX = "tag:"


def description(picture: Picture) -> dict[str, Any]:
    """Return a picture as the dialog shows it."""
    return {
        "key": str(picture.pk),
        "title": picture.title,
        "about": picture.alt or gettext("decorative"),
        "alt": picture.alt,
        "measures": picture.measures,
        "preview": picture.file.preview,
        "thumbnail": picture.thumbnail,
    }


def recently_used(person: Any) -> Q:
    """Return the condition for pictures of the records that a person saved last."""
    names = {relation.field.name for relation in Picture._meta.related_objects}
    saves = Revision.objects.filter(person=person).order_by("-made_at", "-pk")
    condition = Q(pk__in=())
    for name in sorted(names):
        key = Cast(KT(f"content__fields__{name}"), BigIntegerField())
        condition |= Q(pk__in=saves.values(key=key)[:RECENT_SAVES])
    return condition


class PictureDialogViews(AdminViews):
    """Views that the dialog and the text editor request from the library."""

    routes = (
        ("choose/", "choose_view", "choose"),
        ("tags/", "tags_view", "tags"),
        ("upload/", "upload_view", "upload"),
        ("<int:picture_id>/preview/", "preview_view", "preview"),
    )

    def choose_view(self, request: HttpRequest) -> HttpResponse:
        """Return a page of the pictures that match the words `q` and the filter `show`.

        Recently used ones come first, then the newest. `digest` finds the same file, `key` one
        picture.
        """
        query = {name: str(value).replace(NUL, "") for name, value in request.GET.items()}
        rows, _more = self.admin.get_search_results(
            request, self._shown(request, query.get("show", "")), query.get("q", "")
        )
        if digest := query.get("digest"):
            rows = rows.filter(digest=digest)
        if key := query.get("key"):
            rows = rows.filter(pk__in=only_keys(Picture, [key]))
        number = query.get("page", "")
        start = PAGE_SIZE * (int(number) - 1 if PAGE.fullmatch(number) else 0)
        rows = rows.annotate(is_recent=recently_used(request.user)).order_by(
            F("is_recent").desc(nulls_last=True), "-created_at", "pk"
        )
        found = list(rows[start : start + PAGE_SIZE + 1])
        pictures = [
            description(picture) | {"recent": bool(picture.is_recent)}
            for picture in found[:PAGE_SIZE]
        ]
        return JsonResponse({"found": pictures, "more": len(found) > PAGE_SIZE})

    def _visible(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the pictures that the user may see. Raises PermissionDenied."""
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        rows: QuerySet[Any] = self.admin.get_queryset(request)
        return rows

    def _shown(self, request: HttpRequest, show: str) -> Any:
        rows: Any = self._visible(request)
        if show == "me":
            return rows.filter(uploaded_by=request.user)
        if show.startswith(TAG_PREFIX):
            return rows.tagged(show.removeprefix(TAG_PREFIX))
        return rows

    def tags_view(self, request: HttpRequest) -> HttpResponse:
        """Return the tags of the pictures that the user may see."""
        rows: Any = self._visible(request)
        return JsonResponse({"tags": rows.tags()})

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Add one picture, and return it, or the sentences at the fields of the refused form.

        The same file is refused with the picture that has it, unless `again` is sent.
        """
        if not self.admin.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.admin.get_form(request)(request.POST, request.FILES, instance=Picture())
        if not form.is_valid():
            return JsonResponse({"errors": form.errors})
        if "again" not in request.POST:
            digest = accept(form.cleaned_data["file"]).digest
            if same := self._visible(request).filter(digest=digest).first():
                return JsonResponse({"same": description(same)})
        picture = form.save(commit=False)
        self.admin.add_upload(request, picture)
        advice = [advice.message for advice in self.admin.advice(picture)]
        return JsonResponse({"picture": description(picture), "advice": advice})

    def preview_view(self, request: HttpRequest, picture_id: int) -> HttpResponse:
        """Redirect to the small rendition of a picture, which the editor shows in a text."""
        picture = self._visible(request).filter(pk=picture_id).first()
        if picture is None:
            raise Http404
        return HttpResponseRedirect(picture.file.preview)
