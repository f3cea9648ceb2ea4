"""Events, with or without a date."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country
from news.models.yearly_days import YearlyDay
from publishing.content.english import StemmedField, with_words
from publishing.content.scope import Scope
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField
from publishing.models import (
    UNIQUE_SLUG,
    DayField,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
    WebsiteField,
)


class EventQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Return the events in cities of the scope."""
        return self.filter(city__in=scope.of("cities.city"))

    def search(self, text: str) -> Self:
        """Return the events whose name, place or text has every word of `text` or its stem."""
        return self.filter(with_words("search_key", text))

    def for_listing(self) -> Self:
        return self.select_related("city__country", "country")


class Event(Slugged, Publishable, Sourced):
    class Kind(models.TextChoices):
        CONFERENCE = "conference", _("International conference")
        REGIONAL_CONFERENCE = "regional-conference", _("Regional conference")
        FORUM = "forum", _("Forum")
        FESTIVAL = "festival", _("Festival")
        LAUNCH = "launch", _("Launch")
        ANNOUNCEMENT = "announcement", _("Announcement")
        AWARENESS_DAY = "awareness-day", _("Awareness day")
        LOCAL_EVENT = "local-event", _("Local event")

    name = LineField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    starts_on = DayField(_("first day"), null=True, blank=True)
    ends_on = DayField(
        _("last day"), null=True, blank=True, help_text=_("Leave it empty for a one-day event.")
    )
    date_note = LineField(
        _("note on the date"),
        max_length=150,
        blank=True,
        help_text=_("For example “24 January each year” or “dates approximate”."),
    )
    place = LineField(
        _("place"),
        max_length=150,
        blank=True,
        help_text=_("For example “Derby Theatre” or “online”."),
    )
    city = models.ForeignKey(
        City, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name=_("city")
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("country"),
    )
    description = ParagraphsField(_("description"), blank=True)
    website = WebsiteField(_("website"), blank=True)
    search_key = StemmedField("name", "place", "description")
    words_key = TextIndexField(
        "name", "place", "description", "date_note", staff=("source", "note")
    )

    objects = EventQuerySet.as_manager()
    url_name = "events:detail"

    class Meta(Publishable.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_on", "name", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_it_starts",
                violation_error_message=_("The last day cannot be before the first day."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=False),
                name="event_last_day_has_a_first",
                violation_error_message=_("Give the first day too, or leave the last day empty."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=False) | ~Q(date_note=""),
                name="event_has_a_date_or_a_note",
                violation_error_message=_(
                    "Give the first day, or say in “note on the date” when it takes place."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def slug_hints(self) -> list[str]:
        return [str(self.starts_on.year)] if self.starts_on else []

    @property
    def where(self) -> str:
        """The place, or else the city if it is public, or else the country."""
        city = self.city.name if self.city and self.city.is_published else ""
        return self.place or city or (self.country.name if self.country else "")

    @property
    def yearly_day(self) -> YearlyDay | None:
        """The day of each year on which it recurs, if its note names one."""
        return None if self.starts_on else YearlyDay.of_note(self.date_note)

    @property
    def first_day(self) -> date | None:
        """The first day; of a day that recurs, the next one, today included."""
        if self.yearly_day:
            return self.yearly_day.next_after(timezone.localdate())
        return self.starts_on

    @property
    def is_over(self) -> bool:
        """Return whether the last day has passed; an event without any day is never over."""
        last_day = self.ends_on or self.first_day
        return last_day is not None and last_day < timezone.localdate()

    @property
    def when(self) -> str:
        """The days in words, for lists; of a day that recurs, the next: "24 January 2027"."""
        if self.yearly_day and self.first_day:
            day = formats.date_format(self.first_day, "j F Y")
            return _("%(day)s, every year") % {"day": day}
        return self.dates_label

    @property
    def dates_label(self) -> str:
        """The days in words: "2 to 5 December 2024", "24 January 2025", or the note."""
        if self.starts_on is None:
            return self.date_note
        if self.ends_on is None or self.ends_on == self.starts_on:
            return formats.date_format(self.starts_on, "j F Y")
        same_month = (self.starts_on.year, self.starts_on.month) == (
            self.ends_on.year,
            self.ends_on.month,
        )
        same_year = self.starts_on.year == self.ends_on.year
        first = "j" if same_month else "j F" if same_year else "j F Y"
        return _("%(first)s to %(last)s") % {
            "first": formats.date_format(self.starts_on, first),
            "last": formats.date_format(self.ends_on, "j F Y"),
        }


def coming(events: Iterable[Event]) -> list[Event]:
    """Return the events that have a day and are not over, by their first or next day."""
    days = [(event.first_day, event.name, event) for event in events if not event.is_over]
    dated = [(day, name, event) for day, name, event in days if day]
    return [event for _day, _name, event in sorted(dated, key=lambda one: one[:2])]
