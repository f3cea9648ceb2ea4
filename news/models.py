"""What happens: news items about cities, networks and intakes, and events."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country, Intake
from partners.models import Network
from publishing.content.fields import FoldedField, RichTextField, fold
from publishing.content.scope import Scope
from publishing.models import (
    UNIQUE_SLUG,
    Picture,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
)


class NewsQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Items about a city of somebody's or about their network."""
        return self.filter(
            self._linked(NewsItem.cities.through, city__in=scope.of("cities.city"))
            | self._linked(NewsItem.networks.through, network__in=scope.of("partners.network"))
        )

    def about_city(self, *slugs: str) -> Self:
        return self.filter(self._linked(NewsItem.cities.through, city__slug__in=slugs))

    def about_network(self, *slugs: str) -> Self:
        return self.filter(self._linked(NewsItem.networks.through, network__slug__in=slugs))

    def about_country(self, *codes: str) -> Self:
        """Items that name the country itself or a city of it that visitors see."""
        upper = [code.upper() for code in codes]
        cities = City.objects.published().filter(country__in=upper)
        return self.filter(
            self._linked(NewsItem.countries.through, country__in=upper)
            | self._linked(NewsItem.cities.through, city__in=cities)
        )

    def by_country_of_cities(self) -> Self:
        """A row for each item and public city of it, with `of_country`, the country of the city."""
        public = self.order_by().filter(cities__in=City.objects.published())
        return public.annotate(of_country=F("cities__country"))

    def by_country_itself(self) -> Self:
        """A row for each item and public country that it names, with `of_country`.

        Items that name a public city of the country too are left to `by_country_of_cities`,
        so that together the two have each item once for each of its countries.
        """
        through = NewsItem.cities.through._default_manager
        same = through.filter(
            newsitem=OuterRef("pk"),
            city__in=City.objects.published(),
            city__country=OuterRef("of_country"),
        )
        public = self.order_by().filter(countries__in=Country.objects.published())
        return public.annotate(of_country=F("countries")).filter(~Exists(same))

    def of_year(self, *years: int) -> Self:
        return self.filter(published_at__year__in=years)

    def search(self, text: str) -> Self:
        """Items of which every word of the text begins a word of the title or summary."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_key__contains=f" {word}")
        return found

    def for_listing(self) -> Self:
        """The newest first, with the cities that each is about."""
        return (
            self.select_related("picture")
            .prefetch_related(
                models.Prefetch("cities", City.objects.published().for_listing(), "public_cities")
            )
            .order_by("-published_at", "-pk")
        )

    def before(self, item: "NewsItem") -> Self:
        """Items older than one, the nearest first; none for an item without a date."""
        if item.published_at is None:
            return self.none()
        older = Q(published_at__lt=item.published_at) | Q(
            published_at=item.published_at, pk__lt=item.pk
        )
        return self.filter(older).order_by("-published_at", "-pk")

    def after(self, item: "NewsItem") -> Self:
        """Items newer than one, the nearest first; none for an item without a date."""
        if item.published_at is None:
            return self.none()
        newer = Q(published_at__gt=item.published_at) | Q(
            published_at=item.published_at, pk__gt=item.pk
        )
        return self.filter(newer).order_by("published_at", "pk")

    @staticmethod
    def _linked(through: type[models.Model], **link: object) -> Exists:
        # EXISTS, because a join would list an item once for each city it names.
        return Exists(through._default_manager.filter(newsitem=OuterRef("pk"), **link))


class NewsItem(Slugged, Publishable):
    title = models.CharField(
        _("title"),
        max_length=200,
        help_text=_("What happened, in one line: “Manchester and Wakefield join the network”."),
    )
    summary = models.TextField(
        _("summary"),
        max_length=400,
        help_text=_("One or two sentences. Lists, feeds and search engines show them."),
    )
    body = RichTextField(
        _("text"),
        blank=True,
        help_text=_(
            "The story. There is no need to describe its cities: the page adds a short box about "
            "each, which is always up to date."
        ),
    )
    author_line = models.CharField(
        _("author"), max_length=150, blank=True, help_text=_("Who wrote it, as it should appear.")
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    note = models.TextField(_("note for staff"), blank=True)
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news_items",
        verbose_name=_("picture"),
    )
    cities = models.ManyToManyField(
        City, blank=True, related_name="news_items", verbose_name=_("cities")
    )
    countries = models.ManyToManyField(
        Country,
        blank=True,
        related_name="news_items",
        verbose_name=_("countries"),
        help_text=_(
            "Only countries that the story itself is about; those of its cities are known."
        ),
    )
    networks = models.ManyToManyField(
        Network, blank=True, related_name="news_items", verbose_name=_("networks")
    )
    intake = models.ForeignKey(
        Intake,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="news_items",
        verbose_name=_("intake"),
    )
    search_key = FoldedField("title", "summary")

    objects = NewsQuerySet.as_manager()
    url_name = "news:detail"
    slug_source = "title"
    reserved_slugs = frozenset({"feed"})

    class Meta(Publishable.Meta):
        verbose_name = _("news item")
        verbose_name_plural = _("news items")
        ordering = ["-published_at", "-pk"]
        constraints = [*Publishable.Meta.constraints, UNIQUE_SLUG]

    def __str__(self) -> str:
        return self.title

    # Set by the query `for_listing`.
    public_cities: list[City]


class EventQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Events in a city of somebody's."""
        return self.filter(city__in=scope.of("cities.city"))

    def upcoming(self, today: date | None = None) -> Self:
        """Events that have not ended, the next first."""
        today = today or timezone.localdate()
        return self.filter(Q(ends_on__gte=today) | Q(ends_on__isnull=True, starts_on__gte=today))

    def past(self, today: date | None = None) -> Self:
        """Events that have ended; those without any date are neither past nor upcoming."""
        today = today or timezone.localdate()
        return self.filter(Q(ends_on__lt=today) | Q(ends_on__isnull=True, starts_on__lt=today))

    def yearly(self) -> Self:
        """Days that come round each year and so carry no date."""
        return self.filter(starts_on__isnull=True)

    def search(self, text: str) -> Self:
        """Events of which every word of the text begins a word of the name, place or text."""
        found = self
        for word in fold(text).split():
            found = found.filter(search_key__contains=f" {word}")
        return found

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

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind)
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Empty for an event of one day.")
    )
    date_note = models.CharField(
        _("note on the date"),
        max_length=150,
        blank=True,
        help_text=_("For example “24 January each year” or “dates approximate”."),
    )
    place = models.CharField(
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
    description = models.TextField(_("description"), blank=True)
    website = models.URLField(_("website"), blank=True)
    search_key = FoldedField("name", "place", "description")

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
        """The place, or else the city that visitors see, or else the country."""
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
