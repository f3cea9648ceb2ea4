"""The answer to "Find a country or city": the one page that is meant, or the search results."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.generic import View

from cities.place_meant import place_meant
from publishing.finder.filters import SearchField


class FindPlace(View):
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        text = SearchField(required=False).clean(request.GET.get("q"))
        if meant := place_meant(text):
            return redirect(meant)
        query = urlencode({"q": text})
        return redirect(reverse("search") + (f"?{query}" if text else ""))
