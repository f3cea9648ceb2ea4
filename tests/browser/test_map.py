"""The map by keyboard, buttons, mouse, touch and screen reader, and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories

CITIES = {
    # name: latitude, longitude, joining year
    "Belfast": (54.6, -5.93, 2018),
    "Derby": (52.92, -1.48, None),
    "Glasgow": (55.86, -4.25, 2019),
    "Swansea": (51.62, -3.94, 2015),
}


@pytest.fixture
def cities(live_server):
    return [
        factories.city(name=name, latitude=latitude, longitude=longitude, joined_year=year)
        for name, (latitude, longitude, year) in CITIES.items()
    ]


@pytest.fixture
def map_(page, cities):
    page.goto("/cities/?view=map")
    found = page.locator(".map.is-live")
    expect(found).to_be_visible()
    return found


def dot(map_, name):
    return map_.locator(f'.map-view a[aria-label^="{name},"]')


def zoomed_to(page, width):
    """Wait until the view has this width: it changes with the next frame, not at once."""
    page.wait_for_function(
        "width => Math.abs(document.querySelector('.map.is-live .map-view').viewBox.baseVal.width"
        " - width) < 0.1",
        arg=width,
    )


def view(map_):
    return [float(n) for n in map_.locator(".map-view").get_attribute("viewBox").split()]


def centre(map_, name):
    """Return the position of a dot on the page; the dot itself has no size."""
    box = dot(map_, name).locator("path").last.evaluate("e => e.getBoundingClientRect().toJSON()")
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_map_is_one_tab_stop_and_arrow_keys_move_between_its_dots(page, map_):
    expect(map_.locator("svg a[tabindex='0']")).to_have_count(1)
    expect(map_.locator("svg a[tabindex='-1']")).to_have_count(3)
    page.locator(".tools a").last.focus()
    page.keyboard.press("Tab")
    expect(dot(map_, "Belfast")).to_be_focused()
    for key, name in [
        ("ArrowRight", "Glasgow"),
        ("ArrowDown", "Swansea"),
        ("ArrowRight", "Derby"),
        ("Home", "Belfast"),
        ("End", "Swansea"),
        ("ArrowDown", "Swansea"),
    ]:
        page.keyboard.press(key)
        expect(dot(map_, name)).to_be_focused()
        expect(dot(map_, name)).to_have_attribute("tabindex", "0")
    expect(map_.locator("svg a[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(map_.get_by_role("button", name="Zoom in")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(dot(map_, "Swansea")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/swansea/")


def test_cities_at_one_point_are_all_reached(page, cities):
    for name in ("Upon One", "Upon Two"):
        factories.city(name=name, latitude=54.6, longitude=-5.93)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    dot(map_, "Belfast").focus()
    page.keyboard.press("Shift")
    for name in ("Upon One", "Upon Two"):
        page.keyboard.press("ArrowRight")
        expect(dot(map_, name)).to_be_focused()
    page.mouse.move(*centre(map_, "Belfast"))
    expect(page.locator(".map-card a")).to_have_text(["Belfast", "Upon One", "Upon Two"])


def test_the_buttons_of_the_map_zoom_and_return(page, map_):
    whole = view(map_)
    map_.get_by_role("button", name="Zoom in").click()
    map_.get_by_role("button", name="Zoom in").click()
    expect(map_.locator(".map-view")).to_have_class(re.compile("is-moved"))
    zoomed_to(page, whole[2] / 4)
    map_.get_by_role("button", name="Zoom out").click()
    zoomed_to(page, whole[2] / 2)
    map_.get_by_role("button", name="Reset map").click()
    expect(map_.locator(".map-view")).not_to_have_class(re.compile("is-moved"))
    assert view(map_) == pytest.approx(whole, abs=0.1)


def test_the_buttons_of_the_map_are_large_and_do_not_shift_the_layout(page, map_):
    for button in map_.get_by_role("button").all():
        box = button.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
    shifts = """new Promise(done => new PerformanceObserver(list =>
        done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
    ).observe({type: "layout-shift", buffered: true}) || setTimeout(() => done(0), 300))"""
    assert page.evaluate(shifts) == pytest.approx(0, abs=0.001)


def test_keys_zoom_the_map_around_the_city_and_bring_others_into_view(page, map_):
    whole = view(map_)
    dot(map_, "Glasgow").focus()
    for _ in range(3):
        page.keyboard.press("+")
    page.wait_for_timeout(100)
    zoomed_to(page, max(6, whole[2] / 8))
    page.keyboard.press("End")
    page.wait_for_timeout(100)
    box, plate = dot(map_, "Swansea").bounding_box(), map_.locator(".map-view").bounding_box()
    assert plate["x"] < box["x"] < plate["x"] + plate["width"]
    assert plate["y"] < box["y"] < plate["y"] + plate["height"]
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("-")
    page.keyboard.press("0")
    page.wait_for_timeout(100)
    assert view(map_) == pytest.approx(whole, abs=0.1)


def test_the_wheel_scrolls_the_page_until_the_map_is_active(page, map_):
    whole = view(map_)
    page.mouse.move(*centre(map_, "Derby"))
    page.mouse.wheel(0, 60)
    page.wait_for_timeout(200)
    assert (view(map_), page.evaluate("scrollY") > 0) == (whole, True)
    page.mouse.move(*centre(map_, "Derby"))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(map_.locator(".map-view")).to_have_class(re.compile("is-moved"))
    assert view(map_)[2] < whole[2]


def test_dragging_moves_a_zoomed_map_and_opens_no_city(page, map_):
    map_.get_by_role("button", name="Zoom in").click()
    page.wait_for_timeout(100)
    before, address = view(map_), page.url
    # In the middle is a city.
    plate = map_.locator(".map-view").bounding_box()
    x, y = plate["x"] + plate["width"] / 2, plate["y"] + plate["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 30, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    after = view(map_)
    assert (after[0] > before[0], after[1] > before[1], after[2]) == (True, True, before[2])
    assert page.url == address


def test_a_close_view_of_the_map_has_the_detailed_coast(page, cities):
    page.goto("/")
    map_ = page.locator(".map.is-live")
    world, near = (map_.locator(f"use[href*='{name}']") for name in ("world.svg", "land/near-"))
    expect(world).to_be_visible()
    with page.expect_response("**/land/near-3-0.svg"):
        for _ in range(2):
            map_.get_by_role("button", name="Zoom in").click()
    expect(world).to_be_hidden()
    expect(near.first).to_be_visible()
    with page.expect_response("**/land/close-11-1.svg"):
        for _ in range(5):
            map_.get_by_role("button", name="Zoom in").click()
    expect(near.first).to_be_hidden()
    zoomed_to(page, 820 / 2**7)
    map_.get_by_role("button", name="Reset map").click()
    expect(world).to_be_visible()
    expect(near.first).to_be_hidden()


def test_focus_shows_the_card_of_a_city_and_escape_hides_it(page, map_):
    card = page.locator(".map-card")
    page.locator(".tools a").last.focus()
    page.keyboard.press("Tab")
    expect(card).to_have_text("BelfastUnited KingdomJoined in 2018")
    page.keyboard.press("ArrowRight")
    expect(card).to_have_text(re.compile("^(Glasgow|Derby)"))
    page.keyboard.press("Home")
    box, plate = card.bounding_box(), map_.locator(".map-view").bounding_box()
    assert box["x"] >= plate["x"] - 1
    assert box["x"] + box["width"] <= plate["x"] + plate["width"] + 1
    assert box["y"] >= plate["y"] - 1
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(dot(map_, "Belfast")).to_be_focused()


def test_the_card_of_a_city_under_the_mouse_can_be_reached_and_dismissed(page, map_):
    card = page.locator(".map-card")
    page.mouse.move(*centre(map_, "Derby"))
    expect(card).to_have_text("DerbyUnited KingdomJoining year not known")
    box = card.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20, steps=3)
    page.wait_for_timeout(600)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.mouse.move(*centre(map_, "Swansea"))
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    expect(card).to_be_hidden()
    # The card is a link also while the map has focus, which a click gives it.
    map_.locator(".map-view").click(position={"x": 10, "y": 10})
    page.mouse.move(*centre(map_, "Swansea"))
    card.get_by_text("Swansea").click()
    page.wait_for_url("**/cities/swansea/")


@pytest.mark.parametrize("name", ["Derby", "Swansea"])
def test_the_first_tap_on_a_dot_shows_its_city_and_the_second_opens_it(new_page, cities, name):
    # Derby has a neighbour, Swansea is alone.
    factories.city(name="Nottingham", latitude=52.95, longitude=-1.15)
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    map_.scroll_into_view_if_needed()
    page.touchscreen.tap(*centre(map_, name))
    expect(page.locator(".map-card a")).to_have_text(name)
    assert "view=map" in page.url
    page.touchscreen.tap(*centre(map_, name))
    page.wait_for_url(f"**/cities/{name.lower()}/")
    page.go_back()
    map_.scroll_into_view_if_needed()
    page.touchscreen.tap(*centre(map_, name))
    page.wait_for_timeout(500)
    page.locator(".map-card a").tap()
    page.wait_for_url(f"**/cities/{name.lower()}/")


def test_a_tap_beside_a_dot_means_the_nearest_one_and_a_tap_on_the_sea_closes_its_card(
    new_page, cities
):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    map_.scroll_into_view_if_needed()
    x, y = centre(map_, "Swansea")
    page.touchscreen.tap(x - 15, y + 8)
    expect(page.locator(".map-card a")).to_have_text("Swansea")
    plate = map_.locator(".map-view").bounding_box()
    page.touchscreen.tap(plate["x"] + 10, plate["y"] + plate["height"] - 10)
    expect(page.locator(".map-card")).to_be_hidden()
    page.touchscreen.tap(x - 15, y + 8)
    page.touchscreen.tap(x - 15, y + 8)
    page.wait_for_url("**/cities/swansea/")


def test_the_rings_of_a_dot_have_its_centre_and_are_not_much_larger(new_page, cities):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    map_.scroll_into_view_if_needed()
    page.touchscreen.tap(*centre(map_, "Swansea"))
    assert dot(map_, "Swansea").evaluate("e => getComputedStyle(e).outlineStyle") == "none"
    shown = map_.locator(".map-hover path")
    expect(shown).to_have_count(3)
    paths = {path.get_attribute("d") for path in shown.all()}
    assert paths == {dot(map_, "Swansea").locator("path").last.get_attribute("d")}
    assert [path.evaluate("e => getComputedStyle(e).strokeWidth") for path in shown.all()] == [
        "13px",
        "9px",
        "6px",
    ]


def test_a_mouse_that_passes_over_a_dot_opens_no_card(page, map_):
    card = page.locator(".map-card")
    x, y = centre(map_, "Derby")
    page.mouse.move(x - 60, y)
    page.mouse.move(x + 60, y, steps=8)
    page.wait_for_timeout(250)
    expect(card).to_be_hidden()


def test_a_card_covers_no_other_dot_if_it_can(page, cities):
    # Above Kirklees, where a card opens at first, is Glasgow.
    factories.city(name="Kirklees", latitude=54.9, longitude=-4.2)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    page.mouse.move(*centre(map_, "Kirklees"))
    card = page.locator(".map-card")
    expect(card).to_be_visible()
    box, (x, y) = card.bounding_box(), centre(map_, "Glasgow")
    is_covered = box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]
    assert not is_covered
    page.mouse.move(x, y)
    expect(card).to_contain_text("Glasgow")
    page.mouse.click(x, y)
    page.wait_for_url("**/cities/glasgow/")


def test_zooming_brings_the_cities_to_the_middle_of_the_map(page, map_):
    for _ in range(4):
        map_.get_by_role("button", name="Zoom in").click()
    page.wait_for_function(
        "document.querySelector('.map.is-live .map-view').viewBox.baseVal.width < 8"
    )
    x, y, width, height = view(map_)
    marks = [dot(map_, name).locator("path").last.get_attribute("d") for name in CITIES]
    places = [tuple(map(float, re.split("[ h]", mark[1:])[:2])) for mark in marks]
    assert any(
        abs(left - x - width / 2) < 0.1 and abs(top - y - height / 2) < 0.1 for left, top in places
    )


def test_the_map_works_without_aria_reflection(new_page, cities):
    page = new_page()
    page.add_init_script(
        "for (const name of ['ariaLabel', 'ariaDescription', 'ariaHidden', 'role'])"
        " delete Element.prototype[name];"
    )
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    expect(map_).to_be_visible()
    expect(dot(map_, "Glasgow")).to_have_accessible_description("Joined in 2019")
    expect(page.locator(".map-card")).to_have_attribute("aria-hidden", "true")


def names(map_):
    return sorted(map_.locator(".map-names text:visible").all_text_contents())


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("script", [True, False])
def test_few_cities_all_have_their_names_at_one_size_on_every_screen(
    new_page, cities, width, script
):
    page = new_page(java_script_enabled=script, viewport={"width": width, "height": 900})
    page.goto("/cities/?view=map")
    map_ = page.locator(".map")
    assert names(map_) == sorted(CITIES)
    sizes = map_.locator(".map-names text:visible").evaluate_all(
        "all => all.map(e => [getComputedStyle(e).fontSize, Math.round(e.getBoundingClientRect()"
        ".height)])"
    )
    assert {size for size, _height in sizes} == {"13px" if width == 320 else "15px"}
    assert all(13 < height < 24 for _size, height in sizes)


def test_names_of_a_map_are_on_paper(page, cities):
    page.goto("/cities/?view=map")
    page.emulate_media(media="print")
    assert names(page.locator(".map")) == sorted(CITIES)


def test_the_city_of_the_page_is_ringed_and_bold(page, cities):
    page.goto("/cities/derby/")
    map_ = page.locator(".map.is-live")
    expect(map_.locator(".dot-ring")).to_have_count(1)
    expect(dot(map_, "Derby").locator(".dot-ring")).to_have_count(1)
    weights = map_.locator(".map-names text:visible").evaluate_all(
        "all => Object.fromEntries(all.map(e => [e.textContent, getComputedStyle(e).fontWeight]))"
    )
    assert weights == dict.fromkeys(CITIES, "500") | {"Derby": "700"}
    map_.get_by_role("button", name="Zoom out").click()
    expect(map_.locator(".map-names.is-live text").first).to_be_visible()
    assert names(map_) == sorted(CITIES)


def test_one_finger_scrolls_the_page_until_the_map_is_zoomed(new_page, cities):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    expect(map_.locator(".map-view")).to_have_css("touch-action", "pan-x pan-y")
    map_.get_by_role("button", name="Zoom in").tap()
    expect(map_.locator(".map-view")).to_have_css("touch-action", "none")


def test_two_fingers_zoom_the_map(new_page, cities):
    page = new_page(viewport={"width": 390, "height": 800}, has_touch=True)
    page.goto("/cities/?view=map")
    map_ = page.locator(".map.is-live")
    map_.scroll_into_view_if_needed()
    whole, plate = view(map_), map_.locator(".map-view").bounding_box()
    x, y = plate["x"] + plate["width"] / 2, plate["y"] + plate["height"] / 2
    session = page.context.new_cdp_session(page)

    def fingers(kind, spread):
        points = [{"x": x - spread, "y": y}, {"x": x + spread, "y": y}] if spread else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 30)
    for spread in (40, 50, 60):
        fingers("touchMove", spread)
    fingers("touchEnd", 0)
    page.wait_for_timeout(100)
    x, y, width, height = view(map_)
    assert width == pytest.approx(whole[2] / 2, rel=0.05)
    # The centre of the view stays.
    assert x + width / 2 == pytest.approx(whole[0] + whole[2] / 2, abs=2)
    assert y + height / 2 == pytest.approx(whole[1] + whole[3] / 2, abs=2)


def test_a_screen_reader_hears_name_country_and_year_of_a_dot(page, map_):
    expect(dot(map_, "Glasgow")).to_have_accessible_name("Glasgow, United Kingdom")
    expect(dot(map_, "Glasgow")).to_have_accessible_description("Joined in 2019")
    group = map_.get_by_role("group", name="The cities found, on a map")
    expect(group).to_have_accessible_description(re.compile("^Move with the arrow keys"))


def test_names_are_shown_next_to_the_dots_of_the_map_at_any_zoom(page, cities):
    factories.city(
        name="Fez",
        latitude=34.03,
        longitude=-5,
        country=factories.country(code="MA", name="Morocco", region=Region.ARAB_STATES),
    )
    page.goto("/")
    map_ = page.locator(".map.is-live")
    assert names(map_) == sorted([*CITIES, "Fez"])
    page.locator("body").press("Tab")
    dot(map_, "Derby").focus()
    for _ in range(4):
        page.keyboard.press("+")
    expect(map_.locator(".is-live text").filter(has_text="Derby")).to_be_visible()
    # Names are drawn again at each step of the zoom, so one may be gone while it is measured.
    page.wait_for_function(
        """() => [...document.querySelectorAll(".map.is-live text")].some((name) => {
            const { height } = name.getBoundingClientRect();
            return name.textContent.includes("Derby") && height > 14 && height < 26;
        })"""
    )


def test_dots_of_the_map_are_links_after_a_skip_link_without_javascript(new_page, cities):
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto("/cities/?view=map")
    map_ = page.locator(".map")
    expect(map_.get_by_role("link", name="Derby, United Kingdom")).to_have_count(1)
    expect(map_.get_by_role("button")).to_have_count(0)
    page.locator(".tools a").last.focus()
    page.keyboard.press("Tab")
    expect(map_.get_by_role("link", name="Skip the map")).to_be_focused()
    page.keyboard.press("Tab")
    expect(dot(map_, "Belfast")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/belfast/")
