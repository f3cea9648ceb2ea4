"""Readers of the environment: each returns a checked value, or notes a sentence."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.environment import REDIS, Environment
from portal.setting_values import is_public_name


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Return a function that makes an Environment of these variables and lines of a file."""

    def make(*lines, **variables):
        for name in list(os.environ):
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        file = tmp_path / ".env"
        file.write_text("\n".join(lines))
        return Environment(file)

    return make


@pytest.mark.parametrize("value", ["on", "ON", "true", "1", "yes", " on "])
def test_on(environment, value):
    assert environment(A=value).on_off("A", default=False) is True


@pytest.mark.parametrize("value", ["off", "Off", "false", "0", "no"])
def test_off(environment, value):
    assert environment(A=value).on_off("A", default=True) is False


@pytest.mark.parametrize("value", ["enabled", "maybe", "on # only https", "2", "o n"])
def test_anything_else_is_a_mistake_and_the_default_is_kept(environment, value):
    env = environment(A=value)
    assert env.on_off("A", default=True) is True
    comment = " A comment needs its own line." if "#" in value else ""
    assert env.mistakes == [f"A is “{value}”: set it to on or off.{comment}"]


def test_a_comment_after_a_value_in_the_file_is_a_mistake(environment):
    env = environment("A=off # for a while")
    env.on_off("A", default=True)
    assert env.mistakes == [
        "A is “off # for a while”: set it to on or off. A comment needs its own line."
    ]


RIGHT = [
    (
        "hosts",
        {},
        "a.example.org, .b.org:8443,[::1],*",
        ["a.example.org", ".b.org:8443", "[::1]", "*"],
    ),
    ("origins", {}, "https://a.org,https://*.b.org", ["https://a.org", "https://*.b.org"]),
    ("web_address", {}, "http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"),
    ("media_address", {"default": "media/"}, "https://p.org/x/", "https://p.org/x/"),
    ("sender", {"default": ""}, "A Portal <a@localhost>", "A Portal <a@localhost>"),
    ("mail_addresses", {}, "a@b.org, c@d.org", ["a@b.org", "c@d.org"]),
    ("contact", {}, "https://a.org/report", "https://a.org/report"),
    ("contact", {}, "a@b.org", "a@b.org"),
    ("zone", {"default": "UTC"}, "Europe/London", "Europe/London"),
    ("whole_number", {"default": 1, "least": 0, "most": 9}, "0", 0),
]


@pytest.mark.parametrize(("reader", "options", "value", "expected"), RIGHT)
def test_right_values(environment, reader, options, value, expected):
    env = environment(A=value)
    assert (getattr(env, reader)("A", **options), env.mistakes) == (expected, [])


WRONG = [
    ("hosts", {}, "https://a.org", "is “https://a.org”: give host names alone"),
    ("hosts", {}, "*.a.org", "is “*.a.org”: write .a.org for all names that end so."),
    ("origins", {}, "https://a.org/x", "is “https://a.org/x”: give the scheme and the host alone"),
    ("origins", {}, "a.org", "is “a.org”: give an address that begins with https://"),
    ("web_address", {}, "http://a:x/", "is “http://a:x/”: its host or port cannot be read."),
    ("web_address", {}, "https://u:secret@a.org", "contains a user name"),
    (
        "media_address",
        {"default": ""},
        "https://p.org",
        "is “https://p.org”: the address has to end",
    ),
    ("sender", {"default": ""}, "A Portal", "is “A Portal”: give an address as Name"),
    ("mail_addresses", {}, "a@b.org;c@d.org", "is “a@b.org;c@d.org”: give an email address"),
    ("contact", {}, "ftp://a.org", "is “ftp://a.org”: give an address that begins with https://"),
    ("zone", {"default": "UTC"}, "../../etc/passwd", "is “../../etc/passwd”: give a time zone"),
    (
        "whole_number",
        {"default": 1, "least": 0, "most": 9},
        "10",
        "is “10”: set it to a whole number",
    ),
    ("folder", {"default": ""}, "var", "is “var”: give the whole path of the folder"),
    (
        "database",
        {"default": "sqlite://"},
        "secret",
        "has no scheme: it has to begin with sqlite://",
    ),
    ("database", {"default": "sqlite://"}, "postgres://u:secret@h:ab/x", "has a host or a port"),
    ("mail_server", {}, "mail://u:secret@h", "begins with mail://: it has to begin with smtp://"),
    ("mail_server", {}, "smtp://u:sec/ret@h:25", "has a host or a port that cannot be read"),
]


@pytest.mark.parametrize(("reader", "options", "value", "expected"), WRONG)
def test_wrong_values_are_named_without_secrets(environment, reader, options, value, expected):
    env = environment(A=value)
    getattr(env, reader)("A", **options)
    [mistake] = env.mistakes
    assert mistake.startswith(f"A {expected}")
    assert "secret" not in mistake
    with pytest.raises(ImproperlyConfigured, match=r"^A "):
        env.stop_if_wrong()


def test_an_invalid_address_of_redis_is_a_mistake(environment):
    env = environment(REDIS_URL="nonsense")
    assert env.secret_address("REDIS_URL", REDIS, "redis://localhost") == ""
    assert env.mistakes == [
        (
            "REDIS_URL has no scheme: it has to begin with redis://, rediss://, unix://; "
            "example: redis://localhost."
        )
    ]


def test_names_that_are_no_settings_are_listed(environment):
    env = environment("EMAIL_URI=x", "export ZEBRA=1", "EMAIL_URL=", EMAIL_URLS="x", PATH="/bin")
    env.text("EMAIL_URL")
    assert env.unknown() == [
        "EMAIL_URI is not a setting of the portal: did you mean EMAIL_URL?",
        "ZEBRA is not a setting of the portal and has no effect.",
        "EMAIL_URLS is not a setting of the portal: did you mean EMAIL_URL?",
    ]


@pytest.mark.parametrize("name", ["a.example.org", "8.8.8.8", "*", ".example.org", "[2a00::1]"])
def test_public_names(name):
    assert is_public_name(name)


@pytest.mark.parametrize(
    "name", ["localhost", "127.0.0.1", "10.1.2.3", "[::1]", "portal", "a.localhost", ".localhost"]
)
def test_private_names(name):
    assert not is_public_name(name)
