"""Records that name the source of their facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import DayField
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.websites import WebsiteField


class Sourced(models.Model):
    """Abstract model that names the source of its facts and the day of the last check."""

    class SourceKind(models.TextChoices):
        OFFICIAL = "official", _("Official source")
        PRESS = "press", _("Press report")
        OTHER = "other", _("Other source")

    source = LineField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_(
            "Where the facts come from, for example “UK National Commission for UNESCO, Feb 2024”. "
            "Visitors see this."
        ),
    )
    source_url = WebsiteField(
        _("link to the source"),
        max_length=500,
        blank=True,
        help_text=_("Visitors can follow this link."),
    )
    source_kind = models.CharField(
        _("kind of source"),
        max_length=10,
        choices=SourceKind,
        blank=True,
        help_text=_(
            "Official is UNESCO, a national commission, a government or the place itself. A press "
            "report that copies an official release is a press report. Visitors see this. Leave "
            "it empty if nobody has judged the source yet."
        ),
    )
    checked_on = DayField(
        _("last checked on"),
        null=True,
        blank=True,
        help_text=_("The day when this record was last compared with its source."),
    )
    note = ParagraphsField(
        _("note for staff"),
        blank=True,
        help_text=_("Doubts, open questions, things to look up. Visitors never see this."),
    )

    class Meta:
        abstract = True
