"""Events, with or without a date."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country
from publishing.content.english import StemmedField, with_words
from publishing.content.scope import Scope
from publishing.content.text_fields import LineField, ParagraphsField
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

    def upcoming(self, today: date | None = None) -> Self:
        """Return the events that have not ended."""
        today = today or timezone.localdate()
        return self.filter(Q(ends_on__gte=today) | Q(ends_on__isnull=True, starts_on__gte=today))

    def past(self, today: date | None = None) -> Self:
        """Return the events that have ended; those without a date are neither past nor upcoming."""
        today = today or timezone.localdate()
        return self.filter(Q(ends_on__lt=today) | Q(ends_on__isnull=True, starts_on__lt=today))

    def yearly(self) -> Self:
        """Return the days that recur each year and therefore have no date."""
        return self.filter(starts_on__isnull=True)

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
        _("last day"), null=True, blank=True, help_text=_("Empty for an event of one day.")
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
                violation_error_message=_("The last day cannot come before the first."),
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
