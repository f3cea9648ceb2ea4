"""One rhythm: from the breadcrumbs to the head of a page it is as far on every kind of page."""

from tests import factories

REM = 18


def test_the_head_of_a_page_stands_two_rem_below_the_breadcrumbs_everywhere(page, live_server):
    factories.page(title="About")
    city = factories.city(joined_year=2018)
    paths = [
        city.get_absolute_url(),
        city.country.get_absolute_url(),
        factories.intake(year=2024).get_absolute_url(),
        "/regions/africa/",
        factories.network().get_absolute_url(),
        factories.organisation().get_absolute_url(),
        factories.event().get_absolute_url(),
        factories.theme().get_absolute_url(),
    ]
    paths += ["/cities/", "/countries/", "/regions/", "/intakes/", "/intakes/2018/", "/networks/"]
    paths += ["/organisations/", "/news/", "/events/", "/themes/", "/numbers/", "/search/"]
    distances = {}
    for path in [*paths, "/about/"]:
        page.goto(path)
        crumbs = page.locator(".crumbs-list").bounding_box()
        # It begins with the heading, or with a small line above it.
        heading = page.locator(".page-head").first.bounding_box()
        distances[path] = round(heading["y"] - crumbs["y"] - crumbs["height"])
    assert distances == dict.fromkeys(distances, 2 * REM)
