"""Models of the whole site: pages of text, site and menu, reports, ties, starter rows."""

import uuid
from collections import defaultdict
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Concat, Left, StrIndex
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.models import City
from news.models import NewsItem
from partners.models import Network
from portal.rate_limits import RequestCount as RequestCount
from publishing.content.richtext import RichTextField
from publishing.content.scope import Scope, is_divided, narrowed, with_pages
from publishing.content.text_fields import EmailField, LineField, ParagraphsField
from publishing.content.text_index import TextIndexField
from publishing.models import (
    LARGEST_PLACE,
    UNIQUE_SLUG,
    MomentField,
    Publishable,
    PublishableQuerySet,
    Slugged,
    WebsiteField,
)


class Page(Slugged, Publishable):
    """A page of text at the top level of the site, such as /about/."""

    title = LineField(_("title"), max_length=150)
    summary = ParagraphsField(
        _("summary"),
        blank=True,
        max_length=400,
        help_text=_("One or two sentences that open the page and appear in search results."),
    )
    body = RichTextField(_("text"), blank=True)
    words_key = TextIndexField("title", "summary", "body")

    objects = PublishableQuerySet.as_manager()
    url_name = "page"
    slug_source = "title"
    # The first path segments of the portal's own addresses.
    reserved_slugs = frozenset(
        "admin cities countries data design events find health intakes media networks news numbers "
        "organisations regions report search shared static themes".split()
    )

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title", "pk"]
        constraints = [*Publishable.Meta.constraints, UNIQUE_SLUG]

    def __str__(self) -> str:
        return self.title


class Site(models.Model):
    """The site-wide texts and choices of staff. A single row, created after migrations."""

    name = LineField(
        _("name of the portal"), max_length=60, help_text=_("Shown at the top of every page.")
    )
    home_heading = LineField(
        _("heading of the home page"),
        max_length=80,
        blank=True,
        help_text=_(
            "Leave it empty to show how many cities there are. In your own words, “%(number)s” "
            "stands for that number."
        ),
    )
    home_lead = ParagraphsField(
        _("opening words of the home page"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences that say what this site is about."),
    )
    contact = ParagraphsField(
        _("contact"),
        max_length=300,
        blank=True,
        help_text=_(
            "Who runs the portal and how to contact them. Shown at the foot of every page."
        ),
    )
    featured_cities = models.ManyToManyField(
        City,
        blank=True,
        verbose_name=_("featured cities"),
        help_text=_("Shown on the home page, as many as you like; four look best."),
    )
    featured_stories = models.ManyToManyField(
        NewsItem,
        blank=True,
        verbose_name=_("featured stories"),
        help_text=_("Shown before other news on the home page."),
    )
    words_key = TextIndexField("name", "home_heading", "home_lead", "contact")

    parts = ("menu",)

    class Meta:
        default_permissions = ("change", "view")
        verbose_name = _("site and menu")
        verbose_name_plural = _("site and menu")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="site_is_one"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home")


class MenuItem(models.Model):
    """A link at the top or at the foot of every page."""

    class Place(models.TextChoices):
        TOP = "top", _("At the top")
        FOOT_FIRST = "foot-1", _("At the foot, first column")
        FOOT_SECOND = "foot-2", _("At the foot, second column")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="menu")
    place = models.CharField(_("place"), max_length=10, choices=Place, default=Place.TOP)
    label = LineField(_("text"), max_length=40)
    address = LineField(
        _("address"),
        max_length=300,
        validators=[
            RegexValidator(
                r"^(/[^/\\\s]\S*|/|https://\S+)$",
                _("Write a path that begins with one “/”, or a whole address with https://."),
            )
        ],
        help_text=_("A page of the portal, for example “/cities/”, or a whole https:// address."),
    )
    order = models.PositiveSmallIntegerField(
        _("order"),
        default=0,
        validators=[MaxValueValidator(LARGEST_PLACE)],
        help_text=_("Smaller numbers come first."),
    )

    # Taking a page offline names the menus that link to it.
    menu_address = "address"

    class Meta:
        verbose_name = _("menu item")
        verbose_name_plural = _("menu")
        ordering = ["place", "order", "label", "pk"]

    def __str__(self) -> str:
        return self.label


