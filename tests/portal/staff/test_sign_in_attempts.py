"""Signing in with an address or a former name, and unlocking who was locked out."""

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from publishing.models import Revision
from tests import factories
from tests.admin_pages import admin_url
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


def sign_in(name, password=factories.PASSWORD):
    fields = {"username": name, "password": password}
    return Client().post(reverse("admin:login"), fields)


def statuses(*names):
    return [sign_in(name, "wrong").status_code for name in names]


@pytest.fixture
def administrator(db):
    return signed_in(factories.user("Administrators", name="Ada", email="ada@example.org"))


@pytest.fixture
def mary(db):
    values = {"name": "Mary", "email": "mary@example.org", "former_name": "Mary.G"}
    return factories.user("Editors", **values)


def test_the_address_is_taken_however_it_is_written_and_the_former_name_as_it_was(mary):
    for name in ("mary@example.org", " MARY@Example.ORG ", "Mary.G"):
        assert sign_in(name).status_code == 302, name
    for name in ("mary.g", "mary", "Mary", "", "mary@example.org\0", "x" * 300):
        assert sign_in(name).status_code == 200, name


def test_one_text_may_be_an_address_and_the_former_name_of_somebody_else(mary):
    other = factories.user("Editors", email=None, former_name="mary@example.org")
    other.set_password("of the other one")
    other.save()
    for password, person in ((factories.PASSWORD, mary), ("of the other one", other)):
        client = Client()
        fields = {"username": "mary@example.org", "password": password}
        assert client.post(reverse("admin:login"), fields).status_code == 302
        assert client.session["_auth_user_id"] == str(person.pk)


def test_the_answer_does_not_tell_who_has_an_account(mary):
    gone = factories.user("Editors", is_active=False)
    visitor = factories.visitor()
    said = {
        sign_in(name, password).context["form"].errors.as_text()
        for name, password in [
            (mary.email, "wrong"),
            (gone.email, factories.PASSWORD),
            (visitor.email, factories.PASSWORD),
            ("nobody@example.org", "wrong"),
        ]
    }
    assert len(said) == 1
    page = Client().get(reverse("admin:login")).text
    assert "Email address" in page
    assert 'autocomplete="username"' in page


def test_every_way_of_writing_a_name_shares_the_five_attempts(mary):
    names = ["mary@example.org", "MARY@example.org", " mary@example.org", "Mary.G"]
    assert statuses(*names) == [200] * 4
    assert sign_in("mArY@example.org", "wrong").status_code == 429
    assert [sign_in(name).status_code for name in names] == [429] * 4


def test_a_right_password_under_the_former_name_clears_the_attempts_under_the_address(mary):
    assert statuses(*["mary@example.org"] * 4) == [200] * 4
    assert sign_in("Mary.G").status_code == 302
    assert not AccessAttempt.objects.exists()


def test_an_administrator_unlocks_a_person_on_their_page(administrator, mary):
    address = admin_url(User, "change", mary.pk)
    assert "Locked out after five" not in administrator.get(address).text
    statuses(*["mary@example.org"] * 5)
    assert "Locked out after five" in administrator.get(address).text
    page = administrator.post(admin_url(User, "account", mary.pk), {"act": "unlock"}, follow=True)
    assert "Mary can try to sign in again." in page.text
    assert "Locked out after five" not in page.text
    assert sign_in("mary@example.org").status_code == 302
    entry = Revision.objects.get(model="accounts.user")
    assert (entry.person_name, entry.note) == ("Ada", "Unlocked the sign-in.")


def test_an_administrator_unlocks_people_in_the_list_of_attempts(administrator, mary):
    chief = factories.superuser(name="Chief", email="chief@example.org")
    statuses(*["mary@example.org"] * 5, *["nobody@example.org"] * 5, *[chief.email] * 5)
    listed = administrator.get(admin_url(AccessAttempt, "changelist"), {"locked_out": "now"})
    assert "that account is locked there for 15 minutes" in listed.text
    rows = AccessAttempt.objects.values_list("pk", flat=True)
    assert (listed.context["cl"].result_count, len(rows)) == (3, 3)
    chosen = {"action": "unlock", "_selected_action": list(rows)}
    page = administrator.post(admin_url(AccessAttempt, "changelist"), chosen, follow=True).text
    assert "Mary can try to sign in again." in page
    assert "There is no such account." in page
    assert "You cannot unlock Chief, who has more permissions than you." in page
    assert sign_in("mary@example.org").status_code == 302
    assert sign_in(chief.email).status_code == 429


def test_the_tables_of_attempts_have_names_that_say_what_they_are_for(administrator):
    page = administrator.get("/admin/").text
    for name in ("Sign-in attempts", "Locked out", "Failed sign-ins", "Sign-ins"):
        assert name in page
    assert "Access attempts" not in page
