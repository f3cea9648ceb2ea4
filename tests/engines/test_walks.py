"""The essential pages in WebKit and in Firefox, as wide as a desktop and as a phone."""

from django.core.management import call_command
from django.urls import reverse

from tests import factories

PUBLIC_PAGES = {
    "/": "382 cities that keep learning",
    "/cities/": "Find a city",
    "/cities/?view=table": "Find a city",
    "/cities/?view=map": "Find a city",
    "/countries/united-kingdom/": "United Kingdom",
    "/cities/manchester/": "Manchester",
    "/news/72-cities-joined-the-network-in-2025/": "72 cities joined the network in 2025",
    "/search/?q=york": "Search",
}


def assert_well(visitor, heading):
    """Assert that the requested page opened and is not wider than the window."""
    assert (visitor.status, visitor.find("h1").text) == (200, heading)
    too_wide = visitor.run("document.documentElement.scrollWidth - innerWidth")
    assert (heading, too_wide) == (heading, 0)


def filter_by_region(visitor, is_folded):
    visitor.open("/cities/")
    visitor.run("window.isSamePage = true")
    if is_folded:
        visitor.click(".facets-fold > summary")
    visitor.click(".facets [name=region][value=africa]")
    # The results follow the tick; the button leads to them.
    visitor.wait_for_address("/cities/?region=africa")
    visitor.click(".facets-go button")
    visitor.wait("document.activeElement.textContent === '40 cities in Africa'")
    assert visitor.run("window.isSamePage")


def test_visitors_see_every_kind_of_page_and_filter_cities(visitor):
    # One test, because loading the content takes longer than all the rest.
    call_command("load_starter", verbosity=0)
    for width in (1280, 390):
        visitor.resize(width)
        for path, heading in PUBLIC_PAGES.items():
            visitor.open(path)
            assert_well(visitor, heading)
        filter_by_region(visitor, is_folded=width == 390)


def test_staff_sign_in_and_open_a_city(visitor, width):
    user = factories.superuser()
    visitor.open(reverse("admin:login"))
    assert_well(visitor, "Sign in to the staff desk")
    visitor.find("#id_username").send_keys(user.email)
    visitor.find("#id_password").send_keys(factories.PASSWORD)
    visitor.find("[type=submit]").click()
    visitor.wait_for_address(reverse("admin:index"))
    city = factories.city(name="Manchester")
    visitor.open(reverse("admin:cities_city_change", args=[city.pk]))
    assert_well(visitor, "Change city")
    assert visitor.find("#id_name").get_property("value") == "Manchester"


def test_errors_of_a_page_are_recorded(visitor):
    visitor.open("/nothing-here/")
    assert visitor.status == 404
    visitor.run("document.body.append(Object.assign(new Image(), {src: '/nothing.png'}))")
    visitor.wait("sessionStorage.getItem('errors')")
    assert visitor.leave() == [f"/nothing-here/: {visitor.address}/nothing.png did not load"]
