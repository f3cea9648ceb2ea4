"""Statistics of the network for /numbers/, and how far the sources agree with each other.

The official figures are those of the intakes; all others are counted from the published rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from cities.drawing.charts import Bar, Line, Row, Table, bars, rows
from cities.models import Award, City, Country, Intake, Region
from cities.views.intakes import joined_url
from portal.official_totals import Step, compare_totals, count_joined

MOST_COUNTRIES = 12
FORMER = {City.Status.WITHDRAWN, City.Status.LAPSED}


@dataclass
class NetworkStatistics:
    """Every figure of the page; six queries, made when it is built."""

    intakes: list[Intake]
    # Numbers of cities listed here: by joining year (None if not known), by kind, and so on.
    by_year: dict[int | None, int]
    # Years of which the intake is hidden, or public.
    with_record: set[int]
    by_kind: Counter[str]
    former: int
    unconfirmed: int
    countries: list[Any]
    awards: dict[int, int]
    awarded: int

    @classmethod
    def count(cls) -> NetworkStatistics:
        public = City.objects.published().order_by()
        kinds = public.values_list("kind", "status", "confirmed").annotate(number=Count("pk"))
        by_kind: Counter[str] = Counter()
        former = unconfirmed = 0
        for kind, status, confirmed, number in kinds:
            by_kind[kind] += number
            former += number if status in FORMER else 0
            unconfirmed += number if status not in FORMER and not confirmed else 0
        years = public.values_list("joined_year", Intake.objects.of_joining_year())
        by_year = list(years.annotate(Count("pk")))
        awards = Award.objects.filter(city__in=City.objects.published()).order_by("year")
        return cls(
            intakes=list(Intake.objects.published().order_by("year")),
            by_year={year: number for year, _has_record, number in by_year},
            with_record={year for year, has_record, _number in by_year if has_record},
            by_kind=by_kind,
            former=former,
            unconfirmed=unconfirmed,
            countries=list(Country.objects.published().with_city_counts()),
            awards=dict(awards.values_list("year").annotate(number=Count("pk"))),
            awarded=public.awarded().count(),
        )

    # -- Totals ----------------------------------------------------------------------------

    @cached_property
    def listed(self) -> int:
        return self.by_kind.total()

    @cached_property
    def with_total(self) -> list[Intake]:
        return [intake for intake in self.intakes if intake.cities_total]

    @property
    def first(self) -> Intake | None:
        return self.with_total[0] if self.with_total else None

    @property
    def latest(self) -> Intake | None:
        return self.with_total[-1] if self.with_total else None

    @property
    def missing(self) -> int:
        """Return how many members of the latest official total are not listed here, at least."""
        total = (self.latest and self.latest.cities_total) or 0
        return max(0, total - (self.listed - self.former))

    @property
    def year_unknown(self) -> int:
        return self.by_year.get(None, 0)

    # -- Growth and intakes ----------------------------------------------------------------

    @property
    def growth(self) -> list[Bar]:
        return bars({intake.year: intake.cities_total or 0 for intake in self.with_total})

    @property
    def growth_table(self) -> Table:
        return Table(
            _("Cities and countries in the network after each intake"),
            [_("Intake"), _("Cities"), _("Countries"), _("Listed here")],
            [
                Line(
                    intake.date_label,
                    intake.get_absolute_url(),
                    [
                        intake.cities_total,
                        intake.countries_total,
                        count_joined(self.by_year, until=intake.year),
                    ],
                )
                for intake in self.with_total
            ],
        )

    @cached_property
    def new(self) -> list[Row]:
        """Return the new cities by year: those listed here as a part of those announced."""
        intakes = {intake.year: intake for intake in self.intakes}
        entries = []
        for year in sorted({*intakes, *filter(None, self.by_year)}):
            intake, listed = intakes.get(year), self.by_year.get(year, 0)
            is_hidden = intake is None and year in self.with_record
            url = joined_url(year, in_finder=is_hidden)
            announced = intake.cities_announced if intake else None
            entries.append(
                Row(str(year), listed, announced, url, note=intake_note(listed, announced, intake))
            )
        return rows(entries)

    @property
    def new_table(self) -> Table:
        return Table(
            _("New cities of each year"),
            [_("Year"), _("Announced"), _("Listed here"), _("Not identified yet")],
            [
                Line(
                    row.label,
                    row.url,
                    [row.whole, row.value, row.whole and max(0, row.whole - row.value)],
                )
                for row in self.new
            ],
        )

    @cached_property
    def steps(self) -> list[Step]:
        """Return each official total after the first, where the announcements allow the sum."""
        return compare_totals(self.intakes, self.by_year)

    @property
    def steps_table(self) -> Table:
        return Table(
            _("Each announced total, and the sum of the one before and the new cities"),
            [
                _("Intake"),
                _("Total before"),
                _("New cities"),
                _("Together"),
                _("Total announced"),
                _("Difference"),
            ],
            [
                Line(
                    step.intake.date_label,
                    step.intake.get_absolute_url(),
                    [
                        step.before,
                        step.announced,
                        step.together,
                        step.intake.cities_total,
                        step.difference_label,
                    ],
                )
                for step in self.steps
            ],
        )

    @property
    def filled(self) -> list[Step]:
        """Return the totals above their sum, where cities listed here joined in between.

        Their number explains a part of the difference at most: others joined that are not listed
        here, and others left.
        """
        return [step for step in self.steps if step.difference > 0 and step.between]

    @property
    def last_step(self) -> Step | None:
        """Return the newest total, if it differs from its sum."""
        step = self.steps[-1] if self.steps else None
        return step if step and step.difference else None

    # -- Where, what, awards ---------------------------------------------------------------

    @cached_property
    def regions(self) -> list[Row]:
        counts = dict.fromkeys(Region, 0)
        for country in self.countries:
            counts[Region(country.region)] += country.city_count
        return rows(
            Row(str(region.label), number, url=region_url(region), region=region.value)
            for region, number in counts.items()
        )

    @property
    def regions_table(self) -> Table:
        countries = Counter(country.region for country in self.countries)
        return Table(
            _("Cities and countries listed here, by region"),
            [_("Region"), _("Cities"), _("Countries")],
            [Line(row.label, row.url, [row.value, countries[row.region]]) for row in self.regions],
        )

    @cached_property
    def kinds(self) -> list[Row]:
        finder = reverse("cities:list")
        return rows(
            Row(str(City.Kind(kind).label), number, url=f"{finder}?kind={kind}")
            for kind, number in sorted(self.by_kind.items(), key=lambda item: (-item[1], item[0]))
        )

    @property
    def kinds_table(self) -> Table:
        heads = [_("Type of place"), _("Members")]
        return Table(_("Members listed here, by type of place"), heads, lines_of(self.kinds))

    @cached_property
    def largest(self) -> list[Row]:
        """Return the countries with the most cities."""
        ranked = sorted(self.countries, key=lambda country: (-country.city_count, country.name_key))
        return rows(
            Row(country.name, country.city_count, url=country.get_absolute_url())
            for country in ranked[:MOST_COUNTRIES]
        )

    @property
    def largest_table(self) -> Table:
        heads = [_("Country"), _("Cities")]
        return Table(_("Countries with the most cities listed here"), heads, lines_of(self.largest))

    @property
    def award_bars(self) -> list[Bar]:
        return bars(self.awards)

    @property
    def awards_table(self) -> Table:
        return Table(
            _("UNESCO Learning City Awards, by year"),
            [_("Year"), _("Awards")],
            [Line(str(year), "", [number]) for year, number in self.awards.items()],
        )


def lines_of(chart_rows: Iterable[Row]) -> list[Line]:
    """Return the rows of a bar chart as the lines of its table."""
    return [Line(row.label, row.url, [row.value]) for row in chart_rows]


def intake_note(listed: int, announced: int | None, intake: Intake | None) -> str:
    """Return the note on the new cities of a year."""
    if intake is None:
        return _("no intake recorded for this year")
    if announced is None:
        return _("the number announced is not known")
    if announced > listed:
        return _("%(number)s not identified yet") % {"number": announced - listed}
    return ""


def region_url(region: Region) -> str:
    return reverse("regions:detail", args=[region.value])
