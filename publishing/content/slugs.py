"""Records with an address: slugs from names in any script, and former slugs that redirect."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Self

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from publishing.content.folding import FoldedField
from publishing.content.publishable import Publishable, unique_unless_trashed
from publishing.content.scope import Scope, about_records
from publishing.content.text_fields import SlugField


class FormerSlugQuerySet(models.QuerySet["FormerSlug"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(about_records(scope))


class FormerSlug(models.Model):
    """A slug that a record had before; visitors who use it are redirected."""

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


# Placeholder for the slug in the cached address of each kind of page.
ANY_SLUG = "-slug-"


@lru_cache(maxsize=64)
def _address(url_name: str, prefix: str) -> str:
    """Return the address of a kind of page under a script prefix, with ANY_SLUG in it."""
    return reverse(url_name, args=[ANY_SLUG])


def address_with_slug(url_name: str, slug: str) -> str:
    """Return the address of a page. Reversing each would take as long as rendering its link."""
    return _address(url_name, get_script_prefix()).replace(ANY_SLUG, slug)


class Slugged(models.Model):
    """Abstract model with a page of its own, found by a slug that is made from its name.

    Each model declares in its own Meta that the slug is unique: `UNIQUE_SLUG`, if it has a trash.
    """

    slug = SlugField(
        _("address"),
        max_length=100,
        blank=True,
        help_text=_(
            "The last part of the page’s address, for example “manchester”. Leave it empty to "
            "make it from the name. If you change it, the old address redirects to the new one."
        ),
    )

    # What a subclass sets: the field that the slug is made from, slugs that addresses of the
    # portal already use, and the name of the URL of its page.
    slug_source = "name"
    reserved_slugs: frozenset[str] = frozenset()
    # The fields with other names of the record, paths through relations included.
    name_sources: tuple[str, ...] = ()
    # What to do about a record of the same name.
    double_hint: str | Promise = ""
    url_name = ""

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return address_with_slug(self.url_name, self.slug)

    def clean(self) -> None:
        super().clean()
        self.slug = self.slug.lower()
        if self.slug in self.reserved_slugs:
            raise ValidationError(
                {
                    "slug": _("“%(slug)s” is a page of the portal. Choose a different address.")
                    % {"slug": self.slug}
                }
            )
        former = self.former_slugs().filter(slug=self.slug).exclude(object_pk=str(self.pk))
        # A record keeps its slug, also when one comes out of the trash that had it before.
        if self.slug and self.slug != self._saved_slug() and former.exists():
            raise ValidationError(
                {
                    "slug": _(
                        "“%(slug)s” used to be the address of another record, and still leads "
                        "there. Choose a different one."
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
            # A folded field is saved with its sources.
            folded = [f for f in self._meta.fields if isinstance(f, FoldedField)]
            made = [f.name for f in folded if not set(f.sources).isdisjoint(saved)]
            kwargs["update_fields"] = {*saved, *made}
        old = self._saved_slug() if saved is None or "slug" in saved else None
        super().save(*args, **kwargs)
        if not old or old == self.slug:
            return
        self.former_slugs().filter(slug=self.slug).delete()
        # Another record may have taken the slug while this one was in the trash.
        if not self._addressed().filter(slug=old).exists():
            FormerSlug.objects.update_or_create(
                model=self._meta.label_lower, slug=old, defaults={"object_pk": str(self.pk)}
            )

    def slug_candidates(self) -> Iterator[str]:
        """Yield slugs to try, the best first, without end."""
        base = readable_slug(str(getattr(self, self.slug_source))) or self._meta.model_name or ""
        yield base
        for hint in self.slug_hints():
            yield f"{base[:70].rstrip('-')}-{readable_slug(hint)}"[:100].strip("-")
        number = 2
        while True:
            yield f"{base[:90].rstrip('-')}-{number}"
            number += 1

    def slug_hints(self) -> list[str]:
        """Return words that tell this record from another of the same name."""
        return []

    @classmethod
    def former_slugs(cls) -> models.QuerySet[FormerSlug]:
        """Return the former slugs of records that still exist."""
        keys = cls._addressed().values_list(Cast("pk", models.CharField()))
        return FormerSlug.objects.filter(model=cls._meta.label_lower, object_pk__in=keys)

    @classmethod
    def _addressed(cls) -> models.QuerySet[Any]:
        """Return the records that occupy their slug: all but those in the trash."""
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
    message=_("Another record already has this address. Choose a different one."),
)


# Arabic letters of a vowel, which `anyascii` leaves out or takes for a consonant: alef with all its
# signs, the ending ة of many names, and the ى that is read as an alef.
LONG_VOWELS = str.maketrans(dict.fromkeys("اآأٱىة", "a") | {"إ": "i"})


def readable_slug(text: str) -> str:
    """Return a slug in plain letters from a name in any script, at most 100 characters.

    >>> readable_slug("Derry City & Strabane"), readable_slug("北京"), readable_slug("Ĉefurbo")
    ('derry-city-strabane', 'beijing', 'cefurbo')
    >>> readable_slug("القاهرة"), readable_slug("تهران")
    ('alqahra', 'thran')
    """
    slug = slugify(anyascii(unicodedata.normalize("NFC", text).translate(LONG_VOWELS)))
    return slug if len(slug) <= 100 else slug[:101].rpartition("-")[0] or slug[:100]
