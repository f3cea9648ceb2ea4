"""The comparison of two to four cities."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cities.comparison import LEAST, MOST, Comparison, address_of
from cities.similar_cities import city_index

MOST_SUGGESTED = 500
"""The number of cities up to which the form suggests each of them."""


class CityComparison(TemplateView):
    """A table of the cities that the address names; with `add`, one more is looked for by name."""

    template_name = "cities/comparison.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.comparison = Comparison(request.GET)
        if added := self.comparison.added:
            return redirect(address_of([*self.comparison.slugs, added.slug]))
        if not (self.comparison.is_canonical or self.comparison.notices):
            return HttpResponsePermanentRedirect(self.comparison.address)
        response = super().get(request, *args, **kwargs)
        # The page cache keeps this address, because others may ask the same question.
        response.is_canonical = self.comparison.is_canonical  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        comparison, index = self.comparison, city_index()
        suggested = list(index.by_key.values()) if index else []
        return super().get_context_data(
            comparison=comparison,
            cities=comparison.cities,
            columns=list(zip(comparison.cities, comparison.removal_links(), strict=True)),
            is_table=LEAST <= len(comparison.cities) <= MOST,
            suggested=suggested if len(suggested) <= MOST_SUGGESTED else [],
            canonical_path=comparison.address,
            **kwargs,
        )
