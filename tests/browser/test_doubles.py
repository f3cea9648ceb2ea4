"""The notice of near-doubles in Chromium, while a name is typed."""

import pytest
from django.urls import reverse

from tests import factories
from tests.browser.test_desk import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_record_of_nearly_the_same_name_is_offered_while_the_name_is_typed(page):
    network = factories.network(name="Réseau d’Évora")
    sign_in(page)
    page.goto(reverse("admin:partners_network_add"))
    notice = page.locator(".field-name .doubles")
    page.fill("#id_name", "reseau d'evorra")
    link = notice.locator("a")
    link.wait_for()
    assert notice.inner_text().strip() == "There is already Réseau d’Évora."
    assert link.get_attribute("href").endswith(f"/{network.pk}/change/")
    page.fill("#id_name", "Quite another")
    notice.locator("p").wait_for(state="detached")
    assert notice.inner_text() == ""
