"""The view that serves uploaded pictures, from whichever storage."""

import mimetypes
from hashlib import blake2b

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from portal.storage.file_responses import file_response
from publishing.pictures.missing import makes_lost_renditions

YEAR = 365 * 24 * 3600


@require_safe
@makes_lost_renditions
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve an uploaded picture; all of them were validated on upload.

    The storage refuses a path outside its folder. The name of an upload is never used twice, so the
    name stands for the content.
    """
    try:
        file = default_storage.open(path)
        size, changed_at = file.size, default_storage.get_modified_time(path)
    except (OSError, ValueError) as error:
        raise Http404 from error
    etag = f'"{blake2b(path.encode(), digest_size=12).hexdigest()}"'
    response = file_response(request, file, size, changed_at, etag)
    if response.status_code < 300:
        response["Content-Type"] = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if response.status_code < 500:
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    return response
