"""The addresses of uploaded pictures, wherever they are kept."""

import mimetypes

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


# An upload gets a name that nobody else had or will have.
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded picture, all of which were looked at before they were kept.

    The storage refuses a path that climbs out of its folder.
    """
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    try:
        return FileResponse(default_storage.open(path), content_type=kind)
    except (OSError, ValueError) as error:
        raise Http404 from error
