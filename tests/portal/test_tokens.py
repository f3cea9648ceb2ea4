"""The design tokens: one file for the site and for the staff desk."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

STATIC = Path(str(finders.find("tokens.css"))).parent
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")


def declarations(selector):
    """Return the custom properties of the one rule with this selector."""
    (rule,) = re.findall(
        rf"^ *{re.escape(selector)} {{$(.*?)^ *}}", TOKENS, re.DOTALL | re.MULTILINE
    )
    return re.findall(r"(--[\w-]+): *([^;]+);", rule)


def test_dark_colours_of_the_system_and_of_the_switch_are_the_same():
    by_system = declarations(':root:not([data-theme="light"])')
    assert by_system
    assert declarations(':root[data-theme="dark"]') == by_system


@pytest.mark.parametrize("name", ["site.css", "admin-desk.css"])
def test_no_other_style_sheet_repeats_a_token_or_a_face(name):
    sheet = (STATIC / name).read_text(encoding="utf-8")
    declaration = re.compile(r"(--[\w-]+):\s*([^;]+);")
    assert set(declaration.findall(TOKENS)) & set(declaration.findall(sheet)) == set()
    assert "@font-face" not in sheet


@pytest.mark.parametrize(
    ("address", "sheet"), [("/about/", "site.css"), ("/admin/login/", "admin-desk.css")]
)
@pytest.mark.django_db
def test_the_tokens_are_loaded_before_the_style_sheet_that_uses_them(client, address, sheet):
    names = re.findall(
        r'rel="stylesheet" href="[^"]*/([\w-]+\.css)"', client.get(address).content.decode()
    )
    assert names[-2:] == ["tokens.css", sheet]
