"""Names on maps: all of few dots are named, none hides another, and long ones are broken."""

import math
from itertools import combinations

import pytest
from PIL import ImageFont

from cities.drawing.map_figure import ALL_NAMED, HALF, PHONE, SIDE, MapFigure, Mark
from cities.drawing.map_labels import LETTER, LINE, REACH, broken, place_labels, text_width
from cities.drawing.projection import WORLD, View, fit_view
from cities.templatetags.maps import map_names, map_numbers

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
CITIES = ["Derby", "Kirklees", "Wakefield", "Derry City and Strabane", "القاهرة", "北京市"]


def boxes(labels, dots):
    """Return the boxes of the letters of labels, narrower than their places."""
    found = []
    for label in labels:
        x, y = dots[label.dot][0] + label.x, dots[label.dot][1] + label.y
        width = max(map(text_width, label.lines)) - 2
        left = x - {"start": 0, "middle": width / 2, "end": width}[label.anchor]
        bottom = y + 2 + LINE * (len(label.lines) - 1)
        found.append((left, y - LETTER * 0.7, left + width, bottom))
    return found


def overlap(one, two):
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def assert_nothing_is_hidden(labels, dots, size):
    letters = boxes(labels, dots)
    assert [pair for pair in combinations(letters, 2) if overlap(*pair)] == []
    cores = [(x - REACH / 2, y - REACH / 2, x + REACH / 2, y + REACH / 2) for x, y in dots]
    assert [(name, dot) for name in letters for dot in cores if overlap(name, dot)] == []
    for left, top, right, bottom in letters:
        assert left >= 0
        assert top >= 0
        assert right <= size[0]
        assert bottom <= size[1]


@pytest.mark.parametrize("spread", [10, 16, 25, 40])
@pytest.mark.parametrize("number", [1, 2, 7, 12])
def test_each_of_twelve_dots_has_its_name_or_a_number(number, spread):
    # On a spiral, as dense as the districts of a large city.
    dots = [
        (
            160 + spread * math.sqrt(place) * math.cos(2.4 * place),
            110 + spread * 0.7 * math.sqrt(place) * math.sin(2.4 * place),
        )
        for place in range(number)
    ]
    names = [CITIES[place % len(CITIES)] for place in range(number)]
    labels = place_labels(dots, names, (320, 220), everyone=True)
    assert sorted(label.dot for label in labels) == list(range(number))
    assert_nothing_is_hidden(labels, dots, (320, 220))
    numbers = sorted(label.number for label in labels if label.number)
    assert numbers == list(range(1, len(numbers) + 1))
    for label in labels:
        name = (str(label.number),) if label.number else broken(names[label.dot])
        assert label.lines == name


def test_cities_at_one_point_are_all_named():
    dots = [(160.0, 110.0)] * 3
    labels = place_labels(dots, ["One", "Two", "Three"], (320, 220), everyone=True)
    assert [label.lines for label in labels] == [("One",), ("Two",), ("Three",)]
    assert_nothing_is_hidden(labels, dots, (320, 220))


def test_a_name_without_room_next_to_its_dot_stands_at_the_end_of_a_line():
    dots = [(160 + 14 * math.cos(turn), 110 + 14 * math.sin(turn)) for turn in range(6)]
    labels = place_labels(dots, ["Wolverhampton"] * 6, (590, 400), everyone=True)
    assert len(labels) == 6
    assert any(label.leader for label in labels)
    assert not any(label.number for label in labels)
    assert_nothing_is_hidden(labels, dots, (590, 400))


def test_a_name_that_is_wider_than_the_plate_becomes_a_number():
    (label,) = place_labels([(160.0, 110.0)], [LONG], (320, 220), everyone=True)
    assert (label.number, label.lines) == (1, ("1",))


def test_names_of_many_dots_are_left_out_where_there_is_no_room():
    dots = [(40 + 18.0 * column, 30 + 18.0 * row) for column in range(13) for row in range(8)]
    labels = place_labels(dots, ["Seodaemun-gu"] * len(dots), (320, 220))
    assert 0 < len(labels) < len(dots)
    assert not any(label.leader or label.number for label in labels)
    assert_nothing_is_hidden(labels, dots, (320, 220))


def test_a_long_name_is_broken_near_its_middle():
    assert broken("Derry City and Strabane") == ("Derry City", "and Strabane")
    assert broken("Wolverhampton") == ("Wolverhampton",)
    assert broken(LONG) == (LONG,)


@pytest.mark.parametrize("name", ["Manchester", "Wolverhampton", "Al-Shahaniya", "Illzach", "WWW"])
def test_the_width_of_a_name_is_nearly_that_of_its_letters(settings, name):
    font = ImageFont.truetype(str(settings.PICTURE_FONTS / "source-sans-3-400.ttf"), 150)
    real = font.getlength(name) * LETTER / 150
    assert real * 0.95 < text_width(name) < real * 1.45


def mark(x, y, name="Somewhere", **values):
    return Mark(x, y, "/", name, "africa", name=name, **values)


def test_labels_are_placed_for_a_phone_and_for_the_width_of_the_map():
    view = View(100, 100, 60, 41.4)
    assert list(MapFigure(view, [mark(130, 120)]).labels) == [PHONE, HALF]
    assert list(MapFigure(view, [mark(130, 120)], 408).labels) == [PHONE, SIDE]


def test_the_city_of_the_page_and_large_cities_are_named_first():
    marks = [mark(130, 120, str(weight), weight=weight) for weight in range(3)]
    figure = MapFigure(View(100, 100, 60, 41.4), [*marks, mark(130, 120, "own", own=True)])
    assert [one.name for one in figure.named] == ["own", "2", "1", "0"]


def test_the_world_has_names_only_if_they_are_few():
    few = [mark(200 + 40 * place, 246) for place in range(ALL_NAMED)]
    assert len(MapFigure(WORLD, few).labels[HALF]) == ALL_NAMED
    assert MapFigure(WORLD, [*few, mark(100, 100)]).labels == {PHONE: [], HALF: []}


def test_cities_outside_the_view_or_the_filter_have_no_names():
    grey = Mark(130, 120, "", "", "", on=False, name="Grey")
    figure = MapFigure(View(100, 100, 60, 41.4), [grey, mark(10, 10)])
    assert figure.labels == {PHONE: [], HALF: []}
    assert map_names(figure) == ""


def test_names_are_drawn_in_per_cent_of_the_plate():
    figure = MapFigure(View(100, 100, 60, 40), [mark(115, 120, "Fès & <Meknès>", own=True)])
    drawn = map_names(figure)
    name = '<svg x="25.00%" y="50.00%" class="is-own"><text x="9" y="5.0" text-anchor="start">'
    assert drawn.count(f"{name}Fès &amp; &lt;Meknès&gt;</text></svg>") == 2
    assert 'class="map-names below-half" aria-hidden="true"' in drawn
    assert 'class="map-names from-half" aria-hidden="true"' in drawn
    assert map_numbers(figure) == ""


def test_numbers_on_a_map_are_explained_in_a_list():
    figure = MapFigure(fit_view([(480, 246)]), [mark(480, 246, LONG)], 408)
    assert map_numbers(figure) == (
        f'<ol class="map-numbers below-side"><li><bdi>{LONG}</bdi></li></ol>'
        f'<ol class="map-numbers from-side"><li><bdi>{LONG}</bdi></li></ol>'
    )
