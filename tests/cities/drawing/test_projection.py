"""Marks are where the basemap has their place, and views fit their points."""

from itertools import combinations

import pytest

from cities.drawing.charts import Bar, bars
from cities.drawing.projection import WORLD, Label, MapFigure, Mark, View, fit_view, project


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        # The results of d3-geo 3.1 with the settings of tools/make_basemap.mjs.
        (53.48095, -2.23743, (451.8, 69.8)),
        (0, 11, (480.0, 246.0)),
        (0, -168.9, (1.2, 246.0)),
        (0, -169.1, (958.8, 246.0)),
        (90, 11, (480.0, 12.8)),
        (-90, 11, (480.0, 479.2)),
        (-37.88, 144.65, (799.4, 376.5)),
        (6.25184, -75.56359, (250.3, 223.6)),
        (64.1, -21.9, (416.7, 44.0)),
    ],
)
def test_coordinates_are_projected_with_equal_earth(latitude, longitude, expected):
    assert project(latitude, longitude) == expected


def test_a_map_of_no_city_or_of_cities_everywhere_shows_the_world():
    assert fit_view([]) == WORLD
    assert (
        fit_view([project(60, -120), project(-40, 170), project(60, 120), project(-35, -60)])
        == WORLD
    )


def test_the_map_of_one_city_has_the_least_width():
    assert fit_view([(480, 246)]) == View(450, 225.3, 60, 41.4)


def test_a_view_has_a_margin_around_its_points_and_a_fixed_ratio():
    view = fit_view([(400, 100), (500, 110)])
    assert (view.x, view.width) == (386, 128)
    assert view.width / view.height == pytest.approx(1.45, abs=0.01)


def test_a_view_stays_on_the_world():
    view = fit_view([(905, 430)])
    assert view.x + view.width == WORLD.x + WORLD.width
    assert view.y + view.height == pytest.approx(WORLD.y + WORLD.height)


def test_an_outlier_that_more_than_doubles_the_width_is_left_out_and_counted():
    europe = [(440 + 10 * number, 80.0) for number in range(6)]
    assert fit_view([*europe, (215, 70)]).outside == (6,)
    assert fit_view([*europe, (560, 70)]).outside == ()


@pytest.mark.parametrize(("longest", "outside"), [(156, ()), (157, (6,))])
def test_an_outlier_is_left_out_from_twice_the_width_on(longest, outside):
    # Six points in 50 units and a margin of 14 on each side: 78 wide.
    near = [(400 + 10 * number, 80.0) for number in range(6)]
    assert fit_view([*near, (400 + longest - 28, 80.0)]).outside == outside


def test_two_far_cities_are_both_shown():
    view = fit_view([(450, 70), (700, 80)])
    assert view.outside == ()
    assert view.width == 278


def test_a_viewbox_is_never_localised():
    assert WORLD.viewbox == "92 14 820 424"
    assert View(1234.5, 0, 60, 41.4).viewbox == "1234.5 0 60 41.4"


def marks(*places, name="Somewhere"):
    return [Mark(x, y, "/", name, "africa", name=name) for x, y in places]


def test_labels_are_next_to_their_dots_and_change_sides_at_the_edge():
    view = View(100, 100, 82.6, 57)
    plate = MapFigure(view, marks((110, 110), (180, 130)))
    assert plate.label_size == 1.5
    assert plate.texts == [
        Label(110.9, 110.5, "start", "Somewhere"),
        Label(179.1, 130.5, "end", "Somewhere"),
    ]


def test_labels_never_overlap_and_are_few():
    places = [(110 + column * 5.5, 110 + row * 1.1) for column in range(8) for row in range(8)]
    plate = MapFigure(View(100, 100, 82.6, 57), marks(*places))
    assert len(plate.texts) <= 9
    lines = [(text.x, text.y) for text in plate.texts]
    assert all(
        abs(one[1] - two[1]) > 1 or abs(one[0] - two[0]) > 7 for one, two in combinations(lines, 2)
    )


def test_the_world_and_cities_outside_the_filter_have_no_labels():
    assert MapFigure(WORLD, marks((480, 246))).texts == []
    grey = Mark(110, 110, "/", "Grey", "africa", on=False, name="Grey")
    assert MapFigure(View(100, 100, 82.6, 57), [grey]).texts == []


def test_years_without_a_number_keep_their_place_on_the_axis_of_a_chart():
    assert bars({2016: 100, 2018: 200}) == [
        Bar(2016, 100, 43.0),
        Bar(2017, None, 0.0),
        Bar(2018, 200, 86.0),
    ]
    assert bars({}) == []


def test_a_view_of_all_points_leaves_none_out():
    near = [(100.0, 100.0), (101.0, 101.0), (102.0, 100.0)]
    far = (600.0, 300.0)
    assert fit_view([*near, far]).outside == (3,)
    view = fit_view([*near, far], all_in=True)
    assert view.outside == ()
    assert view.x <= 100 <= 600 <= view.x + view.width
