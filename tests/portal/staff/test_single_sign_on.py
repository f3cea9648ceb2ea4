"""Single sign-on by OpenID Connect, with a real provider on loopback."""

import time

import pytest
import requests
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.sessions import CONFIRMED
from publishing.models import Revision
from tests import factories
from tests.portal.staff.sign_in_provider import CLIENT, OTHER_KEY, SECRET, running_provider
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
DESK = reverse("admin:index")
START = reverse("to-provider")


@pytest.fixture
def provider(settings):
    with running_provider() as made:
        settings.OIDC_ISSUER = made.address
        settings.OIDC_NAME = "your council account"
        settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
        settings.OIDC_GROUPS_CLAIM, settings.OIDC_GROUPS = "groups", {}
        settings.SECOND_FACTOR = "required"
        yield made


def sign_on(client, address=DESK):
    """Go to the provider and come back, as a browser does; return the answer to the return."""
    there = client.get(START, {"next": address})
    back = requests.get(there["Location"], allow_redirects=False, timeout=10)
    return client.get(back.headers["Location"])


def is_refused(client, sentence):
    answer = sign_on(client)
    assert answer["Location"] == reverse("admin:login")
    assert sentence in client.get(answer["Location"]).text
    return client.get(DESK).status_code == 302


def mary(group="Publishers", **values):
    return factories.user(group, email="mary@example.org", name="Mary", **values)


def test_somebody_who_was_invited_signs_in_without_a_password_or_a_second_factor(client, provider):
    user = mary()
    assert "Sign in with your council account" in client.get(reverse("admin:login")).text
    assert sign_on(client, "/admin/cities/city/")["Location"] == "/admin/cities/city/"
    assert client.get(DESK).status_code == 200
    assert provider.asked["scope"] == "openid email profile"
    assert provider.asked["code_challenge_method"] == "S256"
    assert provider.asked["redirect_uri"] == "http://testserver/admin/sign-in/provider/return/"
    [letter] = mail.outbox
    assert letter.to == [user.email]
    assert "Single sign-on opens the account: your council account" in letter.body
    # The next time it is no news.
    assert sign_on(Client())["Location"] == DESK
    assert len(mail.outbox) == 1


def test_without_a_provider_there_is_no_such_page(client):
    assert "Sign in with" not in client.get(reverse("admin:login")).text
    assert client.get(START).status_code == 404
    assert client.get(reverse("from-provider")).status_code == 404


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"email_verified": False}, "has not verified your email address"),
        ({"email_verified": None}, "has not verified your email address"),
        ({"email_verified": "true"}, "has not verified your email address"),
        ({"email": None}, "has not verified your email address"),
        ({"email": "ada@example.org"}, "There is no account for ada@example.org."),
        ({"nonce": "of another sign-in"}, "Signing in with your council account did not work."),
        ({"nonce": None}, "Signing in with your council account did not work."),
        ({"aud": "another portal"}, "Signing in with your council account did not work."),
        ({"iss": "https://elsewhere.example"}, "Signing in with your council account did not"),
        ({"exp": 1_600_000_000}, "Signing in with your council account did not work."),
        ({"sub": None}, "Signing in with your council account did not work."),
    ],
)
def test_a_token_that_is_not_right_is_refused_in_a_sentence(client, provider, claims, sentence):
    mary()
    provider.claims = claims
    assert is_refused(client, sentence)


def test_a_token_with_the_signature_of_somebody_else_is_refused(client, provider):
    mary()
    provider.signs_with = OTHER_KEY
    assert is_refused(client, "Signing in with your council account did not work.")


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(client, provider):
    mary()
    there = client.get(START)["Location"]
    back = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    stranger = Client()
    assert stranger.get(back)["Location"] == reverse("admin:login")
    assert client.get(back)["Location"] == DESK
    # And each counts once.
    assert client.get(back)["Location"] == reverse("admin:login")


