"""Addresses of websites that people give: http and https, with the hosts that browsers open."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from publishing.content.text_fields import NormalField, NormalFormField

HOST_PART = re.compile(r"(?<=://)[^/?#]*")


@deconstructible
class WebsiteValidator(URLValidator):
    """URLValidator that refuses FTP, and takes an underscore in a host, as browsers do."""

    message = _("Enter a valid URL. It begins with “https://” or “http://”.")
    schemes = ["http", "https"]

    def __call__(self, value: Any) -> None:
        plain = HOST_PART.sub(lambda host: host[0].replace("_", "x"), str(value), count=1)
        super().__call__(plain)


validate_website = WebsiteValidator()


class WebsiteFormField(NormalFormField, forms.URLField):
    """URLField with the validator above."""

    default_validators = [validate_website]
    default_error_messages = {"invalid": WebsiteValidator.message}


class WebsiteField(NormalField, models.URLField):
    """URLField for a page of the web. Its normal form is that of RFC 3987, section 5.3.2.2."""

    default_validators = [validate_website]
    form_class = WebsiteFormField
