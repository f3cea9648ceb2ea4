"""Days that recur each year, as the note on an event's date says: "24 January each year"."""

import re
from datetime import date
from typing import NamedTuple, Self

from django.utils.dates import MONTHS

_NOTE = re.compile(r"(\d{1,2}) (\w+) (?:each|every) year\.?", re.ASCII | re.IGNORECASE)


class YearlyDay(NamedTuple):
    """A month and a day of it."""

    month: int
    day: int

    @classmethod
    def of_note(cls, note: str) -> Self | None:
        """Return the day that a note names, or None if it says anything else.

        >>> YearlyDay.of_note("24 January each year")
        YearlyDay(month=1, day=24)
        """
        match = _NOTE.fullmatch(note.strip())
        months = {str(name).lower(): number for number, name in MONTHS.items()}
        month = months.get(match[2].lower()) if match else None
        if not match or not month:
            return None
        try:
            # A leap year, so that 29 February is a day too.
            date(2024, month, int(match[1]))
        except ValueError:
            return None
        return cls(month, int(match[1]))

    def next_after(self, today: date) -> date:
        """Return the next such day, today included. 29 February waits for a leap year."""
        for year in range(today.year, today.year + 9):
            try:
                day = date(year, self.month, self.day)
            except ValueError:
                continue
            if day >= today:
                return day
        raise ValueError(f"There is no such day: {self}")
