"""Parse a latitude or longitude: decimal, or degrees, minutes and seconds, with its direction."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.import_export.cell_numbers import decimal_number, plain_digits

# Directions in the languages of the United Nations and some more. "O" is missing: it is west in
# French and Spanish, east in German.
_NORTH = "n north nord norte север с сш северной северная 北 北纬 北緯 شمال شمالا"
_SOUTH = "s south sud sur sul süd юг ю юш южной южная 南 南纬 南緯 جنوب جنوبا"
_EAST = "e east est este ost восток в вд восточной восточная 东 東 东经 東經 شرق شرقا"
_WEST = "w west ouest oeste ovest запад з зд западной западная 西 西经 西經 غرب غربا"
LATITUDE, LONGITUDE = "latitude", "longitude"
_DIRECTIONS = {
    fold(word): direction
    for words, direction in (
        (_NORTH, (LATITUDE, 1)),
        (_SOUTH, (LATITUDE, -1)),
        (_EAST, (LONGITUDE, 1)),
        (_WEST, (LONGITUDE, -1)),
    )
    for word in words.split()
}
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?e-?\d+", re.IGNORECASE)
_WORD = re.compile(r"([^\W\d_]+)\.?")
# 53°28'51", 53 28 51, 53:28:51.5, 53° 28.85': the seconds, or both, may be missing.
_PARTS = re.compile(
    r"(?P<degrees>\d{1,3}) ?[°º: ] ?"
    r"(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?) ?(?:[': ]|$) ?)?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?) ?(?:\"|''|[”″“])?)?"
)
_TWO_NUMBERS = re.compile(r"-?\d+[.,]\d+ ?[,;/ ] ?-?\d+[.,]\d+")
# The sixth decimal is a tenth of a metre at the equator.
_DECIMALS = 6


def coordinate(text: str, axis: str) -> float:
    """Return the degrees to the north or east that a text spells. Raises ValidationError.

    `axis` is "latitude" or "longitude".

    >>> coordinate("53° 28' 51\\" N", "latitude"), coordinate("2,24 W", "longitude")
    (53.480833, -2.24)
    """
    plain = plain_digits(text)
    if _TWO_NUMBERS.fullmatch(plain):
        message = _("“%(text)s” is two numbers. Give latitude and longitude a column each.")
        raise ValidationError(message % {"text": text})
    direction = "".join(fold(word) for word in _WORD.findall(plain))
    if direction in ("", "e") and _SCIENTIFIC.fullmatch(plain):
        return decimal_number(plain)
    degrees = _degrees(_WORD.sub("", plain).strip(), bool(direction))
    sign = _sign_of(direction, axis, text)
    # “−2.24 W” may be either side of Greenwich.
    if degrees is None or (direction and degrees < 0):
        message = _("“%(text)s” is not a coordinate. Write degrees as 53.48095 or 53°28′51″ N.")
        raise ValidationError(message % {"text": text})
    return sign * degrees


def _sign_of(direction: str, axis: str, text: str) -> int:
    """Return −1 for south and west. Raises ValidationError."""
    if not direction:
        return 1
    found, sign = _DIRECTIONS.get(direction, ("", 0))
    if not sign:
        message = _("The direction in “%(text)s” is not clear. Write N, S, E or W.")
        raise ValidationError(message % {"text": text})
    if found != axis:
        latitude, longitude = _("“%(text)s” is a latitude."), _("“%(text)s” is a longitude.")
        raise ValidationError((latitude if found == LATITUDE else longitude) % {"text": text})
    return sign


def _degrees(plain: str, has_direction: bool) -> float | None:
    """Return the value of degrees, minutes and seconds; None for anything else."""
    sign = -1 if plain.startswith("-") else 1
    plain = plain.lstrip("+-").strip()
    if parts := _PARTS.fullmatch(plain):
        minutes, seconds = (
            float((parts[name] or "0").replace(",", ".")) for name in ("minutes", "seconds")
        )
        # “53 48” may be minutes, or decimals whose comma is lost.
        is_bare = not has_direction and not parts["seconds"] and not re.search("[°º:']", plain)
        if minutes >= 60 or seconds >= 60 or (seconds and minutes % 1) or is_bare:
            return None
        return sign * round(int(parts["degrees"]) + minutes / 60 + seconds / 3600, _DECIMALS)
    try:
        return sign * decimal_number(plain.rstrip("°º "))
    except ValidationError:
        return None