def test_a_provider_that_does_not_answer_leaves_the_password(client, provider, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert client.get(START)["Location"] == reverse("admin:login")
    page = client.get(reverse("admin:login"))
    assert "did not work. Try again, or use your password." in page.text


def test_starts_of_a_sign_in_are_limited_for_a_visitor(client, provider):
    assert {client.get(START).status_code for _ in range(60)} == {302}
    assert client.get(START).status_code == 429
    assert client.post(reverse("passkey-options")).status_code == 429


def test_a_deactivated_account_stays_closed(client, provider):
    mary(is_active=False)
    assert is_refused(client, "This account is deactivated.")


def test_an_address_that_changed_hands_opens_nothing(client, provider):
    mary()
    sign_on(Client())
    provider.claims = {"sub": "another-mary"}
    assert is_refused(client, "This email address belongs to somebody else")
    # The person is found by identity, whatever the address is now.
    provider.claims = {"email": "mary.smith@example.org"}
    assert sign_on(client)["Location"] == DESK
    assert User.objects.get().email == "mary@example.org"


def test_groups_give_a_role_at_each_sign_in_and_take_it(client, provider, settings):
    settings.OIDC_GROUPS = {"portal-editors": "Editors", "portal publishers": "Publishers"}
    provider.claims = {"name": "Mary", "groups": ["staff", "portal-editors"]}
    # Some providers name groups at another address only.
    provider.only_at_userinfo = ("groups", "email_verified")
    assert sign_on(client)["Location"] == DESK
    user = User.objects.get()
    assert (user.name, user.email, user.has_usable_password()) == (
        "Mary",
        "mary@example.org",
        False,
    )
    assert [group.name for group in user.groups.all()] == ["Editors"]
    provider.claims = {"groups": ["portal-editors", "portal publishers"]}
    sign_on(Client())
    assert [group.name for group in user.groups.all()] == ["Publishers"]
    provider.claims = {"groups": []}
    assert is_refused(Client(), "Your account has no role. Ask an administrator for one.")
    assert not user.groups.exists()
    assert client.get(DESK).status_code == 302
    notes = Revision.objects.of(user).order_by("pk").values_list("note", flat=True)
    assert list(notes) == [
        "By single sign-on.",
        "Single sign-on opens the account: your council account",
        "Role by single sign-on: Editors",
        "Role by single sign-on: Publishers",
        "Role by single sign-on: none",
    ]


def test_a_role_that_an_administrator_gave_stays_without_groups(client, provider, settings):
    settings.OIDC_GROUPS = {"portal-editors": "Editors"}
    user = mary()
    assert sign_on(client)["Location"] == DESK
    assert [group.name for group in user.groups.all()] == ["Publishers"]


def test_somebody_without_a_password_confirms_at_the_provider(provider):
    user = mary("Administrators")
    client = Client()
    sign_on(client)
    session = client.session
    session[CONFIRMED] -= 16 * 60
    session.save()
    add = reverse("admin:auth_group_add")
    form = {"name": "Translators"}
    assert "Sign in with your council account (opens a new tab)" in client.post(add, form).text
    provider.claims = {"auth_time": int(time.time()) - 3600}
    assert "Use your password." in client.get(sign_on(client)["Location"], follow=True).text
    assert "Confirm that it is you" in client.post(add, form).text
    provider.claims = {"auth_time": int(time.time())}
    assert sign_on(client)["Location"] == reverse("own-security")
    assert (provider.asked["prompt"], provider.asked["max_age"]) == ("login", "0")
    assert client.post(add, form)["Location"] == reverse("admin:auth_group_changelist")
    assert user.is_active


def test_a_reset_lets_the_person_be_tied_anew(provider):
    user = mary()
    sign_on(Client())
    chief = signed_in(factories.superuser())
    provider_settings = reverse("admin:accounts_user_account", args=[user.pk])
    session = chief.session
    session["second_factor"] = "totp"
    session.save()
    chief.post(provider_settings, {"act": "reset_second_factor"})
    provider.claims = {"sub": "another-mary"}
    assert sign_on(Client())["Location"] == DESK
