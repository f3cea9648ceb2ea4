"""Visits of people to the portal with its starter content."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect


@pytest.fixture
def portal(live_server):
    """Load the starter content, as a new user finds it."""
    call_command("load_starter", verbosity=0)


def test_the_form_of_a_record_can_be_filled_in_and_sent_by_keyboard(page, portal):
    page.goto("/cities/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at)
                const seen = style.outlineStyle != "none" && parseFloat(style.outlineWidth) > 0
                return [at.name || at.innerText.trim(), seen || style.boxShadow != "none"]
            }"""
        )
        assert ring, f"nothing shows that {name} has the focus"
        seen.append(name)
        if name == "region":
            page.keyboard.press("Space")
        if name == "Apply filters":
            break
    assert seen[0] == "q"
    assert seen[-1] == "Apply filters"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/?region=*")
