"""Users of the desk, who sign in with their email address."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from publishing.content.keys import NUL
from publishing.content.text_fields import LineField

# The groups whose members may do most harm; superusers besides.
POWERFUL = ("Publishers", "Administrators")


def normal_address(text: Any) -> str | None:
    """Return an email address in lower case and without outer spaces; None for an empty one."""
    return str(text or "").strip().lower() or None


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            gettext("%(name)s is no time zone. Choose one from the list, such as Europe/London."),
            params={"name": name},
        )


class SignInAddressField(models.EmailField):
    """EmailField in normal form, so that an address is unique whatever the case of its letters."""

    def to_python(self, value: Any) -> Any:
        return normal_address(value)

    def get_prep_value(self, value: Any) -> Any:
        return normal_address(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        address = normal_address(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, address)
        return address

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.EmailField", args, kwargs


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **fields | {"is_superuser": True})

    def named(self, name: str) -> models.QuerySet[User]:
        """Return the users who sign in with this: an email address, or a former user name.

        The user with the address comes first; one text may be the address of one user and the
        former name of another.
        """
        if NUL in name:  # PostgreSQL raises an error for it.
            return self.none()
        has_address = Q(email=normal_address(name))
        users = self.filter(has_address | Q(former_name=name.strip()))
        return users.order_by(models.Case(models.When(has_address, then=0), default=1), "pk")

    def get_by_natural_key(self, username: str | None) -> User:
        if user := self.named(username or "").first():
            return user
        raise self.model.DoesNotExist(username)

    def with_perm(self, perm: str, **options: Any) -> models.QuerySet[User]:
        """Return the users with a permission, as Django's own manager of users does."""
        # That module asks for the model of users when it is imported.
        from django.contrib.auth.backends import ModelBackend

        users: models.QuerySet[User] = ModelBackend().with_perm(perm, **options)
        return users


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. Staff status follows from the roles: see `is_staff`."""

    email = SignInAddressField(
        _("email address"),
        null=True,
        blank=True,
        unique=True,
        error_messages={"unique": _("Somebody already has this email address.")},
    )
    # Two names of 150 letters and a space, as Django's own users have them.
    name = LineField(_("name"), max_length=301, blank=True)
    # Null for users who have always had an address. Cleared when an address is given in the desk.
    former_name = models.CharField(
        _("former user name"), max_length=150, null=True, blank=True, unique=True, editable=False
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    # Ends the links to choose a password that were made before, also after a reactivation.
    deactivated_at = models.DateTimeField(
        _("last deactivated"), null=True, blank=True, editable=False
    )
    # The `sub` of single sign-on, remembered at the first sign-in: an address may change hands.
    provider_id = models.CharField(
        _("identity at the sign-in provider"),
        max_length=255,
        null=True,
        blank=True,
        unique=True,
        editable=False,
    )
    has_provider_role = models.BooleanField(
        _("role given by the sign-in provider"), default=False, db_default=False, editable=False
    )
    date_joined = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=Q(email__isnull=True) | Q(email=Lower(F("email"))),
                name="user_email_lower_case",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.get_username()

    def clean(self) -> None:
        """Normalise the address; Django would write `get_username` into it."""
        self.email = normal_address(self.email)

    def get_username(self) -> str:
        """Return the name to sign in with: the email address, or else the former user name."""
        return self.email or self.former_name or ""

    def get_full_name(self) -> str:
        return self.name

    get_short_name = get_full_name

    @property
    def status(self) -> str:
        if not self.is_active:
            return gettext("Deactivated")
        may_enter = self.has_usable_password() or self.provider_id
        return gettext("Active") if may_enter else gettext("Invited")

    @property
    def is_staff(self) -> bool:
        """Return whether the user may open the desk: everybody with a role or permission may.

        `has_role` comes with the signed-in user, see `portal.roles.Backend`.
        """
        if self.is_superuser:
            return True
        if not hasattr(self, "has_role"):
            return bool(self.pk) and (self.groups.exists() or self.user_permissions.exists())
        return bool(self.has_role)

    @property
    def needs_second_factor(self) -> bool:
        """Return whether the user publishes or manages people, so that a password is not enough.

        `is_powerful` comes with the signed-in user, see `portal.roles.Backend`.
        """
        if settings.SECOND_FACTOR != "required" or self.is_superuser:
            return bool(settings.SECOND_FACTOR == "required")
        if not hasattr(self, "is_powerful"):
            return bool(self.pk) and self.groups.filter(name__in=POWERFUL).exists()
        return bool(self.is_powerful)
