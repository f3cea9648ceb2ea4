"""Templates: every text goes through gettext, and every template compiles."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
PUBLIC = [name for name in TEMPLATES if not name.startswith("admin/")]
# For developers: it shows the components in all their states.
TRANSLATED = [name for name in PUBLIC if name != "portal/components.html"]

# Texts that are the same in every language.
SIGNS = {"km", "CC BY 4.0"}

# Attributes that people read or hear.
SPOKEN = "alt|title|placeholder|aria-label|aria-description|aria-roledescription|aria-valuetext"

NOT_TEXT = [
    r"\{#.*?#\}",
    r"\{% comment %\}.*?\{% endcomment %\}",
    # Variables of a translated text are inside it, so the whole text is removed first.
    r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}",
    # A value for machines.
    r"\{% block page_type %\}.*?\{% endblock %\}",
    r"\{%.*?%\}",
    r"\{\{.*?\}\}",
    r"<!--.*?-->",
    r"<!DOCTYPE[^>]*>",
    r"<(script|style)\b.*?</\1>",
]


def bare(source):
    for pattern in NOT_TEXT:
        source = re.sub(pattern, " ", source, flags=re.DOTALL)
    return source


def untranslated(source):
    """Return the words of a template that no translation reaches."""
    source = bare(source)
    attributes = re.findall(rf'\b(?:{SPOKEN})="([^"]*)"', source)
    attributes += re.findall(r'<meta name="description" content="([^"]*)"', source)
    text = re.sub(r"<[^>]*>", "\n", source)
    for sign in SIGNS:
        text = text.replace(sign, " ")
    words = [word for part in [*attributes, *text.split("\n")] for word in part.split()]
    return [word for word in words if re.search(r"[^\W\d_]", re.sub(r"&\w+;", "", word))]


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_text_of_a_template_can_be_translated(name):
    assert untranslated((FOLDER / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %} · {{ name }}</p>', []),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ('<a title="Go there" href="/go/">{{ name }}</a>', ["Go", "there"]),
        ('<img alt="{% translate "A tree" %}">', []),
        ("{# Hello #}<b>5&nbsp;km</b>", []),
        ('<span class="soft">{% if x %}never{% endif %}</span>', ["never"]),
    ],
)
def test_the_check_of_templates_finds_untranslated_texts(source, words):
    assert untranslated(source) == words


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(name):
    assert get_template(name)


@pytest.mark.parametrize("name", PUBLIC)
def test_no_template_has_inline_script_or_style(name):
    source = (FOLDER / name).read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", source) == []
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", source, flags=re.DOTALL)
    assert [body for attributes, body in scripts if body.strip()] == []


@pytest.mark.parametrize("name", [name for name in PUBLIC if "components/" in name])
def test_a_component_says_what_it_receives(name):
    first = (FOLDER / name).read_text(encoding="utf-8").partition("\n")[0]
    assert re.fullmatch(r"\{# .+ #\}", first)


@pytest.mark.parametrize("name", PUBLIC)
def test_components_see_only_what_they_are_given(name):
    source = (FOLDER / name).read_text(encoding="utf-8")
    includes = re.findall(r"\{% include (.*?) %\}", source)
    assert [include for include in includes if not include.endswith(" only")] == []
