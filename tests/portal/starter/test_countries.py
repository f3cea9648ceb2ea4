"""The countries of the starter content in a portal that is in use."""

from cities.models import Country
from portal.models import StarterRow
from tests.portal.starter.test_content import content, first_load, load

__all__ = ["content", "first_load"]


def test_a_portal_in_use_gets_the_new_countries_and_keeps_what_staff_changed(content):
    # As the version before had them: without the new columns, and without these countries.
    Country.objects.filter(pk="TV").delete()
    StarterRow.objects.filter(key="countries.csv: TV").delete()
    new = {"unesco_status": "", "source": "", "source_url": "", "note": "", "checked_on": None}
    for row in StarterRow.objects.filter(key__in=["countries.csv: GB", "countries.csv: FR"]):
        row.values = {n: value for n, value in row.values.items() if n not in new}
        row.save()
    Country.objects.filter(pk="GB").update(**new)
    staff = {"name": "Britain", "other_names": "Albion", "source": "Staff", "unesco_status": ""}
    Country.objects.filter(pk="FR").update(**new | staff)

    assert load() == (
        "Loaded 1,436 rows: 1 new, 2 changed, 0 left as staff have them, 0 deleted by staff.\n"
    )
    tuvalu, britain, changed = (Country.objects.get(pk=code) for code in ("TV", "GB", "FR"))
    assert (tuvalu.name, tuvalu.unesco_status) == ("Tuvalu", "member")
    assert (britain.name, britain.unesco_status) == ("United Kingdom", "member")
    assert (changed.name, changed.other_names, changed.source) == ("Britain", "Albion", "Staff")
    assert not Country.objects.published().filter(pk="TV").exists()
    assert load() == (
        "Loaded 1,436 rows: 0 new, 0 changed, 1 left as staff have them, 0 deleted by staff.\n"
    )


def test_countries_without_cities_stay_out_of_public_lists(content, client):
    public = {*Country.objects.published().values_list("pk", flat=True)}
    assert len(public) == 86
    pages = ["/", "/countries/", "/cities/", "/regions/africa/", "/numbers/"]
    for page in [*pages, "/sitemap-countries.xml"]:
        text = client.get(page).text
        assert "uvalu" not in text, page
        assert "Botswana" not in text, page
