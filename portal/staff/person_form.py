"""The form of a person: name, address, role. With it, a colleague is invited too."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Group
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.roles import GROUPS
from portal.staff.management_rights import assignable_groups

SENTENCES = {
    "Contributors": _("write drafts and ask for a review. Nothing goes public without one."),
    "Editors": _("also delete drafts, describe pictures and answer reported mistakes."),
    "Publishers": _("also decide what visitors see: publish, schedule and take offline."),
    "Administrators": _("also invite and manage people, and delete for good."),
}


class RoleField(forms.ModelChoiceField):
    """ModelChoiceField of the portal's four roles, each with a sentence."""

    def label_from_instance(self, obj: Any) -> str:
        return format_html("<strong>{}</strong> {}", obj.name, SENTENCES[obj.name])


class PersonForm(forms.ModelForm):
    role = RoleField(
        queryset=Group.objects.none(),
        widget=forms.RadioSelect,
        required=False,
        blank=False,
        label=_("Role"),
    )

    # The user who fills in the form; set by the admin.
    manager: ClassVar[User]

    class Meta:
        model = User
        fields = ("name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = sorted(
            assignable_groups(self.manager).filter(name__in=GROUPS),
            key=lambda group: list(GROUPS).index(group.name),
        )
        if "role" in self.fields:
            self._offer(self.fields["role"], roles)
        # A user who may not change the person sees them without fields.
        if "name" in self.fields:
            self.fields["name"].required = True
            # Somebody whom an earlier version left without an address may stay so.
            self.fields["email"].required = bool(self.instance.email) or not self.instance.pk

    def _offer(self, field: Any, roles: list[Group]) -> None:
        field.queryset = Group.objects.filter(pk__in=[group.pk for group in roles])
        field.choices = [(group.pk, field.label_from_instance(group)) for group in roles]
        if self.instance.pk:
            held = set(self.instance.groups.values_list("pk", flat=True))
            field.initial = next((one.pk for one in reversed(roles) if one.pk in held), None)
        elif roles:
            field.initial = roles[0].pk

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        is_needed = not (values.get("groups") or values.get("is_superuser"))
        had_one = self.instance.pk is None or self.initial.get("role") or self._had_role()
        if "role" in self.fields and not values.get("role") and is_needed and had_one:
            self.add_error("role", _("Choose a role."))
        if "email" in self.changed_data and values.get("email"):
            self.instance.former_name = None
        return values

    def _had_role(self) -> bool:
        return self.fields["role"].initial is not None

    def save_role(self) -> None:
        """Give the saved person the chosen one of the four roles instead of the earlier ones."""
        if "role" not in self.cleaned_data:
            return
        role = self.cleaned_data["role"]
        four = Group.objects.filter(name__in=GROUPS)
        self.instance.groups.remove(*four.exclude(pk=role and role.pk))
        if role:
            self.instance.groups.add(role)
