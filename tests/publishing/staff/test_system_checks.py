"""System checks of admins whose saves cannot be rehearsed."""

from django.contrib import admin

from cities.admin import CityAdmin
from cities.models import City
from partners.models import Organisation
from publishing.models import Picture
from publishing.staff.change_form import DraftAdmin


def problems(desk, model):
    return [message.id for message in desk(model, admin.site).check()]


def test_the_admins_of_the_portal_can_be_rehearsed():
    rehearsed = [desk for desk in admin.site._registry.values() if isinstance(desk, DraftAdmin)]
    assert {type(desk).__name__ for desk in rehearsed} >= {"CityAdmin", "PageAdmin", "SiteAdmin"}
    assert [message for desk in rehearsed for message in desk.check()] == []


def test_no_rehearsed_record_has_a_file():
    assert problems(DraftAdmin, Picture) == ["publishing.E001"]


def test_rows_of_a_form_are_parts_of_the_record():
    assert problems(DraftAdmin, Organisation) == ["publishing.E004"]


def test_lists_of_the_desk_are_not_editable():
    class Listed(CityAdmin):
        list_display = ("name", "motto")
        list_editable = ("motto",)

    assert problems(Listed, City) == ["publishing.E005"]
