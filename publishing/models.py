"""What every public thing of the portal has: a state, an address, a source."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.urls import get_script_prefix, reverse
from django.utils import formats, timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from publishing.content.fields import FoldedField
from publishing.content.scope import Scope, about_records
from publishing.content.states import State, state_of, state_q
from publishing.import_export.models import Batch, BatchRow
from publishing.pictures.models import Picture
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.models import OpenDraft, Revision
from publishing.revisions.share_links import SharedDraft

__all__ = [
    "Batch",
    "BatchRow",
    "FormerSlug",
    "OpenDraft",
    "Picture",
    "Publishable",
    "PublishableQuerySet",
    "Revision",
    "SharedDraft",
    "Slugged",
    "Sourced",
    "State",
    "WorkingCopy",
]


class PublishableQuerySet(models.QuerySet[Any]):
    """Queries that know what the public may see."""

    def in_state(self, state: str, moment: datetime | None = None) -> Self:
        return self.filter(state_q(state, moment))

    def published(self, moment: datetime | None = None) -> Self:
        """What a visitor sees at a moment (default: now). Every public read starts here."""
        return self.in_state(State.PUBLIC, moment)


class Publishable(models.Model):
    """Something that staff prepare and visitors see from one moment to another."""

    published_at = models.DateTimeField(
        _("public from"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_(
            "When visitors can first see this. Leave it empty to keep a draft; "
            "choose a time to come to schedule it."
        ),
    )
    expires_at = models.DateTimeField(
        _("public until"),
        null=True,
        blank=True,
        help_text=_("When visitors can no longer see this. Leave it empty to keep it public."),
    )
    archived_at = models.DateTimeField(
        _("archived on"),
        null=True,
        blank=True,
        help_text=_(
            "From this moment the record is put away: visitors cannot see it, "
            "and nothing is deleted. Empty it to bring the record back."
        ),
    )
    trashed_at = models.DateTimeField(
        _("in the trash since"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    # Relations whose rows are edited in the record's own form and belong to it: what a snapshot
    # holds besides the fields and the many-to-many relations. Their keys are UUIDs.
    parts: tuple[str, ...] = ()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish", "purge")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("published_at")),
                name="%(app_label)s_%(class)s_expires_after_published",
                violation_error_message=_("“Public until” has to be later than “public from”."),
            ),
        ]

    @property
    def state(self) -> State:
        return state_of(self.published_at, self.expires_at, self.archived_at, self.trashed_at)

    @property
    def is_published(self) -> bool:
        """Whether a visitor sees it now: the same rule as `PublishableQuerySet.published()`."""
        return self.state == State.PUBLIC

    @property
    def state_label(self) -> str:
        """The state in words, with its moment: "Scheduled for 3 Dec 09:00"."""
        match self.state:
            case State.SCHEDULED:
                return _("Scheduled for %(moment)s") % {"moment": short_moment(self.published_at)}
            case State.EXPIRED:
                return _("Expired on %(moment)s") % {"moment": short_moment(self.expires_at)}
            case State.PUBLIC if self.expires_at:
                return _("Public until %(moment)s") % {"moment": short_moment(self.expires_at)}
        return str(self.state.label)


def unique_unless_trashed(*fields: str, name: str, message: Any) -> models.UniqueConstraint:
    """A promise that no two records have the same values; what is in the trash does not count."""
    return models.UniqueConstraint(
        fields=fields,
        condition=Q(trashed_at__isnull=True),
        name=name,
        # With this code Django shows the sentence at the field.
        violation_error_code="unique",
        violation_error_message=message,
    )


def short_moment(moment: datetime | None) -> str:
    """A moment in the site's zone, short: "3 Dec 09:00", with the year when it is another."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime().year
    return formats.date_format(local, "j M H:i" if this_year else "j M Y H:i")


