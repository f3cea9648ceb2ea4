"""No public page needs a younger browser than the accessibility page promises."""

import pytest

from tools import browser_floor
from tools.browser_floor import MARKUP, SCRIPTS, in_lines, in_styles


def names(found):
    return [(line, feature.name) for line, feature in found]


def test_no_young_feature_is_used_without_a_guard():
    assert list(browser_floor.uses()) == []


@pytest.mark.parametrize(
    ("styles", "found"),
    [
        ("a { color: red; }", []),
        ("/* light-dark() */\na { color: light-dark(red, blue); }", [(2, "light-dark()")]),
        ("@supports (color: light-dark(red, red)) { a { color: light-dark(red, blue); } }", []),
        (
            "@supports (x: y) { a { b: c; } }\n.x::details-content { color: red; }",
            [(2, "::details-content")],
        ),
        ("a { position-anchor: --x; }", [(1, "anchor positioning")]),
    ],
)
def test_a_young_feature_of_a_style_sheet_is_found_outside_of_supports(styles, found):
    assert names(in_styles(styles)) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("document.startViewTransition(draw);", [(1, "view transitions")]),
        ("document.startViewTransition?.(draw);", []),
        ('if ("startViewTransition" in document) draw();', []),
        ("const parts = location.pathname;\nURL.parse(parts);", [(2, "URL.parse")]),
    ],
)
def test_a_young_feature_of_a_script_is_found_on_a_line_without_a_guard(script, found):
    assert names(in_lines(script, SCRIPTS)) == found


def test_a_young_feature_of_a_template_is_found():
    html = '<p>popover</p>\n<button popovertarget="x">'
    assert names(in_lines(html, MARKUP)) == [(2, "popover")]
