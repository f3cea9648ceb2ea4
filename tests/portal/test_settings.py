"""Settings: an incomplete configuration stops the start with a sentence that says what to set."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {"SECRET_KEY": "long and random " * 4, "ALLOWED_HOSTS": "learning.example.org"}


def start(expression, **environment):
    """Load the settings in a process of their own; "" stands for a setting that is not set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    program = f"from portal import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", COMPLETE)
def test_production_does_not_start_without_its_secrets(name):
    # Empty, so that a .env of this machine does not fill it in.
    result = start("1", **(COMPLETE | {name: ""}))
    assert result.returncode == 1
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(
        f"django.core.exceptions.ImproperlyConfigured: {name} is not set. Set it "
    )


def test_production_starts_with_its_secrets_and_is_safe():
    names = "DEBUG SECURE_SSL_REDIRECT SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE ALLOWED_HOSTS"
    values = ", ".join(f"settings.{name}" for name in names.split())
    result = start(f"({values})", HTTPS="on", DEBUG="off", **COMPLETE)
    assert result.stderr == ""
    assert result.stdout.strip() == "(False, True, True, True, ['learning.example.org'])"


@pytest.mark.parametrize(
    ("https", "hsts", "expected"),
    [
        ("on", "", "(31536000, False, False)"),
        ("on", "subdomains", "(31536000, True, False)"),
        ("on", "preload", "(31536000, True, True)"),
        ("off", "preload", "(0, False, False)"),
    ],
)
def test_other_names_of_the_domain_are_included_by_choice(https, hsts, expected):
    names = ("SECONDS", "INCLUDE_SUBDOMAINS", "PRELOAD")
    values = ", ".join(f"settings.SECURE_HSTS_{name}" for name in names)
    given = COMPLETE | {"HTTPS": https, "HSTS": hsts, "ALLOW_PLAIN_HTTP": "on"}
    assert start(f"({values})", **given).stdout.strip() == expected


def test_allowed_hosts_are_separated_by_commas():
    hosts = "a.example.org, b.example.org"
    result = start("settings.ALLOWED_HOSTS", **(COMPLETE | {"ALLOWED_HOSTS": hosts}))
    assert result.stdout.strip() == "['a.example.org', 'b.example.org']"


def test_the_number_of_proxies_is_one_unless_it_is_set():
    values = "(settings.BEHIND_PROXY, settings.PROXY_COUNT)"
    assert start(values, BEHIND_PROXY="on", PROXY_COUNT="", **COMPLETE).stdout == "(True, 1)\n"
    assert start(values, BEHIND_PROXY="on", PROXY_COUNT="2", **COMPLETE).stdout == "(True, 2)\n"


@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5", "²", "1 # nginx"])
def test_an_invalid_number_of_proxies_stops_the_start(number):
    result = start("1", BEHIND_PROXY="on", PROXY_COUNT=number, **COMPLETE)
    assert result.returncode == 1
    assert result.stderr.strip().splitlines()[-1] == (
        "django.core.exceptions.ImproperlyConfigured: "
        f"PROXY_COUNT is “{number}”: set it to a whole number from 1 to 20."
    )


def test_the_command_line_lists_every_mistake_without_a_traceback(tmp_path):
    wrong = {"HTTPS": "enabled", "TIME_ZONE": "Europe/Londn", "DATABASE_URL": "mysql://u:pass@h/x"}
    ran = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | COMPLETE | wrong,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "The settings have mistakes:",
        "- HTTPS is “enabled”: set it to on or off.",
        (
            "- DATABASE_URL begins with mysql://: it has to begin with sqlite://, postgres://, "
            "postgresql://; example: postgres://user:password@localhost:5432/portal."
        ),
        "- TIME_ZONE is “Europe/Londn”: did you mean Europe/London?",
    ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too easy to guess: it needs 32 characters"),
        ({"SECRET_KEY": "ab" * 40}, "SECRET_KEY is too easy to guess: it needs 32 characters"),
        ({"HTTPS": "off"}, "HTTPS is off, but ALLOWED_HOSTS has learning.example.org: everybody"),
        ({"S3_BUCKET": "b", "S3_ENDPOINT_URL": "s3.local"}, "S3_ENDPOINT_URL is “s3.local”: give"),
    ],
)
def test_a_setting_that_endangers_a_public_portal_stops_the_start(settings, sentence):
    result = start("1", **(COMPLETE | settings))
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {sentence}")


@pytest.mark.parametrize(
    "settings",
    [
        {"SECRET_KEY": "short", "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]", "HTTPS": "off"},
        {"HTTPS": "off", "ALLOW_PLAIN_HTTP": "yes"},
        {"HTTPS": "off", "ALLOWED_HOSTS": "portal,192.168.1.4,portal.lan:8080"},
    ],
)
def test_a_portal_of_a_network_of_ones_own_may_be_simpler(settings):
    assert start("1", **(COMPLETE | settings)).stderr == ""


@pytest.mark.parametrize(("debug", "expected"), [("on", "True 1"), ("off", "False 0")])
def test_the_debug_toolbar_needs_debug(debug, expected):
    installed = "[*settings.INSTALLED_APPS, *settings.MIDDLEWARE]"
    middleware = "debug_toolbar.middleware.DebugToolbarMiddleware"
    values = f'settings.DEBUG_TOOLBAR, {installed}.count("{middleware}")'
    result = start(values, DEBUG=debug, **COMPLETE)
    assert (result.stderr, result.stdout.strip()) == ("", expected)


def test_the_content_security_policy_of_production_is_that_of_development():
    policies = {
        start("settings.CONTENT_SECURITY_POLICY", DEBUG=debug, **COMPLETE).stdout
        for debug in ("on", "off")
    }
    assert len(policies) == 1
    assert policies != {""}
