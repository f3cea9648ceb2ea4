"""Addresses of websites that people give: http and https, with the hosts that browsers open."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext as _

from publishing.content.text_fields import NormalField, NormalFormField

HOST_PART = re.compile(r"(?<=://)[^/?#]*")


@deconstructible
class WebsiteValidator(URLValidator):
    """URLValidator that refuses FTP, and takes an underscore in a host, as browsers do."""

    schemes = ["http", "https"]

    def __call__(self, value: Any) -> None:
        scheme, separator, _rest = str(value).partition("://")
        if separator and scheme.lower() not in self.schemes:
            message = _("Enter an address that begins with “https://” or “http://”.")
            raise ValidationError(message, code="scheme", params={"value": value})
        plain = HOST_PART.sub(lambda host: host[0].replace("_", "x"), str(value), count=1)
        super().__call__(plain)


validate_website = WebsiteValidator()


class WebsiteFormField(NormalFormField, forms.URLField):
    """URLField with the validator above."""

    default_validators = [validate_website]


class WebsiteField(NormalField, models.URLField):
    """URLField for a page of the web. Its normal form is that of RFC 3987, section 5.3.2.2."""

    default_validators = [validate_website]
    form_class = WebsiteFormField
