"""The second factor: required or by choice, codes of an app, recovery codes, and their loss."""

import base64
import hashlib
import hmac
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.accounts.second_factor import add_app
from publishing.models import Revision
from tests import factories
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STEP = reverse("second-step")
SET_UP = reverse("set-up-second-factor")
DESK = reverse("admin:index")


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "required"


def code(secret, ahead=0):
    """Return the code of an authenticator app (RFC 6238), so many half minutes ahead."""
    counter = (int(time.time()) // 30 + ahead).to_bytes(8, "big")
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def with_app(group="Publishers", **values):
    user = factories.user(group, **values)
    add_app(user, SECRET)
    return user


def password(client, user, address=DESK):
    form = {"username": user.email, "password": factories.PASSWORD, "next": address}
    return client.post(reverse("admin:login"), form)


def factor(client, text):
    return client.post(STEP, {"code": text})


def is_in(client):
    return client.get(DESK).status_code == 200


def test_a_password_alone_opens_nothing_to_somebody_with_a_second_factor(client):
    user = with_app()
    assert password(client, user, "/admin/cities/city/")["Location"] == STEP
    assert not is_in(client)
    page = client.get(STEP)
    assert "Code from your authenticator app, or a recovery code" in page.text
    answer = factor(client, code(SECRET))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/cities/city/")
    assert is_in(client)


def test_a_code_counts_once(client):
    user = with_app()
    now = code(SECRET)
    password(client, user)
    assert factor(client, now).status_code == 302
    other = Client()
    password(other, user)
    assert "This code does not fit, or has been used." in factor(other, now).text
    assert not is_in(other)
    assert factor(other, code(SECRET, ahead=1)).status_code == 302


def test_five_wrong_codes_lock_the_sign_in_as_five_wrong_passwords_do(client):
    user = with_app()
    password(client, user)
    for _ in range(4):
        assert factor(client, "000000").status_code == 200
    assert factor(client, "000000").status_code == 429
    assert factor(client, code(SECRET)).status_code == 429
    assert password(Client(), user).status_code == 429


def test_codes_are_limited_for_one_account_from_all_addresses():
    user = with_app()
    for number in range(10):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        password(client, user)
        assert "This code does not fit" in factor(client, "000000").text
    late = Client(REMOTE_ADDR="192.0.2.99")
    password(late, user)
    assert "Too many codes were tried." in factor(late, code(SECRET)).text
    assert not is_in(late)
    act = reverse("admin:accounts_user_account", args=[user.pk])
    signed_in(factories.superuser()).post(act, {"act": "unlock"})
    assert factor(late, code(SECRET)).status_code == 302


def test_a_recovery_code_opens_the_account_once_and_its_owner_is_told(client):
    user = with_app()
    [row] = Authenticator.objects.filter(type="recovery_codes")
    codes = row.wrap().get_unused_codes()
    assert len(codes) == 10
    password(client, user)
    assert factor(client, codes[0])["Location"] == DESK
    assert is_in(client)
    [letter] = mail.outbox
    assert letter.to == [user.email]
    assert letter.subject == "Your sign-in to Learning Cities Portal has changed"
    assert "Signed in with a recovery code. Codes that are left: 9" in letter.body
    again = Client()
    password(again, user)
    assert factor(again, codes[0]).status_code == 200
    assert not is_in(again)


@pytest.mark.parametrize("group", ["Publishers", "Administrators", ""])
def test_who_must_have_a_second_factor_sets_one_up_before_anything_opens(client, required, group):
    user = factories.user(group) if group else factories.superuser()
    assert password(client, user, "/admin/cities/city/")["Location"] == SET_UP
    assert not is_in(client)
    page = client.get(SET_UP)
    assert "so a password alone is not enough" in page.text
    secret = re.search(r'<code class="app-key">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    assert "This code does not fit." in client.post(SET_UP, {"code": "000000"}).text
    assert client.post(SET_UP, {"code": code(secret)})["Location"] == reverse("recovery-codes")
    shown = re.findall(r"<li><code>(\d{8})</code></li>", client.get(reverse("recovery-codes")).text)
    assert len(shown) == 10
    assert client.post(reverse("recovery-codes"))["Location"] == "/admin/cities/city/"
    # They are not shown again.
    assert client.get(reverse("recovery-codes"))["Location"] == reverse("own-security")
    assert is_in(client)
    again = Client()
    assert password(again, user)["Location"] == STEP
    # Somebody with only the password cannot set up one of their own.
    assert again.get(SET_UP)["Location"] == reverse("admin:login")
    assert factor(again, shown[0]).status_code == 302


def test_contributors_and_editors_may_do_without(client, required):
    assert password(client, factories.user("Editors"))["Location"] == DESK
    assert is_in(client)


def test_a_session_without_the_factor_is_nobodys_as_soon_as_one_is_needed(settings):
    user = factories.user("Publishers")
    client = signed_in(user)
    hidden = factories.city(published_at=None)
    addresses = [
        DESK,
        reverse("admin:cities_city_changelist"),
        reverse("own-security"),
        reverse("admin:autocomplete") + "?app_label=cities&model_name=award&field_name=city",
    ]
    assert [client.get(address).status_code for address in addresses] == [200] * 4
    assert client.get(hidden.get_absolute_url()).status_code == 200
    settings.SECOND_FACTOR = "required"
    assert [client.get(address).status_code for address in addresses] == [302] * 4
    assert client.get(reverse("admin:bar")).status_code == 403
    assert client.get(hidden.get_absolute_url()).status_code == 404
    settings.SECOND_FACTOR = "optional"
    assert is_in(client)


def test_secrets_are_unreadable_in_the_database_and_useless_under_another_key(client, settings):
    user = with_app()
    [app] = Authenticator.objects.filter(type="totp")
    assert SECRET not in str(app.data)
    settings.SECRET_KEY, before = "another key", settings.SECRET_KEY
    password(client, user)
    assert factor(client, code(SECRET)).status_code == 200
    settings.SECRET_KEY_FALLBACKS = [before]
    assert factor(client, code(SECRET)).status_code == 302


def test_ones_own_factors_are_listed_renewed_and_removed(required):
    user = with_app("Administrators")
    client = Client()
    password(client, user)
    factor(client, code(SECRET))
    security = reverse("own-security")
    assert "<strong>Authenticator app</strong>" in client.get(security).text
    change = reverse("change-factors")
    assert client.post(change, {"renew": "1"})["Location"] == reverse("recovery-codes")
    [app] = Authenticator.objects.filter(type="totp")
    page = client.post(change, {"remove": app.pk}, follow=True)
    assert "You need a second factor. Set up another one before." in page.text
    assert Authenticator.objects.filter(pk=app.pk).exists()
    assert [letter.subject for letter in mail.outbox] == [
        "Your sign-in to Learning Cities Portal has changed"
    ]


def test_the_last_factor_goes_with_its_recovery_codes_and_other_sessions(client):
    user = with_app("Editors")
    password(client, user)
    factor(client, code(SECRET))
    other = signed_in(user)
    [app] = Authenticator.objects.filter(type="totp")
    foreign = with_app("Editors")
    [theirs] = Authenticator.objects.filter(type="totp", user=foreign)
    client.post(reverse("change-factors"), {"remove": theirs.pk})
    client.post(reverse("change-factors"), {"remove": app.pk})
    assert set(Authenticator.objects.values_list("user", flat=True)) == {foreign.pk}
    assert is_in(client)
    assert not is_in(other)
    assert "Removed the authenticator app." in mail.outbox[-1].body


def test_an_administrator_resets_the_factor_of_somebody_who_lost_the_phone(required):
    lost = with_app("Publishers", name="Mary")
    theirs = Client()
    password(theirs, lost)
    factor(theirs, code(SECRET))
    chief = factories.superuser(name="Ada")
    add_app(chief, SECRET)
    client = Client()
    password(client, chief)
    factor(client, code(SECRET))
    page = client.get(reverse("admin:accounts_user_change", args=[lost.pk]))
    assert "Reset the second factor" in page.text
    act = reverse("admin:accounts_user_account", args=[lost.pk])
    client.post(act, {"act": "reset_second_factor"})
    assert not is_in(theirs)
    assert password(theirs, lost)["Location"] == SET_UP
    [entry] = Revision.objects.of(lost).filter(note__startswith="Removed the second")
    assert (entry.note, entry.author_name) == (
        "Removed the second factors, and signed out everywhere.",
        "Ada",
    )
    assert mail.outbox[-1].to == [lost.email]
    assert "It was done by Ada." in mail.outbox[-1].body


def test_the_last_superuser_gets_in_again_by_a_command(client, capsys):
    user = with_app("Publishers", email="chief@example.org")
    call_command("reset_second_factor", "Chief@example.org")
    assert capsys.readouterr().out == (
        "chief@example.org signs in with the password, and sets up a new second factor.\n"
    )
    assert password(client, user)["Location"] == DESK
    with pytest.raises(CommandError, match=r"Nobody has the address nobody@example\.org\."):
        call_command("reset_second_factor", "nobody@example.org")


def test_a_new_password_is_told_to_its_owner(client):
    user = factories.user("Editors")
    password(client, user)
    new = "an entirely different horse"
    form = {"old_password": factories.PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("admin:password_change"), form).status_code == 302
    [letter] = mail.outbox
    assert letter.to == [user.email]
    assert "Chose a new password." in letter.body
    assert "functools" not in letter.body
