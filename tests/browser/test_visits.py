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
    for _ in range(60):
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
        if seen.count("region") == 1 and name == "region":
            page.keyboard.press("Space")
            page.wait_for_url("**/cities/?region=africa")
            expect(page.locator("#results h2").first).to_have_text("40 cities in Africa")
        if name.startswith("Show "):
            break
    assert seen[0] == "q"
    assert seen[-1] == "Show 40 cities"
    page.keyboard.press("Enter")
    expect(page.locator("#results h2").first).to_be_focused()
