"""Addresses as people write them from a poster: with capitals, which the portal's do not have."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import Resolver404, get_script_prefix, resolve


def in_small_letters(request: HttpRequest) -> HttpResponse:
    """Redirect an address whose first part has capitals to the same one in small letters.

    The pages of records do the same for the later parts (see `RecordDetail`).
    """
    path = request.path_info.lower()
    try:
        match = resolve(path)
    except Resolver404:
        raise Http404 from None
    if match.url_name == "page":
        # That view does it too, and knows which pages there are.
        response: HttpResponse = match.func(request, slug=request.path_info.strip("/"))
        return response
    # A token is not an address that anybody writes by hand, and its capitals count.
    if "token" in match.kwargs:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    address = get_script_prefix().rstrip("/") + path
    return HttpResponsePermanentRedirect(address + (f"?{query}" if query else ""))
