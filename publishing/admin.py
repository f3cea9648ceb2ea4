"""Admin registration of publishing, and the classes that the admins of the apps build on."""

from django.contrib import admin

from publishing.content.slugs import FormerSlug
from publishing.pictures.models import Picture
from publishing.staff.fieldsets import FOR_STAFF, PUBLICATION, SOURCE
from publishing.staff.former_slugs import FormerSlugAdmin
from publishing.staff.list_filters import (
    ChangedByFilter,
    ChangedFilter,
    CheckFilter,
    CountryFilter,
    CreatedByMeFilter,
    SourceKindFilter,
    StateFilter,
    check_cases,
)
from publishing.staff.picture_library import PictureAdmin
from publishing.staff.publishable import PublishableAdmin

__all__ = [
    "FOR_STAFF",
    "PUBLICATION",
    "SOURCE",
    "ChangedByFilter",
    "ChangedFilter",
    "CheckFilter",
    "CountryFilter",
    "CreatedByMeFilter",
    "PublishableAdmin",
    "SourceKindFilter",
    "StateFilter",
    "check_cases",
]

admin.site.register(Picture, PictureAdmin)
admin.site.register(FormerSlug, FormerSlugAdmin)
