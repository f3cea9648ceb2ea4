"""Site-wide content: pages that staff write, and the memory of the starter content."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models import City
from news.models import NewsItem
from publishing.fields import RichTextField
from publishing.models import Addressed, Publishable, Published


class Page(Addressed, Publishable):
    """A page of text at the top level of the site, such as /about/."""

    title = models.CharField(_("title"), max_length=150)
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=400,
        help_text=_("One or two sentences that open the page and stand in search results."),
    )
    body = RichTextField(_("text"), blank=True)

    objects = Published.as_manager()
    url_name = "page"
    slug_source = "title"
    # The first parts of the portal's own addresses.
    reserved_slugs = frozenset(
        "admin cities countries design events health intakes media networks news numbers "
        "organisations regions report search static themes".split()
    )

    class Meta(Publishable.Meta):
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["title", "pk"]
        constraints = [*Publishable.Meta.constraints]

    def __str__(self) -> str:
        return self.title


class Site(models.Model):
    """What staff decide about the portal as a whole. There is one row, made by a migration."""

    name = models.CharField(
        _("name of the portal"), max_length=60, help_text=_("It stands at the top of every page.")
    )
    home_heading = models.CharField(
        _("heading of the home page"),
        max_length=80,
        blank=True,
        help_text=_(
            "Leave it empty and the page says how many cities there are. "
            "“%(number)s” in your words stands for that number."
        ),
    )
    home_lead = models.TextField(
        _("opening words of the home page"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences that tell a stranger what this is about."),
    )
    contact = models.TextField(
        _("contact"),
        max_length=300,
        blank=True,
        help_text=_("Who runs the portal and how to reach them. It stands below every page."),
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

    class Meta:
        default_permissions = ("change", "view")
        verbose_name = _("site and menu")
        verbose_name_plural = _("site and menu")
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="site_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class MenuItem(models.Model):
    """A link at the top or at the foot of every page."""

    class Place(models.TextChoices):
        TOP = "top", _("At the top")
        FOOT_FIRST = "foot-1", _("At the foot, first column")
        FOOT_SECOND = "foot-2", _("At the foot, second column")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, models.CASCADE, related_name="menu")
    place = models.CharField(_("place"), max_length=10, choices=Place, default=Place.TOP)
    label = models.CharField(_("words"), max_length=40)
    address = models.CharField(
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
        _("order"), default=0, help_text=_("Smaller numbers come first.")
    )

    class Meta:
        verbose_name = _("menu item")
        verbose_name_plural = _("menu")
        ordering = ["place", "order", "label", "pk"]

    def __str__(self) -> str:
        return self.label


class Report(models.Model):
    """A mistake that a visitor told of, kept until somebody of the staff has looked at it."""

    address = models.CharField(
        _("page"), max_length=500, help_text=_("The address of the page that it is about.")
    )
    message = models.TextField(_("what is wrong"), max_length=4000)
    source_url = models.URLField(_("a source that says so"), max_length=500, blank=True)
    email = models.EmailField(_("email address"), blank=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    done_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    note = models.TextField(_("note for staff"), blank=True)

    class Meta:
        verbose_name = _("reported mistake")
        verbose_name_plural = _("reported mistakes")
        ordering = ["-received_at", "-pk"]

    def __str__(self) -> str:
        return self.address


class StarterRow(models.Model):
    """One row of the starter content that was loaded once, with what it said then.

    It lets a later load tell a correction of the data from a change by staff, and keeps what
    staff deleted from coming back.
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
