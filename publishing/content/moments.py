"""Days and moments that people give: between 1900 and 2200, and shown with their time zone.

The current time zone is that of the signed-in user on the desk, and the portal's elsewhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1900, 2200
# No time zone is further from UTC than this.
ONE_DAY = timedelta(days=1)
FIRST_MOMENT = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) - ONE_DAY
LAST_MOMENT = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) + ONE_DAY
# The moments that every time zone can show.
FIRST_SHOWN = datetime.min.replace(tzinfo=UTC) + ONE_DAY
LAST_SHOWN = datetime.max.replace(tzinfo=UTC) - ONE_DAY


def refusal() -> ValidationError:
    message = _("Choose a year between %(first)s and %(last)s.")
    years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
    return ValidationError(message, code="year", params=years)


def validate_year(day: date) -> None:
    """Refuse a day, or a moment as it was typed, outside the years that are accepted."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise refusal()


def validate_moment(moment: datetime) -> None:
    """Refuse a moment that is outside the accepted years in every time zone."""
    if timezone.is_naive(moment):
        validate_year(moment)
    elif not FIRST_MOMENT < moment < LAST_MOMENT:
        raise refusal()


class DayField(models.DateField):
    """DateField for a day between 1900 and 2200. In migrations it is Django's own."""

    default_validators = [validate_year]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateField", args, kwargs


class MomentField(models.DateTimeField):
    """DateTimeField for a moment between 1900 and 2200. In migrations it is Django's own.

    At the rim of `datetime`, Python cannot convert a moment to another time zone. Its form fields
    refuse one before they convert it; one that is in the database already is read a day off.
    """

    default_validators = [validate_moment]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def from_db_value(self, value: datetime | None, *args: Any) -> datetime | None:
        return value and min(max(value, FIRST_SHOWN), LAST_SHOWN)

    def formfield(self, **kwargs: Any) -> Any:
        is_split = issubclass(kwargs.get("form_class") or object, forms.SplitDateTimeField)
        form_class = SplitMomentFormField if is_split else MomentFormField
        return super().formfield(**kwargs | {"form_class": form_class})


class MomentFormField(forms.DateTimeField):
    """DateTimeField that refuses a year outside those that are accepted."""

    def to_python(self, value: Any) -> datetime | None:
        try:
            moment: datetime | None = super().to_python(value)
        except ValidationError as error:
            raise year_first(error) from error
        if moment is not None:
            validate_year(moment)
        return moment


class SplitMomentFormField(forms.SplitDateTimeField):
    """SplitDateTimeField that refuses a year outside those that are accepted."""

    def compress(self, data_list: Any) -> Any:
        if data_list and data_list[0]:
            validate_year(data_list[0])
        return super().compress(data_list)


def year_first(error: ValidationError) -> ValidationError:
    """Return the error about the year for one of converting a moment with such a year."""
    if error.code == "ambiguous_timezone":
        try:
            validate_year((error.params or {})["datetime"])
        except ValidationError as wrong_year:
            return wrong_year
    return error


def parse_moment(text: str) -> datetime | None:
    """Parse a moment with its time zone in ISO 8601, as a page sends it back; None for any other.

    One that a database cannot hold in UTC counts as none.
    """
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    is_shown = moment and timezone.is_aware(moment) and FIRST_SHOWN <= moment <= LAST_SHOWN
    return moment if is_shown else None


# -- Showing -------------------------------------------------------------------------------


def zone_of(user: Any) -> tzinfo | None:
    """Return the time zone of a user; None for that of the portal.

    A name that this machine does not know (any more) counts as none.
    """
    try:
        return ZoneInfo(user.time_zone) if getattr(user, "time_zone", "") else None
    except (ValueError, ZoneInfoNotFoundError):
        return None


def localtime(moment: datetime | None = None) -> datetime:
    """Return a moment (default: now) in the current time zone; one at the rim is a day off."""
    return timezone.localtime(moment and min(max(moment, FIRST_SHOWN), LAST_SHOWN))


def zone_label(moment: datetime | None = None) -> str:
    """Return the current time zone at a moment (default: now): "UTC", "BST (UTC+1)", "UTC+5:45"."""
    local = localtime(moment)
    offset = local.utcoffset() or timedelta()
    if offset == timedelta() and local.tzname() == "UTC":
        return "UTC"
    minutes = round(abs(offset).total_seconds() / 60)
    clock = f"{minutes // 60}:{minutes % 60:02}" if minutes % 60 else str(minutes // 60)
    distance = f"UTC{'−' if offset < timedelta() else '+'}{clock}"
    name = local.tzname() or ""
    # Zones without an abbreviation of their own are named by their offset: "+0545".
    return f"{name} ({distance})" if name.isalpha() else distance


def zone_name() -> str:
    """Return the current time zone, and its offset now: "UTC", "Europe/London, now GMT (UTC+0)"."""
    label, name = zone_label(), str(timezone.get_current_timezone())
    if label == name:
        return label
    return _("%(zone)s, now %(offset)s") % {"zone": name, "offset": label}


def format_full_moment(moment: datetime | None) -> str:
    """Format a moment in the current time zone, with its name: "4 December 2026, 09:00 UTC"."""
    if moment is None:
        return ""
    local = formats.date_format(localtime(moment), "j F Y, H:i")
    return f"{local} {zone_label(moment)}"


def format_day(moment: datetime | None) -> str:
    """Format the day of a moment, with another year if needed: "3 Dec", "3 Dec 2024"."""
    if moment is None:
        return ""
    local = localtime(moment)
    this_year = local.year == timezone.localtime().year
    return formats.date_format(local, "j M" if this_year else "j M Y")


def format_moment(moment: datetime | None) -> str:
    """Format a moment in the current time zone: "3 Dec 09:00 UTC", with another year if needed."""
    if moment is None:
        return ""
    local = localtime(moment)
    this_year = local.year == timezone.localtime().year
    text = formats.date_format(local, "j M H:i" if this_year else "j M Y H:i")
    return f"{text} {zone_label(moment)}"
