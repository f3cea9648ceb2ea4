"""Signing in with passkeys and codes, in Chromium, by keyboard, on a phone and without scripts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from portal.accounts.second_factor import add_app
from tests import factories
from tests.admin_pages import admin_url
from tests.portal.staff.test_second_factor import SECRET, code
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR = "required"


def with_authenticator(page):
    """Give the browser a device that makes and uses passkeys, as one with a fingerprint does."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def type_password(page, user):
    page.focus("#id_username")
    page.keyboard.type(user.email)
    page.keyboard.press("Tab")
    page.keyboard.type(factories.PASSWORD)
    page.keyboard.press("Enter")


def press(page, name):
    """Go to a button by the Tab key and press it."""
    for _ in range(40):
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    raise AssertionError(f"The Tab key does not lead to {name}.")


def is_fit(page):
    """Check that nothing is wider than the window, and the rules of accessibility."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page, options=OPTIONS)
    assert found.response["violations"] == []


def is_on_desk(page):
    page.wait_for_selector("#logout-form")


def sign_out(page):
    page.goto(reverse("admin:index"))
    page.click("#logout-form button")
    page.wait_for_selector("text=You have signed out of the desk.")
    page.goto(reverse("admin:index"))


def test_a_passkey_is_set_up_and_signs_in_by_keyboard_alone(new_page, required, settings):
    page = new_page(viewport=PHONE)
    with_authenticator(page)
    user = factories.user("Publishers")
    city = factories.city()
    page.goto(admin_url(city, "change", city.pk))
    type_password(page, user)
    expect(page.locator("h1:text('Set up a second factor')")).to_be_visible()
    page.focus("#passkey-name")
    page.keyboard.type("My laptop")
    press(page, "Make a passkey")
    expect(page.locator("h1:text('Keep these recovery codes')")).to_be_visible()
    page.locator("text=I have kept them").press("Enter")
    page.wait_for_url(f"**{admin_url(city, 'change', city.pk)}")
    sign_out(page)
    press(page, "Use a passkey")
    is_on_desk(page)
    sign_out(page)
    type_password(page, user)
    expect(page.locator("h1:text('One more step')")).to_be_visible()
    press(page, "Use your passkey")
    is_on_desk(page)
    settings.CONFIRMATION_MINUTES = -1
    page.goto(reverse("own-security"))
    expect(page.locator("li", has_text="My laptop")).to_be_visible()
    page.click("text=Make new ones")
    press(page, "Use your passkey")
    expect(page.locator("h1:text('Keep these recovery codes')")).to_be_visible()


def test_without_a_passkey_on_the_device_the_other_ways_are_left(new_page):
    page = new_page(viewport=PHONE)
    page.goto(reverse("admin:index"))
    with_authenticator(page)
    expect(page.locator(".passkey [role=alert]")).to_be_hidden()
    page.click("text=Use a passkey")
    expect(page.locator(".passkey [role=alert]")).to_be_visible()
    expect(page.locator("button:text('Use a passkey')")).to_be_focused()


def test_the_pages_fit_a_phone_and_the_rules_of_accessibility(new_page, required):
    page = new_page(viewport=PHONE, bypass_csp=True)
    user = factories.user("Publishers")
    page.goto(reverse("admin:index"))
    is_fit(page)
    type_password(page, user)
    expect(page.locator("h1:text('Set up a second factor')")).to_be_visible()
    is_fit(page)
    secret = page.inner_text(".app-key").replace(" ", "")
    page.fill("#code", code(secret))
    page.keyboard.press("Enter")
    expect(page.locator("h1:text('Keep these recovery codes')")).to_be_visible()
    is_fit(page)
    page.click("text=I have kept them")
    page.goto(reverse("own-security"))
    is_fit(page)
    sign_out(page)
    type_password(page, user)
    page.wait_for_selector("#code")
    is_fit(page)


def test_codes_work_without_javascript(new_page, required):
    page = new_page(java_script_enabled=False)
    user = factories.user("Publishers")
    page.goto(reverse("admin:index"))
    expect(page.locator("text=Use a passkey")).to_be_hidden()
    type_password(page, user)
    expect(page.locator("text=This browser cannot use passkeys here.")).to_be_visible()
    secret = page.inner_text(".app-key").replace(" ", "")
    page.fill("#code", code(secret))
    page.keyboard.press("Enter")
    first = page.inner_text(".recovery-codes li >> nth=0")
    page.click("text=I have kept them")
    is_on_desk(page)
    sign_out(page)
    type_password(page, user)
    page.fill("#code", first)
    page.keyboard.press("Enter")
    is_on_desk(page)


def test_a_text_survives_the_end_of_the_session_with_a_second_step(new_page, required):
    page = new_page(viewport={"width": 1280, "height": 900})
    new_page.expected.append("403")
    user = factories.user("Publishers")
    add_app(user, SECRET)
    city = factories.city()
    page.goto(admin_url(city, "change", city.pk))
    type_password(page, user)
    page.fill("#code", code(SECRET))
    page.keyboard.press("Enter")
    page.wait_for_selector(".prose-editor > .ProseMirror")
    page.click("#id_motto")
    Session.objects.all().delete()
    page.keyboard.type("Typed while signed out")
    page.locator("[name=_draft]").click()
    with page.context.expect_page() as opened:
        page.click("[data-sign-in]")
    tab = opened.value
    tab.wait_for_selector("#id_username")
    type_password(tab, user)
    tab.fill("#code", code(SECRET, ahead=1))
    tab.keyboard.press("Enter")
    is_on_desk(tab)
    page.bring_to_front()
    page.wait_for_selector(".messagelist .success")
    assert re.search("Typed while signed out", page.input_value("#id_motto"))
