"""Fields that search for related records, and plain lists in their place."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from publishing.staff.forms import SeveralAutocomplete

# The query of an address that asks for plain lists in place of autocompletes, and the number of
# empty rows that a form without scripts offers in each inline.
PLAIN_LISTS, PLAIN_ROWS = "pickers=off", 2


class PickerMixin(admin.options.BaseModelAdmin):
    """Autocomplete fields that `?pickers=off` turns into plain lists, for browsers without scripts.

    The form links to that address when scripts are off.
    """

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return () if has_plain_lists(request) else super().get_autocomplete_fields(request)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if request and db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SeveralAutocomplete(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)


def has_plain_lists(request: HttpRequest) -> bool:
    """Return whether the form of this request is for a browser without scripts."""
    name, _equals, value = PLAIN_LISTS.partition("=")
    return request.GET.get(name) == value
