"""The view that serves uploaded pictures, from whichever storage."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from publishing.pictures.missing import makes_lost_renditions


# The name of an upload is never used twice.
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
@makes_lost_renditions
def media(request: HttpRequest, path: str) -> FileResponse:
    """Serve an uploaded picture; all of them were validated on upload.

    The storage refuses a path outside its folder.
    """
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    try:
        return FileResponse(default_storage.open(path), content_type=kind)
    except (OSError, ValueError) as error:
        raise Http404 from error
