"""Admin of cities and of the records that group them: countries, intakes and themes."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import (
    Case,
    CharField,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cities.country_names import countries_beginning
from cities.models import (
    AlternativeName,
    Award,
    City,
    Country,
    Designation,
    Intake,
    Theme,
    count_of,
)
from cities.reference_names import names_in_other_languages, reference_names
from publishing.admin import (
    FOR_STAFF,
    PUBLICATION,
    SOURCE,
    ChangedByFilter,
    ChangedFilter,
    CheckFilter,
    CountryFilter,
    CreatedByMeFilter,
    PublishableAdmin,
    SourceKindFilter,
    StateFilter,
)
from publishing.content.publishable import EDITABLE_MOMENTS
from publishing.content.scope import scope_of, within
from publishing.staff.base import RowInline
from publishing.staff.change_form import DraftAdmin
from publishing.staff.forms import RecordForm
from publishing.staff.list_filters import CaseFilter, FilterLabel
from publishing.staff.quality_checks import CHECKS, Advice


class CountryForm(RecordForm):
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        return code.upper()


class CitiesFilter(CaseFilter):
    title = _("cities")
    parameter_name = "cities"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        public = Exists(City.objects.published().filter(country=OuterRef("pk")))
        return {"public": (_("With public cities"), Q(public)), "none": (_("Without"), ~Q(public))}


@admin.register(Country)
class CountryAdmin(DraftAdmin):
    form = CountryForm
    is_edited_beside = False
    views = PublishableAdmin.views
    change_list_template = PublishableAdmin.change_list_template
    list_display = ("name", "code", "region", "unesco_status", "cities_recorded", "cities_public")
    list_filter = (CitiesFilter, "region", "unesco_status", SourceKindFilter)
    search_fields = ("name_key", "=code")
    search_help_text = _(
        "The beginning of any name: official, former or colloquial, in any language, or the code. "
        "For example “UK”, “Ivory Coast” or “Corée du Sud”."
    )
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "name_in_text", "code", "region", "unesco_status"),
                "description": _(
                    "A country is public as soon as one of its cities is. "
                    "Its code cannot be changed later."
                ),
            },
        ),
        (_("Other names"), {"fields": ("other_names",)}),
        (_("Names that are known already"), {"fields": ("known_names",), "classes": ("collapse",)}),
        SOURCE,
        (_("Address"), {"fields": ("slug",), "classes": ("collapse",)}),
        (FOR_STAFF[0], FOR_STAFF[1] | {"fields": ("note",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Country]:
        rows: QuerySet[Country] = super().get_queryset(request)
        return rows.annotate(
            recorded=count_of(within(City.objects.all(), request.user), "country"),
            public=count_of(City.objects.published(), "country"),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("code", "known_names") if obj else ("known_names",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find countries by any name; unless another order is asked for, the best match first."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        # Each count of a filter calls this too.
        named = countries_beginning(search_term) if search_term else []
        if not named:
            return found, may_repeat
        codes = [country.code for country in named]
        labels = [When(pk=c.code, then=Value(c.known_as)) for c in named if c.known_as]
        places = [When(pk=code, then=Value(place)) for place, code in enumerate(codes)]
        rows = queryset.filter(Q(pk__in=codes) | Q(pk__in=found.order_by().values("pk"))).annotate(
            known_as=Case(*labels, default=Value(""), output_field=CharField())
        )
        if ORDER_VAR not in request.GET:
            place = Case(*places, default=Value(len(codes)), output_field=IntegerField())
            rows = rows.order_by(place, "name_key", "pk")
        return rows, False

    def option_label(self, record: Any) -> str:
        """Return the name, with the other one by which a search found the country."""
        if other := getattr(record, "known_as", ""):
            return gettext("%(country)s (%(other)s)") % {"country": record, "other": other}
        return str(record)

    @admin.display(description=_("names"))
    def known_names(self, country: Country) -> str:
        reference = reference_names().get(country.code)
        if reference is None:
            return gettext("No names are known for this code.")
        # Names of any direction stand next to each other.
        others = names_in_other_languages().get(country.code, [])
        names_known = (reference.well_known, reference.of_un_languages, others)
        lists = (format_html_join(", ", "<bdi>{}</bdi>", zip(names)) for names in names_known)
        return format_html_join("", "<p>{}</p>", ((names,) for names in lists if names))

    @admin.display(description=_("cities"), ordering="recorded")
    def cities_recorded(self, country: Any) -> int:
        return int(country.recorded)

    @admin.display(description=_("public cities"), ordering="public")
    def cities_public(self, country: Any) -> int:
        return int(country.public)


@admin.register(Intake)
class IntakeAdmin(PublishableAdmin):
    list_display = (
        "year",
        "state_column",
        "announced_on",
        "cities_announced",
        "cities_recorded",
        "countries_announced",
        "changed",
    )
    list_filter = (
        StateFilter,
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
    )
    search_fields = ("year", "source")
    search_help_text = _("Searches years and sources.")
    fieldsets = (
        (
            None,
            {
                "fields": ("year", "announced_on"),
                "description": _("To add a city to an intake, open the form of the city."),
            },
        ),
        (
            _("Official figures"),
            {
                "fields": (
                    ("cities_announced", "countries_announced"),
                    ("cities_total", "countries_total"),
                    "counted_on",
                ),
                "description": _(
                    "What UNESCO announced, even if fewer cities are recorded here: "
                    "the page shows both. Leave empty what is not known."
                ),
            },
        ),
        SOURCE,
        (PUBLICATION[0], PUBLICATION[1] | {"fields": ("state_now", *EDITABLE_MOMENTS)}),
        FOR_STAFF,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Intake]:
        rows: QuerySet[Intake] = super().get_queryset(request)
        cities = within(City.objects.all(), request.user)
        return rows.annotate(recorded=count_of(cities, "intake"))

    @admin.display(description=_("cities recorded"), ordering="recorded")
    def cities_recorded(self, intake: Any) -> int:
        return int(intake.recorded)


@admin.register(Theme)
class ThemeAdmin(PublishableAdmin):
    list_display = (
        "name",
        "state_column",
        "kind",
        "group",
        "number",
        "cities_recorded",
        "changed",
    )
    list_filter = (
        StateFilter,
        "kind",
        "group",
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
    )
    search_fields = ("slug", "name", "group")
    search_help_text = _("Searches names and groups.")
    fieldsets = (
        (None, {"fields": ("name", "kind", "group", "number", "description")}),
        SOURCE,
        PUBLICATION,
        FOR_STAFF,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Theme]:
        rows: QuerySet[Theme] = super().get_queryset(request)
        links = City.themes.through._default_manager.all()
        if scope_of(request.user):
            links = links.filter(city__in=within(City.objects.all(), request.user))
        return rows.annotate(recorded=count_of(links, "theme"))

    def plain_label(self, record: Theme) -> str:
        return gettext("%(theme)s · %(kind)s") % {
            "theme": record.name,
            "kind": record.get_kind_display(),
        }

    @admin.display(description=_("cities"), ordering="recorded")
    def cities_recorded(self, theme: Any) -> int:
        return int(theme.recorded)


class AlternativeNameInline(RowInline):
    model = AlternativeName
    fields = ("name", "language", "source")


class AwardInline(RowInline):
    model = Award
    fields = ("year", "source", "source_url")


class DesignationInline(RowInline):
    model = Designation
    classes = ("collapse",)
    fields = ("name", "year", "source", "source_url")


def missing_cases() -> dict[str, tuple[FilterLabel, Q]]:
    """Return the facts that a city may lack, each with a label and the condition that it does."""
    return {
        "year": (_("Joining year"), Q(joined_year__isnull=True)),
        "summary": (_("Summary"), Q(summary="")),
        "profile": (_("Profile"), Q(profile="")),
        "population": (_("Population"), Q(population__isnull=True)),
        "place": (_("Coordinates"), Q(latitude__isnull=True)),
        "picture": (_("Picture"), Q(picture__isnull=True)),
        "source": (_("Source"), Q(source="")),
    }


class MissingFilter(CaseFilter):
    title = _("what is missing")
    parameter_name = "missing"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        return missing_cases()


class AwardFilter(CaseFilter):
    title = _("learning city award")
    parameter_name = "award"

    def cases(self) -> dict[str, tuple[FilterLabel, Q]]:
        awarded = Exists(Award.objects.filter(city=OuterRef("pk")))
        return {"yes": (_("Has received it"), Q(awarded)), "no": (_("Has not"), ~Q(awarded))}


def check_coordinates(city: City) -> Iterator[Advice]:
    if city.latitude is None:
        yield Advice(
            "latitude", gettext("Without coordinates, the city does not appear on any map.")
        )


@admin.register(City)
class CityAdmin(PublishableAdmin):
    quality_checks = (*CHECKS, check_coordinates)
    list_display = (
        "name",
        "state_column",
        "country",
        "joined",
        "status",
        "confirmed",
        "kind",
        "checked",
        "changed",
    )
    list_filter = (
        StateFilter,
        CountryFilter,
        MissingFilter,
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
        "status",
        "confirmed",
        "country__region",
        "intake",
        "kind",
        AwardFilter,
    )
    # `CityQuerySet.search` searches these fields, word by word.
    search_fields = ("search_key", "alternative_names__search_key", "country__name_key")
    search_help_text = _(
        "Searches the beginnings of words in all names of the city, its motto and its country. "
        "Accents do not matter: “fes” finds Fez."
    )
    list_select_related = ("country",)
    option_relations = ("country",)
    autocomplete_fields = ("country", "intake", "themes")
    inlines = (AlternativeNameInline, AwardInline, DesignationInline)
    fieldsets = (
        (
            _("The place"),
            {
                "fields": (
                    "name",
                    "official_name",
                    "kind",
                    "country",
                    ("subdivision", "subdivision_code"),
                ),
                "description": _(
                    "Names in other languages and older spellings have a section of their own, so "
                    "that people can find the city by any of them."
                ),
            },
        ),
        (
            _("Membership of the network"),
            {
                "fields": (
                    ("status", "confirmed", "last_confirmed"),
                    "intake",
                    ("joined_year", "joined_on"),
                ),
                "description": _(
                    "Joining the network is not an award. "
                    "Learning city awards have a section of their own."
                ),
            },
        ),
        (
            _("What visitors read"),
            {
                "fields": (
                    "motto",
                    "summary",
                    "profile",
                    "what_sources_say",
                    "picture",
                    "themes",
                    ("website", "unesco_page"),
                ),
                "description": _(
                    "A city without summary and profile gets a paragraph that the portal writes "
                    "from the facts."
                ),
            },
        ),
        (
            _("Facts"),
            {
                "fields": (
                    ("population", "population_year"),
                    "population_source",
                    ("un_population", "un_population_year"),
                    ("latitude", "longitude"),
                    ("geonames_id", "wikidata_id"),
                ),
                "description": _(
                    "Leave a field empty if no source has the value: the page then says “not "
                    "known”."
                ),
            },
        ),
        SOURCE,
        PUBLICATION,
        FOR_STAFF,
    )

    def plain_label(self, record: City) -> str:
        return gettext("%(city)s, %(country)s") % {"city": record.name, "country": record.country}

    @admin.display(description=_("joined"), ordering="joined_year")
    def joined(self, city: City) -> str:
        return str(city.joined_year or gettext("not known"))

    @admin.display(description=_("last checked"), ordering="checked_on")
    def checked(self, city: City) -> str:
        return date_format(city.checked_on, "j M Y") if city.checked_on else ""
