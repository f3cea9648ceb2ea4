"""The field of a picture in a form: shows the chosen one, and opens the dialog of the library.

Without JavaScript it is a list of the newest pictures; the script hides the list and sets its
value, so a form posts the same with and without.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Q
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from js_asset import ImportMap, Media, Script

from publishing.pictures.models import Picture

# Maximum number of pictures in the list, besides the chosen one.
MOST_LISTED = 50

# Scripts of the desk that other scripts import.
modules = ImportMap(
    {
        "desk/chooser": "admin-chooser.js",
        "desk/dialogs": "admin-dialogs.js",
        "desk/focal": "admin-focal.js",
        "desk/uploads": "admin-uploads.js",
    }
)
focal_media = Media(importmap=modules)
chooser_media = Media(importmap=modules, js=[Script("admin-picture-field.js", type="module")])


class PictureChooser(forms.Select):
    """Select of a picture that a script turns into a thumbnail with buttons.

    `library` is the admin of pictures, which knows what the user may do there.
    """

    template_name = "admin/widgets/picture_chooser.html"

    def __init__(self, library: Any = None, request: HttpRequest | None = None) -> None:
        super().__init__()
        self.may_add = library is not None and library.has_add_permission(request)
        self.chosen: Picture | None = None

    @property
    def media(self) -> Media:
        return chooser_media

    def use_required_attribute(self, initial: Any) -> bool:
        # Browsers cannot point to a list that is hidden.
        return False

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        return context | {"chosen": self.chosen, "may_add": self.may_add}

    def optgroups(self, name: str, value: Sequence[str], attrs: Any = None) -> Any:
        """Return the newest pictures and the chosen one, all from one query."""
        options = [self.create_option(name, "", "---------", not any(value), 0)]
        self.chosen = None
        for picture in self._listed([key for key in value if key]):
            is_chosen = str(picture.pk) in value
            self.chosen = picture if is_chosen else self.chosen
            label = " · ".join(filter(None, (picture.title, picture.measures)))
            options.append(self.create_option(name, picture.pk, label, is_chosen, len(options)))
        return [(None, options, 0)]

    def _listed(self, keys: list[str]) -> Any:
        rows = cast(ModelChoiceIterator, self.choices).queryset
        newest = rows.order_by("-pk").values("pk")[:MOST_LISTED]
        return rows.filter(Q(pk__in=keys) | Q(pk__in=newest)).order_by("-pk")


class PictureFieldsMixin(admin.options.BaseModelAdmin):
    """Admin whose foreign keys to pictures all have the chooser."""

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        wrapper = getattr(field, "widget", None)
        if isinstance(wrapper, RelatedFieldWidgetWrapper):
            # The chooser adds and edits pictures itself, without pop-up windows.
            is_chooser = isinstance(wrapper.widget, PictureChooser)
            field.widget = wrapper.widget if is_chooser else wrapper
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.related_model is Picture and self.admin_site.is_registered(Picture):
            library = self.admin_site.get_model_admin(Picture)
            kwargs.setdefault("widget", PictureChooser(library, request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
