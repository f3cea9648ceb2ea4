"""Signing in with an email address, and choosing a password by a link."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm, UsernameField
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.password_links import link_tokens
from portal.errors import too_many_requests
from portal.rate_limits import PASSWORD_RESETS, is_over_limit
from portal.staff.sign_in_changes import tell
from portal.staff.sign_in_steps import after_password
from publishing.content.after_answer import after_answer


class SignInForm(AdminAuthenticationForm):
    """AdminAuthenticationForm that asks for an email address, and takes a former user name."""

    # No type=email: browsers would refuse a former user name.
    username = UsernameField(
        label=_("Email address"),
        widget=forms.TextInput(attrs={"autofocus": True, "inputmode": "email"}),
    )
    # The same sentence whether there is such an account, it is deactivated, or it has no role.
    error_messages = {
        "invalid_login": _(
            "This email address and password do not match an account. Check both and try again, "
            "or use the link below to choose a new password."
        ),
        "inactive": "",
    }


class SignIn(views.LoginView):
    """LoginView that asks for the second factor of those who have one, or must have one."""

    authentication_form = SignInForm
    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        return after_password(self.request, form.get_user(), self.get_success_url())


class PasswordLinkForm(PasswordResetForm):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def get_users(self, email: str) -> Iterable[Any]:
        """Return the user with an address, also one who was invited and has no password yet."""
        return User.objects.filter(email=email, is_active=True)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Look for the user, and send the link, after the answer.

        It takes as long for an address without an account.
        """
        after_answer(partial(super().save, *args, **kwargs))


class PasswordReset(views.PasswordResetView):
    """PasswordResetView, rate-limited per visitor, so that nobody can flood a user's inbox."""

    form_class = PasswordLinkForm
    token_generator = link_tokens

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_over_limit(request, PASSWORD_RESETS):
            return too_many_requests(request, minutes=PASSWORD_RESETS.seconds // 60)
        return super().post(request, *args, **kwargs)


class ChoosePassword(views.PasswordResetConfirmView):
    """PasswordResetConfirmView without deactivated accounts, whose links have ended."""

    title = _("Choose a password")
    token_generator = link_tokens

    def get_user(self, uidb64: str) -> Any:
        user: Any = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        """Save the password, and tell the person of it who had another one before."""
        user: Any = self.user
        had_one = user.has_usable_password()
        response = super().form_valid(form)
        if had_one:
            tell(self.request, user, gettext("Chose a new password by a link."))
        return response
