"""Share images: the cloth of the pages, and text that fits."""

from io import BytesIO

import pytest
from PIL import Image

from cities.drawing.cloth import DYES, GOLD, is_up, stripe, walk_shafts
from cities.drawing.share_images import (
    HEADING,
    LEFT,
    RIGHT,
    SIZES,
    TALLEST,
    TEXT,
    can_draw,
    city_image,
    cloths_of,
    fit_heading,
    font,
    paint,
    paint_cloth,
    shorten,
    with_glyphs,
)
from tests.factories import alternative_name, city, country

pytestmark = pytest.mark.django_db

SITE = "Learning Cities Portal"
EUROPE = DYES["europe-and-north-america"]


def manchester(**changed):
    facts = {
        "name": "Manchester",
        "joined_year": 2024,
        "latitude": 53.48095,
        "longitude": -2.23743,
        "population": 568_996,
    }
    return city(**facts | changed)


def colour(picture, x, y):
    return "#{:02X}{:02X}{:02X}".format(*picture.getpixel((x, y)))


def test_a_share_image_has_the_cloth_of_the_pages():
    (svg,) = cloths_of([manchester()])
    cloth = paint_cloth(svg)
    assert cloth.size == (480, 630)
    # For this population, threads are 7 pixels wide, sixteen to a repeat.
    rows = [colour(cloth, 3, 7 * row + 3) for row in range(8)]
    assert set(rows) == {EUROPE.deep, EUROPE.light}
    assert colour(cloth, 3, 3) == colour(cloth, 3 + 112, 3 + 112)
    # The gold threads cross at the knot, which is 3 threads wide, in dashes of two threads.
    assert 'M241.5 0v630" stroke-width="7"' in svg
    assert 'd="M0 108.5h480' in svg
    assert colour(cloth, 241, 108) == GOLD
    assert [colour(cloth, x, 108) == GOLD for x in (0, 13, 14, 20, 21)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert colour(cloth, 241 - 11, 108 - 11) == EUROPE.deep


def test_every_thread_is_painted_where_the_svg_has_it():
    (svg,) = cloths_of([manchester(latitude=None, longitude=None)])
    cloth = paint_cloth(svg)
    colours, shafts = stripe("GB", EUROPE), walk_shafts(None)
    for row in range(16):
        expected = [
            colours[x] if is_up(shafts[x], shafts[row], 2024) else EUROPE.light for x in range(16)
        ]
        assert [colour(cloth, 7 * x, 7 * row + 6) for x in range(16)] == expected


def test_the_share_image_of_a_story_shows_the_cloth_of_its_cities_or_every_colour():
    pair = cloths_of([manchester(), city(), city()])
    assert [paint_cloth(svg).size for svg in pair] == [(240, 630), (240, 630)]
    assert [paint_cloth(svg).size for svg in cloths_of([])] == [(96, 630)] * 5


def test_the_share_image_of_a_city_says_name_country_and_year():
    assert city_image(manchester(), SITE)[2:] == ("Manchester", "United Kingdom", "Joined 2024")
    assert city_image(city(name="Ely"), SITE)[2:] == ("Ely", "United Kingdom", "")


def test_a_share_image_has_paper_and_ink_outside_its_cloth():
    picture = Image.open(BytesIO(paint(city_image(manchester(), SITE))))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    ink = picture.crop((480, 0, 1200, 630)).convert("L").point(lambda value: 255 * (value < 240))
    left, top, right, bottom = ink.getbbox() or (0, 0, 0, 0)
    assert (480 + left, top) == (LEFT, 56)
    assert 480 + right <= RIGHT
    assert bottom < 580


@pytest.mark.parametrize(
    ("name", "size", "lines"),
    [
        ("Manchester", 92, ["Manchester"]),
        ("Jubail Industrial City", 72, ["Jubail", "Industrial City"]),
        ("Derry City and Strabane", 72, ["Derry City", "and Strabane"]),
        ("King Abdullah Economic City", 72, ["King Abdullah", "Economic City"]),
        ("Seo-gu (Gwangju)", 72, ["Seo-gu", "(Gwangju)"]),
        ("", 92, []),
    ],
)
def test_names_on_a_share_image_are_as_large_as_fits(name, size, lines):
    assert fit_heading(name) == (size, lines)


@pytest.mark.parametrize(
    "text", ["W" * 120, "Wm " * 40, "word " * 40, "W" * 60 + " and " + "M" * 60]
)
def test_no_heading_of_a_share_image_leaves_its_box(text):
    size, lines = fit_heading(text)
    assert size in SIZES
    assert len(lines) * size * 1.04 <= TALLEST
    assert all(font(HEADING, size).getlength(line) <= RIGHT - LEFT for line in lines)


def test_a_long_name_of_the_site_stays_next_to_the_mark_of_a_share_image():
    picture = Image.open(BytesIO(paint(city_image(manchester(), "W" * 60))))
    ink = picture.crop((LEFT, 56, 1200, 100)).convert("L").point(lambda value: 255 * (value < 240))
    left, _top, right, _bottom = ink.getbbox() or (0, 0, 0, 0)
    assert (left, LEFT + right <= RIGHT) == (0, True)


def test_a_long_line_of_a_share_image_is_cut_with_an_ellipsis():
    face = font(TEXT, 29)
    assert shorten("United Kingdom", face) == "United Kingdom"
    cut = shorten("Country " * 20, face)
    assert cut.endswith("…")
    assert face.getlength(cut) <= RIGHT - LEFT


@pytest.mark.parametrize(
    ("name", "is_drawable"),
    [
        ("Fès", True),
        ("İzmir – “Ŵrexham”", True),
        ("Chișinău", True),
        ("Nukuʻalofa", True),  # The sign is no letter, and has a likeness.
        ("北京", False),
        ("الرياض", False),
        ("กรุงเทพ", False),
        ("Hồ Chí Minh", False),
    ],
)
def test_the_typeface_knows_its_letters(name, is_drawable):
    assert can_draw(name, HEADING) is is_drawable


def test_a_letter_in_two_code_points_is_drawn_as_one():
    assert with_glyphs("Fe\N{COMBINING GRAVE ACCENT}s", HEADING) == "Fès"


@pytest.mark.parametrize("face", [HEADING, TEXT])
def test_letters_that_a_typeface_lacks_are_romanised(face):
    assert with_glyphs("Nukuʻalofa\n  город", face) == "Nuku‘alofa gorod"
    assert with_glyphs("Москва", face) == "Moskva"


def test_a_name_that_cannot_be_drawn_is_replaced_by_another():
    beijing = city(name="北京", country=country(code="CN", name="China"))
    assert city_image(beijing, SITE).heading == "Beijing"
    alternative_name(city=beijing, name="بكين", language="ar")
    alternative_name(city=beijing, name="Pékin", language="fr")
    assert city_image(beijing, SITE).heading == "Pékin"
