"""Fieldsets that the admins of several apps share."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from publishing.content.publishable import EDITABLE_MOMENTS

PUBLICATION: Any = (
    _("Publication"),
    {
        "fields": ("state_now", *EDITABLE_MOMENTS, "slug"),
        "description": _(
            "A record without “publish at” is a draft, which only staff can see. "
            "“View on site” shows drafts to you, too."
        ),
    },
)
SOURCE: Any = (
    _("Source"),
    {
        "fields": ("source", "source_url", "source_kind", "checked_on"),
        "description": _("Visitors see where the facts come from and when they were checked."),
    },
)
FOR_STAFF: Any = (
    _("For staff"),
    {
        "fields": ("created_at", "updated_at", "note"),
        "description": _("Visitors never see this."),
    },
)
