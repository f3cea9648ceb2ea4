"""News items about cities, countries, networks and intakes."""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country, Intake
from partners.models import Network
from publishing.content.english import StemmedField, deciding_words
from publishing.content.richtext import RichTextField
from publishing.content.scope import Scope
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField, has_text
from publishing.models import (
    UNIQUE_SLUG,
    Picture,
    Publishable,
    PublishableQuerySet,
    Slugged,
    WebsiteField,
)


class NewsQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Return the items about a city or network of the scope."""
        return self.filter(
            self._linked(NewsItem.cities.through, city__in=scope.of("cities.city"))
            | self._linked(NewsItem.networks.through, network__in=scope.of("partners.network"))
        )

    def about_city(self, *slugs: str) -> Self:
        return self.filter(self._linked(NewsItem.cities.through, city__slug__in=slugs))

    def about_network(self, *slugs: str) -> Self:
        return self.filter(self._linked(NewsItem.networks.through, network__slug__in=slugs))

    def about_country(self, *codes: str) -> Self:
        """Return the items that name the country itself or a public city of it."""
        upper = [code.upper() for code in codes]
        cities = City.objects.published().filter(country__in=upper)
        return self.filter(
            self._linked(NewsItem.countries.through, country__in=upper)
            | self._linked(NewsItem.cities.through, city__in=cities)
        )

    def by_country_of_cities(self) -> Self:
        """Return a row for each pair of item and public city, with its country as `of_country`."""
        public = self.order_by().filter(cities__in=City.objects.published())
        return public.annotate(of_country=F("cities__country"))

    def by_country_itself(self) -> Self:
        """Return a row for each pair of item and public country that it names, as `of_country`.

        Pairs that `by_country_of_cities` has are excluded, so that together the two querysets have
        each item once for each of its countries.
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
        """Return the items whose title, summary or text has every word of `text` or its stem."""
        conditions = (has_text("words_key", word) for word in deciding_words(text))
        return self.filter(*conditions)

    def for_listing(self) -> Self:
        """Return the items with `public_cities`, the newest first."""
        return (
            self.select_related("picture")
            .prefetch_related(
                models.Prefetch("cities", City.objects.published().for_listing(), "public_cities")
            )
            .order_by("-published_at", "-pk")
        )

    def before(self, item: "NewsItem") -> Self:
        """Return the items older than `item`, the nearest first; none if it has no date."""
        if item.published_at is None:
            return self.none()
        older = Q(published_at__lt=item.published_at) | Q(
            published_at=item.published_at, pk__lt=item.pk
        )
        return self.filter(older).order_by("-published_at", "-pk")

    def after(self, item: "NewsItem") -> Self:
        """Return the items newer than `item`, the nearest first; none if it has no date."""
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
    title = LineField(
        _("title"),
        max_length=200,
        help_text=_("What happened, in one line: “Manchester and Wakefield join the network”."),
    )
    summary = ParagraphsField(
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
    author_line = LineField(
        _("author"), max_length=150, blank=True, help_text=_("Who wrote it, as it should appear.")
    )
    source = LineField(_("source"), max_length=300, blank=True)
    source_url = WebsiteField(_("link to the source"), max_length=500, blank=True)
    note = ParagraphsField(_("note for staff"), blank=True)
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
            "Only countries that the story itself is about. The countries of its cities are added "
            "automatically."
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
    search_key = StemmedField("title", "summary")
    words_key = TextIndexField("title", "summary", "body", staff=("author_line", "source"))

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
