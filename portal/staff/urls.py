"""URLs of the desk: Django's admin and the password reset."""

from django.contrib import admin
from django.contrib.auth import views
from django.urls import path

from portal.search.link_picker import link_choices
from portal.staff.own_account import own_account
from portal.staff.own_security import change_factors, end_own_sessions, own_security
from portal.staff.second_step import (
    passkey_options,
    passkey_sign_in,
    recovery_codes,
    second_step,
    set_up,
)
from portal.staff.sign_in import ChoosePassword, PasswordReset
from portal.staff.single_sign_on import from_provider, to_provider

# Django's templates use these names.
urlpatterns = [
    path("password-reset/", PasswordReset.as_view(), name="admin_password_reset"),
    path("password-reset/done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "reset/<uidb64>/<token>/",
        ChoosePassword.as_view(),
        name="password_reset_confirm",
    ),
    path("reset/done/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    # For people on their way to the desk, so they find out themselves who asks.
    path("sign-in/second-step/", second_step, name="second-step"),
    path("sign-in/set-up/", set_up, name="set-up-second-factor"),
    path("sign-in/passkey/", passkey_sign_in, name="passkey-sign-in"),
    path("sign-in/passkey/options/", passkey_options, name="passkey-options"),
    path("sign-in/provider/", to_provider, name="to-provider"),
    path("sign-in/provider/return/", from_provider, name="from-provider"),
    path("account/codes/", admin.site.admin_view(recovery_codes), name="recovery-codes"),
    path("account/security/", admin.site.admin_view(own_security), name="own-security"),
    path("account/factors/", admin.site.admin_view(change_factors), name="change-factors"),
    path("account/sessions/", admin.site.admin_view(end_own_sessions), name="end-own-sessions"),
    path("account/", admin.site.admin_view(own_account), name="own-account"),
    path("links/", admin.site.admin_view(link_choices), name="link-choices"),
    # Last, because the admin answers every other address with its own 404.
    path("", admin.site.urls),
]
