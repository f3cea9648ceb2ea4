"""Inviting a colleague is one form; the rest of an account's life is a button each."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.models import Tie
from publishing.models import Revision
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "an entirely different horse"


@pytest.fixture
def administrator(db):
    return signed_in(factories.user("Administrators", name="Ada", email="ada@example.org"))


def role(name):
    return str(Group.objects.get(name=name).pk)


def invite(client, **values):
    fields = {"name": "Nora Test", "email": "Nora@Example.org", "role": role("Editors")}
    return add(client, User, **fields | values)


def act(client, person, act, **values):
    address = admin_url(User, "account", person.pk)
    return client.post(address, {"act": act} | values, follow=True)


def link_in(text):
    return re.search(r"http://testserver(/admin/reset/[^\s<]+)", text)[1]


def choose_password(link, password=NEW_PASSWORD):
    """Return whether the link let somebody choose a password."""
    client = Client()
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return False
    fields = {"new_password1": password, "new_password2": password}
    answer = client.post(page.redirect_chain[-1][0], fields)
    return answer.status_code == 302


def may_sign_in(name, password=NEW_PASSWORD):
    answer = Client().post(reverse("admin:login"), {"username": name, "password": password})
    return answer.status_code == 302


def test_a_colleague_is_invited_in_one_form_and_signs_in(administrator):
    city = factories.city(name="Wakefield")
    tie = {"ties-TOTAL_FORMS": "1", "ties-0-city": str(city.pk), "ties-0-network": ""}
    answer = invite(administrator, **tie)
    assert answer["Location"] == admin_url(User, "changelist")
    nora = User.objects.get(name="Nora Test")
    assert (nora.email, nora.is_staff, nora.status) == ("nora@example.org", True, "Invited")
    assert [group.name for group in nora.groups.all()] == ["Editors"]
    assert Tie.objects.get(user=nora).city == city
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == (
        "Your account for Learning Cities Portal",
        ["nora@example.org"],
    )
    assert "Ada has invited you to the staff desk" in sent.body
    page = administrator.get(answer["Location"]).text
    assert "a link went to nora@example.org and works for 7 days." in page
    assert "/admin/reset/" not in page
    assert not may_sign_in("nora@example.org")
    assert choose_password(link_in(sent.body))
    assert may_sign_in("NORA@example.org")
    assert not choose_password(link_in(sent.body)), "the link works once"
    nora.refresh_from_db()
    assert nora.status == "Active"


@pytest.mark.parametrize(("days", "works"), [(6, True), (8, False)])
def test_an_invitation_works_for_a_week(administrator, monkeypatch, days, works):
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    invite(administrator)
    later = datetime.now() + timedelta(days=days)  # noqa: DTZ005 (as Django counts)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert choose_password(link_in(mail.outbox[0].body)) is works


def test_the_link_is_shown_once_where_no_mail_can_be_sent(administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = administrator.get(invite(administrator)["Location"]).text
    link = link_in(page)
    assert "/admin/reset/" not in administrator.get(admin_url(User, "changelist")).text
    assert choose_password(link)


def test_a_role_and_an_address_of_their_own_are_needed(administrator):
    assert errors(invite(administrator, role="")) == {"role": ["Choose a role."]}
    factories.user(email="nora@example.org")
    taken = errors(invite(administrator))
    assert taken == {"email": ["Somebody already has this email address."]}
    assert set(errors(invite(administrator, email="", name=""))) == {"email", "name"}
    assert mail.outbox == []


def test_nobody_invites_somebody_with_more_rights(administrator):
    form = administrator.get(admin_url(User, "add")).text
    assert [name in form for name in ("Contributors", "Administrators")] == [True, True]
    Group.objects.get(name="Publishers").permissions.add(
        Permission.objects.get(codename="delete_logentry")
    )
    assert "<strong>Publishers</strong>" not in administrator.get(admin_url(User, "add")).text
    assert set(errors(invite(administrator, role=role("Publishers")))) == {"role"}


def test_an_invitation_is_sent_again_and_revoked(administrator):
    invite(administrator)
    nora = User.objects.get(name="Nora Test")
    assert "Send the invitation again" in administrator.get(admin_url(nora, "change", nora.pk)).text
    act(administrator, nora, "send_link")
    first, second = (link_in(sent.body) for sent in mail.outbox)
    act(administrator, nora, "deactivate")
    assert not choose_password(first)
    act(administrator, nora, "reactivate")
    assert not choose_password(second), "the links from before stay dead"
    assert choose_password(link_in(mail.outbox[-1].body))


def test_an_invited_colleague_may_ask_for_a_new_link(administrator):
    invite(administrator)
    Client().post(reverse("admin_password_reset"), {"email": "nora@EXAMPLE.org"})
    assert choose_password(link_in(mail.outbox[-1].body))


def test_a_deactivated_colleague_is_signed_out_and_stays_so(administrator):
    person = factories.user("Editors", email="mary@example.org")
    client = signed_in(person)
    act(administrator, person, "send_link")
    page = act(administrator, person, "deactivate").text
    assert "has been signed out and can no longer sign in." in page
    assert client.get("/admin/").status_code == 302
    assert not may_sign_in("mary@example.org", factories.PASSWORD)
    assert not choose_password(link_in(mail.outbox[0].body))
    act(administrator, person, "reactivate")
    assert not choose_password(link_in(mail.outbox[0].body)), "the link from before stays dead"
    assert client.get("/admin/").status_code == 302
    assert may_sign_in("mary@example.org", factories.PASSWORD)
    notes = Revision.objects.filter(model="accounts.user").order_by("pk")
    assert list(notes.values_list("note", flat=True)) == [
        "Sent a link to choose a password.",
        "Deactivated the account.",
        "Reactivated the account.",
    ]


def test_a_link_that_a_colleague_asked_for_ends_with_the_account(administrator):
    person = factories.user("Editors", email="mary@example.org")
    ask = {"email": "mary@example.org"}
    Client().post(reverse("admin_password_reset"), ask)
    act(administrator, person, "deactivate")
    act(administrator, person, "reactivate")
    assert not choose_password(link_in(mail.outbox[0].body))
    Client().post(reverse("admin_password_reset"), ask)
    assert choose_password(link_in(mail.outbox[-1].body))


def test_nobody_deactivates_themselves_or_people_with_more_rights(administrator):
    own = User.objects.get(name="Ada")
    assert "You cannot deactivate your own account." in act(administrator, own, "deactivate").text
    chief = factories.superuser()
    for name in ("deactivate", "send_link", "unlock", "hand_over"):
        assert act(administrator, chief, name).status_code == 403
    chief.refresh_from_db()
    own.refresh_from_db()
    assert (own.is_active, chief.is_active, mail.outbox) == (True, True, [])
    assert administrator.get(admin_url(User, "account", own.pk)).status_code == 405


def test_the_drafts_of_a_colleague_are_handed_over(administrator):
    writer, other = factories.user("Publishers"), factories.user("Editors", name="Olga")
    city = factories.city()
    save_form(signed_in(writer), city, motto="Half done", _draft="1")
    page = administrator.get(admin_url(User, "change", writer.pk)).text
    assert "Give 1 open draft to:" in page
    assert "private, and cannot be handed over" in page
    assert "Choose the colleague" in act(administrator, writer, "hand_over", to="nobody").text
    page = act(administrator, writer, "hand_over", to=str(other.pk)).text
    assert "Handed over 1 draft to Olga." in page
    assert Revision.objects.open().get().author == other


def test_no_page_about_people_speaks_of_hashes_or_of_django(administrator):
    person = factories.user("Editors")
    guests = Group.objects.create(name="Guests")
    superuser = signed_in(factories.superuser())
    for client in (administrator, superuser):
        for address in [
            admin_url(User, "changelist"),
            admin_url(User, "add"),
            admin_url(User, "change", person.pk),
            admin_url(Group, "changelist"),
            admin_url(Group, "change", guests.pk),
            "/admin/accounts/",
            "/admin/auth/",
            "/admin/",
            "/admin/account/",
        ]:
            text = client.get(address).text
            for word in ("argon2", "algorithm", "LDAP", "Authentication and Auth", "Staff status"):
                assert word not in text, (address, word)
    assert "Invite a colleague" in administrator.get(admin_url(User, "changelist")).text
    assert "password" not in open_form(administrator, person)


def test_the_list_names_who_has_no_address_and_the_form_gives_one(administrator):
    person = factories.user("Editors", name="Paula", email=None, former_name="paula")
    page = administrator.get(admin_url(User, "changelist"), {"account": "no-address"}).text
    assert "None: signs in as “paula”" in page
    assert may_sign_in("paula", factories.PASSWORD)
    assert save_form(administrator, person, name="Paula P.").status_code == 302
    signed_in(person).post("/admin/account/", {"name": "Paula", "time_zone": ""})
    person.refresh_from_db()
    assert (person.email, person.former_name) == (None, "paula")
    assert may_sign_in("paula", factories.PASSWORD)
    assert save_form(administrator, person, email="paula@example.org").status_code == 302
    assert not may_sign_in("paula", factories.PASSWORD)
    assert may_sign_in("paula@example.org", factories.PASSWORD)


def test_further_roles_stay_when_one_of_the_four_is_changed(administrator):
    guests = Group.objects.create(name="Guests")
    person = factories.user("Editors", "Guests")
    fields = open_form(administrator, person)
    assert (fields["role"], fields["groups"]) == ([role("Editors")], [str(guests.pk)])
    assert save_form(administrator, person, role=role("Publishers")).status_code == 302
    assert {group.name for group in person.groups.all()} == {"Publishers", "Guests"}
    assert save_form(administrator, person, groups=[]).status_code == 302
    assert {group.name for group in person.groups.all()} == {"Publishers"}
