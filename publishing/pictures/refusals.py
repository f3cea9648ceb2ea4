"""The refusals of an upload, each a ValidationError with a sentence that says what to do."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# The longest side of a picture is at most this many times its shortest: a longer strip would be
# cropped to a line of pixels.
MOST_NARROW = 20
# Pixels of the shortest side; smaller files are dots that mail programs and counters use.
LEAST_SIDE = 8


def unreadable() -> ValidationError:
    return ValidationError(
        _("We cannot read this file as a picture. Use a JPEG, PNG, WebP or AVIF file.")
    )


def unusable(kind: str) -> ValidationError:
    return ValidationError(
        _("%(kind)s pictures cannot be used. Save this one as JPEG, PNG, WebP or AVIF.")
        % {"kind": kind}
    )


def damaged() -> ValidationError:
    return ValidationError(
        _("The end of this picture is missing or damaged. Copy or save it again.")
    )


def too_costly() -> ValidationError:
    return ValidationError(
        _("This picture is stored in too many parts. Open it in an image editor and save it again.")
    )


def too_large(size: int) -> ValidationError:
    return ValidationError(
        _("This file is %(size)s. Choose a picture of at most %(most)s.")
        % {"size": filesizeformat(size), "most": filesizeformat(settings.PICTURE_MAX_BYTES)}
    )


def too_many_pixels() -> ValidationError:
    return ValidationError(
        _("This picture has more than %(most)s million pixels. Make it smaller.")
        % {"most": settings.PICTURE_MAX_PIXELS // 1_000_000}
    )


def check_shape(size: tuple[int, int]) -> None:
    """Raise a ValidationError for a picture that is too large, too small or too narrow.

    The size is what the file claims: check it before the picture is decoded.
    """
    width, height = size
    if width * height > settings.PICTURE_MAX_PIXELS:
        raise too_many_pixels()
    values = {"width": width, "height": height, "most": MOST_NARROW}
    if max(size) > MOST_NARROW * min(size):
        raise ValidationError(
            _(
                "This picture is too narrow: it has %(width)s × %(height)s pixels. Crop it until "
                "the longer side is at most %(most)s times the shorter."
            )
            % values
        )
    if min(size) < LEAST_SIDE:
        raise ValidationError(
            _(
                "This picture is too small: it has %(width)s × %(height)s pixels. Choose a larger "
                "one; 1280 pixels wide looks sharp everywhere."
            )
            % values
        )