class ReportQuerySet(models.QuerySet["Report"]):
    def within(self, scope: Scope) -> Self:
        """Return the reports on pages of records in this scope, whatever query the address has."""
        mark, text = models.Value("?"), models.CharField()
        path = Left("address", StrIndex(Concat("address", mark, output_field=text), mark) - 1)
        condition = Q(pk__in=())
        for model in with_pages():
            if is_divided(model) and issubclass(model, Slugged):
                before, after = reverse(model.url_name, args=["-slug-"]).split("-slug-")
                page = Concat(models.Value(before), "slug", models.Value(after), output_field=text)
                rows = narrowed(model._default_manager.order_by(), scope)
                condition |= Q(path__in=rows.values(page=page))
        return self.alias(path=path).filter(condition)


class Report(models.Model):
    """A mistake that a visitor reported, for staff to deal with."""

    address = LineField(
        _("page"), max_length=500, help_text=_("The address of the page that it is about.")
    )
    message = ParagraphsField(_("what is wrong"), max_length=4000)
    source_url = WebsiteField(_("a source that says so"), max_length=500, blank=True)
    email = EmailField(_("email address"), blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    done_at = MomentField(_("dealt with"), null=True, blank=True)
    answer = ParagraphsField(
        _("answer to the visitor"),
        blank=True,
        max_length=4000,
        help_text=_("Sent once, by email, when the report is marked as dealt with."),
    )
    answered_at = models.DateTimeField(_("answer sent"), null=True, blank=True, editable=False)
    note = ParagraphsField(_("note for staff"), blank=True)
    words_key = TextIndexField("address", "message", "source_url", "email", "answer", "note")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported mistake")
        verbose_name_plural = _("reported mistakes")
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return self.address

    @property
    def is_answerable(self) -> bool:
        """Return whether an answer can still be sent: the visitor’s address is there."""
        return bool(self.email) and self.answered_at is None


class StarterRow(models.Model):
    """A row of the starter content, with the values that were loaded last.

    With it a later load can tell a correction of the data from a change by staff, and does not
    bring back what staff deleted.
    """

    key = models.CharField(max_length=500, unique=True)
    model = models.CharField(max_length=100)
    object_pk = models.CharField(max_length=64)
    values = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["model", "object_pk"], name="starter_row_by_object")]

    def __str__(self) -> str:
        return self.key


class TieQuerySet(models.QuerySet["Tie"]):
    def scope(self, user: Any) -> Scope | None:
        """Return the scope of a user with these ties, from one query; None without ties.

        A tie to a network covers its cities too.
        """
        places: dict[str, set[Any]] = defaultdict(set)
        tied: set[tuple[str, Any]] = set()
        names: dict[str, None] = {}
        rows = self.order_by("pk").values_list(
            "city", "city__name", "network", "network__name", "network__cities"
        )
        for city, city_name, network, network_name, of_network in rows:
            places["cities.city"].update({city, of_network} - {None})
            places["partners.network"].update({network} - {None})
            tied.add(("cities.city", city) if city else ("partners.network", network))
            names[city_name or network_name] = None
        if not names:
            return None
        scope_keys = {label: frozenset(keys) for label, keys in places.items()}
        only = next(iter(tied)) if len(tied) == 1 else None
        return Scope(user.pk, scope_keys, tuple(names), only)


class Tie(models.Model):
    """A city or network that a user is limited to; users without ties have all records in scope."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="ties",
        verbose_name=_("person"),
    )
    # Protected: a user who lost the last tie would have every record in scope.
    city = models.ForeignKey(
        City, models.PROTECT, null=True, blank=True, related_name="ties", verbose_name=_("city")
    )
    network = models.ForeignKey(
        Network,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="ties",
        verbose_name=_("network"),
        help_text=_("With all its cities."),
    )

    objects = TieQuerySet.as_manager()

    class Meta:
        verbose_name = _("city or network")
        verbose_name_plural = _("limited to these cities and networks")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(city__isnull=False, network__isnull=True)
                | Q(city__isnull=True, network__isnull=False),
                name="tie_city_or_network",
                violation_error_message=_("Choose a city or a network in each row, not both."),
            ),
            models.UniqueConstraint(
                fields=["user", "city"],
                name="tie_city_once",
                violation_error_message=_("This person is already limited to this city."),
            ),
            models.UniqueConstraint(
                fields=["user", "network"],
                name="tie_network_once",
                violation_error_message=_("This person is already limited to this network."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.city or self.network)