class FormerSlugQuerySet(models.QuerySet["FormerSlug"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(about_records(scope))


class FormerSlug(models.Model):
    """An address that an object once had; visitors who come by it are sent on."""

    model = models.CharField(_("kind of record"), max_length=100)
    object_pk = models.CharField(_("record"), max_length=64)
    slug = models.CharField(_("former address"), max_length=100)
    changed_at = models.DateTimeField(_("changed"), auto_now_add=True)

    objects = FormerSlugQuerySet.as_manager()

    class Meta:
        verbose_name = _("former address")
        verbose_name_plural = _("former addresses")
        constraints = [
            models.UniqueConstraint(fields=["model", "slug"], name="former_slug_unique_in_model"),
        ]
        indexes = [models.Index(fields=["model", "object_pk"], name="former_slug_by_object")]

    def __str__(self) -> str:
        return self.slug


# Stands for a slug in the address that is kept of each kind of page.
ANY_SLUG = "-slug-"


@lru_cache(maxsize=64)
def _address(url_name: str, prefix: str) -> str:
    """The address of a kind of page under a script's prefix, with ANY_SLUG for its own part."""
    return reverse(url_name, args=[ANY_SLUG])


class Slugged(models.Model):
    """Something with a page of its own, found by a slug that is made from its name.

    Each model promises in its own Meta that the slug is unique: `UNIQUE_SLUG`, if it has a trash.
    """

    slug = models.SlugField(
        _("address"),
        max_length=100,
        blank=True,
        help_text=_(
            "The last part of the page's address, for example “manchester”. Leave it empty "
            "and it is made from the name. If you change it, the old address leads to the new."
        ),
    )

    # What a subclass sets: the field that the slug is made from, slugs that addresses of the
    # portal already use, and the name of the URL of its page.
    slug_source = "name"
    reserved_slugs: frozenset[str] = frozenset()
    url_name = ""

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        # Lists have many, and to ask the URL configuration for each takes as long as to draw it.
        return _address(self.url_name, get_script_prefix()).replace(ANY_SLUG, self.slug)

    def clean(self) -> None:
        super().clean()
        self.slug = self.slug.lower()
        if self.slug in self.reserved_slugs:
            raise ValidationError(
                {"slug": _("“%(slug)s” is a page of the portal itself.") % {"slug": self.slug}}
            )
        former = self.former_slugs().filter(slug=self.slug).exclude(object_pk=str(self.pk))
        # Who has the address keeps it, also when one comes out of the trash that had it before.
        if self.slug and self.slug != self._saved_slug() and former.exists():
            raise ValidationError(
                {
                    "slug": _(
                        "“%(slug)s” was the address of another record, and still leads to it. "
                        "Choose a different one."
                    )
                    % {"slug": self.slug}
                }
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = next(slug for slug in self.slug_candidates() if self._is_free(slug))
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "slug"}
        if (saved := kwargs.get("update_fields")) is not None:
            # What is made from a field is saved with it.
            folded = [f for f in self._meta.fields if isinstance(f, FoldedField)]
            made = [f.name for f in folded if not set(f.sources).isdisjoint(saved)]
            kwargs["update_fields"] = {*saved, *made}
        old = self._saved_slug() if saved is None or "slug" in saved else None
        super().save(*args, **kwargs)
        if not old or old == self.slug:
            return
        self.former_slugs().filter(slug=self.slug).delete()
        # While this lay in the trash, another record may have taken its address.
        if not self._addressed().filter(slug=old).exists():
            FormerSlug.objects.update_or_create(
                model=self._meta.label_lower, slug=old, defaults={"object_pk": str(self.pk)}
            )

    def slug_candidates(self) -> Iterator[str]:
        """Addresses to try, the best first; the last of them never end."""
        base = readable_slug(str(getattr(self, self.slug_source))) or self._meta.model_name or ""
        yield base
        for hint in self.slug_hints():
            yield f"{base[:70].rstrip('-')}-{readable_slug(hint)}"[:100].strip("-")
        number = 2
        while True:
            yield f"{base[:90].rstrip('-')}-{number}"
            number += 1

    def slug_hints(self) -> list[str]:
        """Words that tell this object from another of the same name."""
        return []

    @classmethod
    def former_slugs(cls) -> models.QuerySet[FormerSlug]:
        """The former addresses of records that still exist."""
        keys = cls._addressed().values_list(Cast("pk", models.CharField()))
        return FormerSlug.objects.filter(model=cls._meta.label_lower, object_pk__in=keys)

    @classmethod
    def _addressed(cls) -> models.QuerySet[Any]:
        """The records that hold their address: all but those in the trash."""
        in_use = {"trashed_at__isnull": True} if issubclass(cls, Publishable) else {}
        return cls._base_manager.filter(**in_use)

    def _is_free(self, slug: str) -> bool:
        others = self._addressed().filter(slug=slug).exclude(pk=self.pk)
        taken = slug in self.reserved_slugs or others.exists()
        return not taken and not self.former_slugs().filter(slug=slug).exists()

    def _saved_slug(self) -> str | None:
        if self._state.adding:
            return None
        return type(self)._base_manager.filter(pk=self.pk).values_list("slug", flat=True).first()


UNIQUE_SLUG = unique_unless_trashed(
    "slug",
    name="%(app_label)s_%(class)s_slug_unique",
    message=_("Another record has this address already. Choose a different one."),
)


def readable_slug(text: str) -> str:
    """An address in plain letters from a name in any script, at most 100 characters.

    >>> readable_slug("Derry City & Strabane"), readable_slug("北京"), readable_slug("Ĉefurbo")
    ('derry-city-strabane', 'beijing', 'cefurbo')
    """
    slug = slugify(anyascii(text))
    return slug if len(slug) <= 100 else slug[:101].rpartition("-")[0] or slug[:100]


class Sourced(models.Model):
    """A record that says where its facts come from and when they were last checked."""

    source = models.CharField(
        _("source"),
        max_length=300,
        blank=True,
        help_text=_(
            "Who says so, for example “UK National Commission for UNESCO, Feb 2024”. "
            "Visitors see this."
        ),
    )
    source_url = models.URLField(
        _("link to the source"), max_length=500, blank=True, help_text=_("Visitors can follow it.")
    )
    checked_on = models.DateField(
        _("last checked on"),
        null=True,
        blank=True,
        help_text=_("The day when somebody last compared this record with its source."),
    )
    note = models.TextField(
        _("note for staff"),
        blank=True,
        help_text=_("Doubts, open questions, things to look up. Visitors never see this."),
    )

    class Meta:
        abstract = True
