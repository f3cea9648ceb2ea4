"""Themes: key features, clusters, areas of action and goals."""

from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models.expressions import count_of, related_rows
from publishing.content.identity import IdentityField, unique_identity
from publishing.content.scope import Unscoped
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField
from publishing.models import (
    LARGEST_PLACE,
    UNIQUE_SLUG,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
)


class ThemeQuerySet(Unscoped, PublishableQuerySet):
    def with_city_counts(self) -> Self:
        """Annotate `city_count`, the number of public cities."""
        return self.annotate(
            city_count=count_of(related_rows(self.model, "cities").published(), "themes")
        )

    def siblings_of(self, theme: "Theme") -> Self:
        """Return the themes of the same kind and group in their order, `theme` included."""
        return self.filter(kind=theme.kind, group=theme.group).order_by("number", "pk")


class Theme(Slugged, Publishable, Sourced):
    """A key feature of learning cities, a thematic cluster, an area of action or a goal."""

    class Kind(models.TextChoices):
        KEY_FEATURE = "key-feature", _("Key feature")
        CLUSTER = "cluster", _("Thematic cluster")
        AREA_OF_ACTION = "area-of-action", _("Area of action")
        GOAL = "goal", _("Sustainable Development Goal")

    name = LineField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    group = LineField(
        _("group"),
        max_length=60,
        blank=True,
        help_text=_("A heading within its kind, for example “building blocks”."),
    )
    number = models.PositiveSmallIntegerField(
        _("number"),
        default=0,
        validators=[MaxValueValidator(LARGEST_PLACE)],
        help_text=_("Its place within the group."),
    )
    description = ParagraphsField(
        _("description"), blank=True, help_text=_("What the name means, in a sentence or two.")
    )

    identity_key = IdentityField("kind", "name")
    words_key = TextIndexField("name", "group", "description", staff=("source", "note"))

    objects = ThemeQuerySet.as_manager()
    url_name = "themes:detail"

    class Meta(Publishable.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["kind", "group", "number", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_identity(
                "theme_name_unique_in_kind",
                _("There is already a theme of this kind and name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def slug_hints(self) -> list[str]:
        return [self.get_kind_display()]
