"""URLs of the desk: Django's admin and the password reset."""

from django.contrib import admin
from django.contrib.auth import views
from django.urls import path

from portal.search.link_picker import link_choices
from portal.staff.own_account import own_account
from portal.staff.sign_in import ChoosePassword, PasswordReset

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
    path("account/", admin.site.admin_view(own_account), name="own-account"),
    path("links/", admin.site.admin_view(link_choices), name="link-choices"),
    # Last, because the admin answers every other address with its own 404.
    path("", admin.site.urls),
]
