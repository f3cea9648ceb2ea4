"""Countries, which are public when one of their cities is."""

from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cities.models.expressions import count_of, is_capitals, related_rows
from cities.models.regions import Region
from cities.reference_names import key_of
from publishing.content.folding import FoldedField, fold
from publishing.content.identity import IdentityField, unique_identity
from publishing.content.scope import Unscoped
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField
from publishing.import_export.record_index import NameLookup
from publishing.models import Slugged, Sourced

LONGEST_NAME = 100


def validate_lines(text: str) -> None:
    """Raise ValidationError for a line that is no name: too long, or without a letter."""
    for line in filter(None, map(str.strip, text.splitlines())):
        if len(line) > LONGEST_NAME:
            message = _("“%(name)s …” is longer than %(most)s characters.")
            raise ValidationError(message % {"name": line[:30], "most": LONGEST_NAME})
        if not fold(line):
            raise ValidationError(_("“%(name)s” has no letter.") % {"name": line})


class CountryQuerySet(Unscoped, models.QuerySet["Country"]):
    def published(self) -> Self:
        """Return the countries with at least one public city."""
        return self.filter(
            Exists(related_rows(self.model, "cities").published().filter(country=OuterRef("pk")))
        )

    def with_city_counts(self) -> Self:
        """Annotate `city_count`, the number of public cities."""
        return self.annotate(
            city_count=count_of(related_rows(self.model, "cities").published(), "country")
        )

    def name_lookup(self) -> NameLookup:
        """Return the names in general use, by which cells of imports name a country."""
        # That module imports this one.
        from cities.country_names import country_names

        names = country_names()

        def nearest(text: str) -> str | None:
            country = names.nearest(text)
            return country.code if country else None

        return NameLookup(
            lambda text: [country.code for country in names.named(text)], nearest, names.is_known
        )


class Country(Slugged, Sourced):
    class UnescoStatus(models.TextChoices):
        MEMBER = "member", _("Member State")
        ASSOCIATE = "associate", _("Associate Member")

    code = LineField(
        _("code"),
        max_length=2,
        primary_key=True,
        help_text=_("The two capital letters of ISO 3166-1, for example “GB”."),
    )
    name = LineField(_("name"), max_length=100, unique=True)
    name_in_text = LineField(
        _("name in a sentence"),
        max_length=110,
        blank=True,
        help_text=_(
            "The name as it reads after “in”, if that differs: “the United Kingdom”. Leave it "
            "empty if it is the same."
        ),
    )
    region = models.CharField(
        _("UNESCO region"),
        max_length=40,
        choices=Region,
        help_text=_(
            "The region that UNESCO uses in its announcements. It may differ from geography."
        ),
    )
    other_names = ParagraphsField(
        _("other names"),
        blank=True,
        validators=[validate_lines],
        help_text=_(
            "Names that people use for this country, one on each line. Official, former and "
            "colloquial names and those in other languages are known already: add what is missing."
        ),
    )
    unesco_status = models.CharField(
        _("status in UNESCO"),
        max_length=10,
        blank=True,
        choices=UnescoStatus,
        help_text=_("Leave it empty for a country that is not in UNESCO."),
    )
    name_key = FoldedField("name", db_index=True)
    identity_key = IdentityField("name")
    words_key = TextIndexField("name", "other_names", staff=("source", "note"))

    objects = CountryQuerySet.as_manager()
    url_name = "countries:detail"

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=is_capitals("code", 2),
                name="country_code_two_capitals",
                violation_error_message=_("The code is two capital letters, for example “GB”."),
            ),
            models.CheckConstraint(
                condition=Q(region__in=Region.values), name="country_region_known"
            ),
            models.CheckConstraint(
                condition=Q(unesco_status__in=["", "member", "associate"]),
                name="country_unesco_status_known",
            ),
            unique_identity(
                "country_identity_unique",
                _("There is already a country of this name."),
                has_trash=False,
            ),
            models.UniqueConstraint(
                fields=["slug"],
                name="country_slug_unique",
                # With this code Django shows the message at the field.
                violation_error_code="unique",
                violation_error_message=_("Another country already has this address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.other_names = "\n".join(
            dict.fromkeys(filter(None, map(str.strip, self.other_names.splitlines())))
        )
        added = {key_of(name): name for name in self.other_names.splitlines()}
        added.pop("", None)
        others = type(self)._base_manager.exclude(pk=self.pk) if added else ()
        for other in others:
            if name := added.get(key_of(other.name)) or added.get(key_of(other.name_in_text)):
                message = _(
                    "“%(name)s” is the name of another country, %(other)s. Delete this line."
                )
                values = {"name": name, "other": f"{other.name} ({other.code})"}
                raise ValidationError({"other_names": message % values})

    @property
    def in_text(self) -> str:
        """The name as it stands in a sentence: "the United Kingdom", "France"."""
        return self.name_in_text or self.name

    @property
    def is_published(self) -> bool:
        return self.cities.published().exists()

    @property
    def state_label(self) -> str:
        return str(_("Public") if self.is_published else _("No public city yet"))
