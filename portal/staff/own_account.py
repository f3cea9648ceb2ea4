"""“Your account”: the page on which each member of staff edits their own name and time zone."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import get_default_timezone_name
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from publishing.revisions.models import Action, log

# Zones of a place; the rest are former names and offsets.
CONTINENTS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


def time_zone_choices() -> list[tuple[str, Any]]:
    """Return the time zones by continent, after the zone of the portal."""
    portals = gettext("The portal’s own: %(zone)s") % {"zone": get_default_timezone_name()}
    names = sorted(available_timezones())
    choices: list[tuple[str, Any]] = [("", portals), ("UTC", "UTC")]
    for continent in CONTINENTS:
        zones = [name for name in names if name.startswith(f"{continent}/")]
        choices.append(
            (continent, [(name, name.partition("/")[2].replace("_", " ")) for name in zones])
        )
    return choices


class OwnAccountForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        choices=time_zone_choices,
        help_text=_(
            "The desk shows times, and reads those that you enter, in this zone. Type a city to "
            "find its zone."
        ),
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")
        labels = {"name": _("Name")}
        widgets = {"name": forms.TextInput(attrs={"class": "vTextField"})}
        help_texts = {"name": _("As colleagues see it in the history and next to your drafts.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        field: Any = self.fields["time_zone"]
        own = self.instance.time_zone
        if own and not field.valid_value(own):
            # A zone of another kind that somebody set elsewhere is kept.
            field.choices = [*field.choices, (own, own)]


def own_account(request: HttpRequest) -> HttpResponse:
    """Show and save the account of the user who is signed in."""
    # A copy: the header shows the user of the request, whatever the form refuses.
    user = get_object_or_404(User, pk=request.user.pk)
    form = OwnAccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        if form.has_changed():
            form.save()
            log(user, Action.CHANGED, user, gettext("Changed their own account."))
        messages.success(request, gettext("Your account has been saved."))
        return HttpResponseRedirect(reverse("own-account"))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Your account"),
        "form": form,
        "account": user,
    }
    return TemplateResponse(request, "admin/accounts/own_account.html", context)
