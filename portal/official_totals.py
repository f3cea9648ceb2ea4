"""Comparison of each official total with the total before plus the new cities announced since."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from cities.models import Intake

ByYear = Mapping[int | None, int]
"""Numbers of cities listed here by joining year; None if the year is not known."""


class Step(NamedTuple):
    """An official total, with the one before it and the new cities announced since."""

    intake: Intake
    before: int
    announced: int
    # Cities listed here that joined in the years between the two, outside any intake.
    between: int

    @property
    def together(self) -> int:
        return self.before + self.announced

    @property
    def difference(self) -> int:
        return (self.intake.cities_total or 0) - self.together

    @property
    def difference_label(self) -> str:
        if self.difference < 0:
            return _("%(number)s fewer") % {"number": -self.difference}
        if self.difference > 0:
            return _("%(number)s more") % {"number": self.difference}
        return _("none")


def compare_totals(intakes: Iterable[Intake], by_year: ByYear) -> list[Step]:
    """Return a step for each official total after the first, where announcements allow the sum.

    The intakes have to be in the order of their years.
    """
    intakes = list(intakes)
    steps: list[Step] = []
    before: Intake | None = None
    # None as soon as the number of an intake in between is not known.
    added: int | None = 0
    for intake in intakes:
        known = added is not None and intake.cities_announced is not None
        added = (added or 0) + (intake.cities_announced or 0) if known else None
        if not intake.cities_total:
            continue
        if before and added is not None:
            between = count_joined(by_year, before.year + 1, intake.year - 1) - sum(
                by_year.get(other.year, 0)
                for other in intakes
                if before.year < other.year < intake.year
            )
            steps.append(Step(intake, before.cities_total or 0, added, between))
        before, added = intake, 0
    return steps


def count_joined(by_year: ByYear, since: int = 0, until: int = 9999) -> int:
    """Return the number of cities listed here that joined in these years, both included."""
    return sum(number for year, number in by_year.items() if year and since <= year <= until)
