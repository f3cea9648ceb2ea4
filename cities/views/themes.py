"""The list of themes and the page of a theme."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView

from cities.drawing.maps import HALF_PIXELS, left_out, map_figure
from cities.models import Theme
from cities.views.list_lengths import MOST_LISTED
from publishing.views import RecordDetail


class ThemeList(ListView):
    headings = {
        Theme.Kind.KEY_FEATURE: _("Key features"),
        Theme.Kind.CLUSTER: _("Thematic clusters"),
        Theme.Kind.AREA_OF_ACTION: _("Areas of action"),
        Theme.Kind.GOAL: _("Sustainable Development Goals"),
    }

    def get_queryset(self) -> QuerySet[Theme]:
        return Theme.objects.published().with_city_counts().order_by("group", "number", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = []
        for kind, heading in self.headings.items():
            groups: dict[str, list[Theme]] = {}
            for theme in self.object_list:
                if theme.kind == kind:
                    groups.setdefault(theme.group, []).append(theme)
            if groups:
                kinds.append({"slug": kind.value, "name": heading, "groups": groups})
        return super().get_context_data(kinds=kinds, **kwargs)


class ThemeDetail(RecordDetail):
    model = Theme

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theme = self.object
        cities = list(theme.cities.published().for_listing()[:MOST_LISTED])
        map_ = map_figure(cities, pixels=HALF_PIXELS)
        siblings = list(Theme.objects.published().siblings_of(theme))
        place = siblings.index(theme) if theme in siblings else len(siblings)
        return super().get_context_data(
            cities=cities,
            map=map_,
            left_out=left_out(map_),
            previous=siblings[place - 1] if 0 < place < len(siblings) else None,
            following=siblings[place + 1] if place + 1 < len(siblings) else None,
            **kwargs,
        )
