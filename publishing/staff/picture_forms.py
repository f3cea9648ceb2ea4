"""The form of a picture: its focal point, its alternative text, and the check of an upload."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminFileWidget
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from publishing.pictures.uploads import validate_picture
from publishing.staff.forms import ScopedForm
from publishing.staff.picture_chooser import focal_media

# Some systems know HEIC only by its suffix.
KINDS = "image/jpeg,image/png,image/webp,image/avif,image/gif,image/heic,image/heif,.heic,.heif"


class FocalPointWidget(forms.MultiWidget):
    """Two numbers and a picture to click on; `preview` is the address of its small rendition."""

    template_name = "admin/publishing/focal_point.html"
    use_fieldset = True
    preview = ""

    def __init__(self) -> None:
        numbers = [
            forms.NumberInput({"min": 0, "max": 100, "step": 1, "aria-label": label})
            for label in (_("Per cent from the left"), _("Per cent from the top"))
        ]
        super().__init__(numbers)

    @property
    def media(self) -> Media:
        return super().media + focal_media

    def decompress(self, value: Any) -> list[int | None]:
        try:
            return [round(float(part) * 100) for part in str(value or "0.5x0.5").split("x")]
        except ValueError:
            return [None, None]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        return super().get_context(name, value, attrs) | {"preview": self.preview}


class FocalPointField(forms.MultiValueField):
    """Field for a focal point such as "0.250x0.500", as two percentages; empty means the middle."""

    widget = FocalPointWidget

    def __init__(self, **kwargs: Any) -> None:
        parts = [forms.IntegerField(min_value=0, max_value=100) for _side in range(2)]
        super().__init__(parts, required=False, **kwargs)

    def compress(self, data_list: Any) -> str:
        across, down = (50 if side is None else side for side in data_list or (50, 50))
        return f"{across / 100:g}x{down / 100:g}"


class PictureForm(ScopedForm):
    focal_point = FocalPointField(
        label=_("Focal point"),
        help_text=_(
            "This place stays in view wherever the picture is cropped. Click on it in the "
            "picture, or enter the numbers: 0 and 0 is the top left corner."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].widget = AdminFileWidget(attrs={"accept": KINDS})
            self.fields["file"].widget.is_required = True
            if self.instance.pk and self.instance.is_lost():
                self.fields["file"].help_text = _(
                    "The file of this picture is lost. Choose it again if you have it. "
                    "Without it you can edit the texts."
                )
        if "focal_point" in self.fields and self.instance.pk:
            self.fields["focal_point"].widget.preview = self.instance.file.preview

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        validate_picture(file)
        return file
