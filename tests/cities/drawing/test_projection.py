"""Marks are where the basemap has their place, and views fit their points."""

import pytest

from cities.drawing.charts import Bar, bars
from cities.drawing.projection import GLOBE, WORLD, View, fit_view, project, world_view


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        # The results of d3-geo 3.1 with the settings of tools/make_basemap.mjs.
        (53.48095, -2.23743, (451.78, 69.84)),
        (0, 11, (480.0, 246.0)),
        (0, -168.9, (1.19, 246.0)),
        (0, -169.1, (958.81, 246.0)),
        (90, 11, (480.0, 12.83)),
        (-90, 11, (480.0, 479.17)),
        (-37.88, 144.65, (799.35, 376.48)),
        (6.25184, -75.56359, (250.26, 223.61)),
        (64.1, -21.9, (416.74, 44.04)),
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


def test_the_map_of_one_place_shows_its_surroundings():
    assert fit_view([(480, 246)]) == View(470, 239.1, 20, 13.79)
    assert fit_view([(480, 246), (480, 246)]) == View(470, 239.1, 20, 13.79)


def test_the_closest_view_of_several_cities_is_six_units_wide():
    assert fit_view([(480, 246), (480.2, 246)]) == View(477.1, 243.93, 6, 4.14)


@pytest.mark.parametrize(
    "places",
    [
        # Cities of Qatar, Ireland, Korea and the United Kingdom: latitude and longitude.
        [(26.12, 51.2), (25.29, 51.53), (25.17, 51.6), (25.4, 51.25)],
        [(53.35, -6.26), (51.9, -8.47), (52.66, -8.63), (52.26, -7.11)],
        [(38.1, 127.99), (37.27, 126.6), (34.85, 128.43), (35.16, 126.85), (36.57, 128.73)],
        [(55.86, -4.25), (54.6, -5.93), (51.62, -3.94), (51.45, -2.59), (53.68, -1.5)],
    ],
    ids=["Qatar", "Ireland", "Korea", "United Kingdom"],
)
def test_cities_fill_most_of_the_shorter_side_of_a_view(places):
    points = [project(*place) for place in places]
    view = fit_view(points)
    across, down = (max(axis) - min(axis) for axis in zip(*points, strict=True))
    assert max(across, down) / view.height > 0.6
    assert view.outside == ()
    assert all(map(view.contains, points))


def test_a_view_has_a_margin_around_its_points_and_a_fixed_ratio():
    view = fit_view([(400, 100), (500, 110)])
    assert (view.x, view.width) == (374.24, 151.52)
    assert view.width / view.height == pytest.approx(1.45, abs=0.01)


def test_a_view_stays_on_the_globe():
    view = fit_view([(955, 476)])
    assert view.x + view.width == GLOBE.x + GLOBE.width
    assert view.y + view.height == pytest.approx(GLOBE.y + GLOBE.height)


def test_a_city_in_the_middle_of_the_pacific_is_on_every_map():
    honolulu, apia = project(21.3, -157.86), project(-13.83, -171.77)
    for place in (honolulu, apia):
        assert not WORLD.contains(place)
        assert fit_view([place]).contains(place)
        assert world_view([place]) == GLOBE
    assert fit_view([honolulu, apia]) == GLOBE


def test_an_outlier_that_more_than_doubles_the_width_is_left_out_and_counted():
    europe = [(440 + 10 * number, 80.0) for number in range(6)]
    assert fit_view([*europe, (215, 70)]).outside == (6,)
    assert fit_view([*europe, (530, 70)]).outside == ()


@pytest.mark.parametrize(("longest", "outside"), [(100, ()), (101, (6,))])
def test_an_outlier_is_left_out_from_twice_the_width_on(longest, outside):
    near = [(400 + 10 * number, 80.0) for number in range(6)]
    assert fit_view([*near, (400 + longest, 80.0)]).outside == outside


def test_no_city_of_a_small_country_is_an_outlier():
    near = [(400.0, 80.0), (401.0, 80.0), (400.0, 81.0)]
    assert fit_view([*near, (420.0, 80.0)]).outside == ()


def test_two_far_cities_are_both_shown():
    view = fit_view([(450, 70), (700, 80)])
    assert view.outside == ()
    assert view.width == pytest.approx(378.79)


def test_a_viewbox_is_never_localised():
    assert WORLD.viewbox == "92 14 820 424"
    assert View(1234.5, 0, 60, 41.4).viewbox == "1234.5 0 60 41.4"


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
