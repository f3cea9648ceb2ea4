"""Signing in: throttling, the password reset, the groups, and pages of refusal."""

import re

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal.models import Site
from portal.roles import fill_groups
from tests import factories
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


def sign_in(client, username, password):
    return client.post(
        reverse("admin:login"),
        {"username": username, "password": password, "next": reverse("admin:index")},
    )


def test_the_sign_in_page_offers_a_new_password(client):
    page = client.get(reverse("admin:login"))
    assert page.status_code == 200
    link = f'<a href="{reverse("admin_password_reset")}">Forgotten your password?</a>'
    assert link in page.text
    assert "<title>Sign in | Learning Cities Portal</title>" in page.text


def test_the_desk_bears_the_name_that_staff_gave_the_portal(client, editor):
    Site.objects.update(name="Cities that learn")
    for somebody, name in [
        (client, "admin:login"),
        (client, "admin_password_reset"),
        (editor, "admin:index"),
        (editor, "admin:cities_city_add"),
    ]:
        assert " | Cities that learn</title>" in somebody.get(reverse(name)).text


def test_five_wrong_passwords_lock_the_sign_in(client):
    user = factories.user("Editors")
    for _ in range(4):
        assert sign_in(client, user.email, "wrong").status_code == 200
    assert sign_in(client, user.email, "wrong").status_code == 429
    locked = sign_in(client, user.email, factories.PASSWORD)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "429.html" in [template.name for template in locked.templates]
    # Another user can still sign in.
    other = factories.user("Editors")
    assert sign_in(client, other.email, factories.PASSWORD).status_code == 302


def test_a_right_password_resets_the_count_of_wrong_ones(client):
    user = factories.user("Editors")
    for _ in range(2):
        for _ in range(4):
            assert sign_in(client, user.email, "wrong").status_code == 200
        response = sign_in(client, user.email, factories.PASSWORD)
        assert response.status_code == 302
        assert response["Location"] == reverse("admin:index")
        client.logout()


def test_a_forgotten_password_is_reset(client):
    user = factories.user("Editors", email="editor@example.org")
    assert client.get(reverse("admin_password_reset")).status_code == 200
    response = client.post(reverse("admin_password_reset"), {"email": user.email}, follow=True)
    assert response.redirect_chain == [(reverse("password_reset_done"), 302)]

    [message] = mail.outbox
    assert message.subject == "Choose a new password for the Learning Cities Portal"
    assert message.to == ["editor@example.org"]
    assert user.email in message.body
    address = re.search(r"http://testserver(\S+)", message.body)[1]

    page = client.get(address, follow=True)
    assert page.status_code == 200
    new = "an entirely different horse"
    form = {"new_password1": new, "new_password2": new}
    done = client.post(page.redirect_chain[-1][0], form, follow=True)
    assert done.redirect_chain == [(reverse("password_reset_complete"), 302)]
    assert f'href="{reverse("admin:login")}"' in done.text
    assert sign_in(client, user.email, new).status_code == 302
    # The link works only once.
    assert "new_password1" not in Client().get(address, follow=True).text


def test_the_password_reset_does_not_reveal_whether_an_address_has_an_account(client):
    response = client.post(reverse("admin_password_reset"), {"email": "nobody@example.org"})
    assert response.status_code == 302
    assert mail.outbox == []


def test_groups_have_the_permissions_for_their_work():
    writes = {"add", "change", "view"}
    for name, expected in {
        "Contributors": writes,
        "Editors": writes | {"delete"},
        "Publishers": writes | {"delete", "publish"},
        "Administrators": writes | {"delete", "publish", "purge"},
    }.items():
        group = Group.objects.get(name=name)
        for model in ["city", "intake", "theme", "network", "organisation", "newsitem", "event"]:
            names = group.permissions.filter(content_type__model=model)
            found = {
                codename.split("_")[0] for codename in names.values_list("codename", flat=True)
            }
            assert found == expected, (name, model)
        apps_reached = set(group.permissions.values_list("content_type__app_label", flat=True))
        people = {"accounts", "auth", "axes"} if name == "Administrators" else set()
        assert apps_reached == {"cities", "partners", "news", "portal", "publishing"} | people


def test_groups_cover_every_model_of_the_portal():
    """A new model has to be given to the groups, or named here."""
    # The change permission includes drafts, comments, share links and imports; the portal writes
    # the rest.
    nobodys = {
        "portal.requestcount",
        "portal.starterrow",
        "portal.tie",
        "publishing.batch",
        "publishing.batchrow",
        "publishing.comment",
        "publishing.commentthread",
        "publishing.headingchoice",
        "publishing.opendraft",
        "publishing.shareddraft",
        "publishing.workingcopy",
    }
    ours = {
        model._meta.label_lower
        for label in ["cities", "partners", "news", "portal", "publishing"]
        for model in apps.get_app_config(label).get_models()
    }
    permissions = Group.objects.get(name="Publishers").permissions.select_related("content_type")
    covered = {".".join(permission.content_type.natural_key()) for permission in permissions}
    assert ours - covered == nobodys


def test_filling_the_groups_again_restores_their_permissions():
    before = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.all()
    }
    assert set(before) == {"Contributors", "Editors", "Publishers", "Administrators"}
    fill_groups()
    Group.objects.get(name="Editors").permissions.set(Permission.objects.all())
    Group.objects.get(name="Publishers").delete()
    call_command("migrate", verbosity=0)
    after = {
        group.name: set(group.permissions.values_list("codename", flat=True))
        for group in Group.objects.all()
    }
    assert after == before


def test_a_user_who_is_not_staff_sees_no_desk():
    client = signed_in(factories.visitor())
    assert client.get(reverse("admin:index")).status_code == 302


def test_forbidden_and_expired_requests_have_pages_of_the_portal(editor):
    refused = editor.get(reverse("admin:accounts_user_changelist"))
    assert refused.status_code == 403
    assert "403.html" in [template.name for template in refused.templates]
    strict = Client(enforce_csrf_checks=True)
    expired = sign_in(strict, "somebody", "secret")
    assert expired.status_code == 403
    assert "403_csrf.html" in [template.name for template in expired.templates]


def test_signing_out_ends_the_session(editor):
    assert editor.post(reverse("admin:logout")).status_code == 200
    assert editor.get(reverse("admin:index")).status_code == 302
