"""Two people at one record: no change of either is lost, in any order of saves."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from cities.models import City
from publishing.models import Revision
from publishing.revisions import snapshots
from publishing.revisions.models import open_draft
from publishing.staff.form_request import sign_content
from tests import factories
from tests.admin_pages import admin_url, errors, open_form, read_form, save_form
from tests.staff_fixtures import signed_in


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", motto="Old", note="Old")


@pytest.fixture
def other(db):
    return signed_in(factories.user("Publishers", name="Ada Byron"))


def send(client, record, form, **changes):
    return client.post(admin_url(record, "change", record.pk), form | changes)


def answer(client, record, page, **choices):
    """Fill in the page with the conflicts, and send it."""
    more = {f"_{key}": choices.pop(key) for key in ("confirmed", "result") if key in choices}
    conflicts = {f"_choice:{key.replace('__', '/')}": choice for key, choice in choices.items()}
    sent: dict[str, list[str]] = {}
    for name, value in page.context["posted"]:
        sent.setdefault(name, []).append(value)
    sent["_seen"] = [page.context["seen"]]
    return client.post(admin_url(record, "change", record.pk), sent | conflicts | more)


def save_result(client, record, page, **choices):
    """Confirm the result that the page shows."""
    assert 'value="Save this result"' in page.text
    confirmed = {"confirmed": page.context["confirmed"]}
    return answer(client, record, page, **choices, **confirmed)


def award(year, key=""):
    return {"awards-TOTAL_FORMS": "1", "awards-0-year": str(year), "awards-0-id": key}


def test_changes_of_different_fields_and_rows_are_merged(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    assert send(other, city, theirs, note="Theirs", **award(2015)).status_code == 302
    assert send(publisher, city, mine, motto="Mine", **award(2017)).status_code == 302
    assert City.objects.values_list("motto", "note").get() == ("Mine", "Theirs")
    assert [row.year for row in city.awards.all()] == [2015, 2017]


def test_a_change_of_the_same_field_is_a_conflict(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, motto="Theirs", note="Theirs")
    page = send(publisher, city, mine, motto="Mine", subdivision="England")
    assert page.status_code == 409
    assert [row[:6] for row in page.context["conflicts"]] == [
        ("fields/motto", "Motto", "Old", "Mine", "Theirs", False)
    ]
    assert "Ada Byron saved “Leeds”" in page.text
    assert City.objects.get().motto == "Theirs"
    assert answer(publisher, city, page, fields__motto="mine").status_code == 302
    assert City.objects.values_list("motto", "note", "subdivision").get() == (
        "Mine",
        "Theirs",
        "England",
    )


def test_a_conflict_is_solved_by_choosing_theirs_or_both(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, motto="Theirs", note="Theirs")
    page = send(publisher, city, mine, motto="Mine", note="Mine")
    assert [row.can_join for row in page.context["conflicts"]] == [True, False]
    page = answer(publisher, city, page, fields__motto="theirs", fields__note="both")
    assert City.objects.values_list("motto", "note").get() == ("Theirs", "Theirs")
    save_result(publisher, city, page, fields__motto="theirs", fields__note="both")
    assert City.objects.values_list("motto", "note").get() == ("Theirs", "Theirs\n\nMine")


def test_a_conflict_without_a_choice_is_shown_again(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, motto="Theirs")
    page = send(publisher, city, mine, motto="Mine")
    assert answer(publisher, city, page, fields__motto="nonsense").status_code == 409
    assert answer(publisher, city, page, fields__name="mine").status_code == 409
    assert City.objects.get().motto == "Theirs"


def test_a_choice_of_a_conflict_counts_only_for_the_values_shown(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, motto="Theirs")
    page = send(publisher, city, mine, motto="Mine")
    save_form(other, city, motto="Theirs again")
    page = answer(publisher, city, page, fields__motto="mine")
    assert [row.theirs for row in page.context["conflicts"]] == ["Theirs again"]


def test_a_row_changed_by_one_and_removed_by_the_other_is_a_conflict(publisher, other, city):
    key = str(factories.award(city=city, year=2015).pk)
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, **{"awards-0-DELETE": "on"})
    page = send(publisher, city, mine, **{"awards-0-year": "2017"})
    (conflict,) = page.context["conflicts"]
    assert (conflict.mine, conflict.theirs) == ("year: 2017", "")
    answer(publisher, city, page, **{f"rows__awards__{key}": "mine"})
    assert [(str(row.pk), row.year) for row in city.awards.all()] == [(key, 2017)]


def test_the_same_row_added_by_both_is_refused_in_a_sentence(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, **award(2015))
    response = send(publisher, city, mine, motto="Mine", **award(2015))
    (said,) = errors(response)["__all__"]
    assert said == "Learning city award: The award of this year is already in the list."
    assert 'value="Mine"' in response.text


def test_two_drafts_of_one_record_become_one(publisher, other, city):
    mine, theirs = open_form(publisher, city), open_form(other, city)
    send(other, city, theirs, note="Theirs", _draft="1")
    send(publisher, city, mine, motto="Mine", _draft="1")
    fields = open_draft(city).content["fields"]
    assert (fields["motto"], fields["note"]) == ("Mine", "Theirs")
    assert City.objects.values_list("motto", "note").get() == ("Old", "Old")


def test_a_form_opened_before_a_draft_was_published_is_merged(publisher, other, city):
    mine = open_form(publisher, city)
    save_form(other, city, note="Theirs", _draft="1")
    draft = open_draft(city)
    other.post(admin_url(city, "draft", city.pk), {"draft": draft.pk, "decision": "publish"})
    send(publisher, city, mine, motto="Mine")
    assert City.objects.values_list("motto", "note").get() == ("Mine", "Theirs")


def test_a_form_opened_before_an_upgrade_has_no_false_conflicts(publisher, other, city):
    City.objects.update(profile="<blockquote>One.</blockquote><p>Two.</p>")
    fields = open_form(publisher, city)
    start = snapshots.take(city)
    start["fields"]["profile"] = "<blockquote>One.</blockquote><p>Two.</p>"
    fields["_start"] = sign_content(city, start)
    save_form(other, city, profile="<blockquote>One, theirs.</blockquote><p>Two.</p>")
    fields["profile"] = "<blockquote>One.</blockquote><p>Two, mine.</p>"
    publisher.post(admin_url(City, "change", city.pk), fields)
    result = "<blockquote><p>One, theirs.</p></blockquote><p>Two, mine.</p>"
    assert City.objects.get().profile == result


def test_a_form_of_a_record_deleted_meanwhile_redirects(publisher, city):
    form = open_form(publisher, city)
    City.objects.all().delete()
    assert send(publisher, city, form, motto="Mine").status_code == 302


# -- Every order of things -----------------------------------------------------------------

steps = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from(["open", "open", "save", "draft", "publish", "import"]),
    ),
    min_size=4,
    max_size=9,
)


@pytest.mark.django_db(transaction=True)
def test_no_order_of_opening_saving_and_publishing_loses_a_field():
    """Each of two people edits a field and a row of their own; all saved values must be there."""
    editors = [signed_in(factories.user("Publishers")) for _number in range(2)]

    @settings(max_examples=8)
    @given(steps)
    def check(plan):
        city = factories.city()
        names, years = ("motto", "official_name"), (2015, 2017)
        rows = [factories.award(city=city, year=year) for year in years]
        forms = [open_form(editor, city) for editor in editors]
        expected = {"source": "", names[0]: "", names[1]: "", years[0]: "", years[1]: ""}
        for number, (who, what) in enumerate(plan):
            text = f"Text {number}"
            if what == "open":
                forms[who] = open_form(editors[who], city)
            elif what == "import":
                City.objects.filter(pk=city.pk).update(source=text)
                expected["source"] = text
            elif what == "publish":
                publish(editors[who], city)
            else:
                place = [row.year for row in city.awards.all()].index(years[who])
                typed = {names[who]: text, f"awards-{place}-source": text}
                button = {"_draft": "1"} if what == "draft" else {"_save": "1"}
                response = send(editors[who], city, forms[who] | typed, **button)
                assert response.status_code == 302
                expected |= {names[who]: text, years[who]: text}
                forms[who] = open_form(editors[who], city)
        publish(editors[0], city)
        said = City.objects.filter(pk=city.pk).values("source", *names).get()
        said |= {row.year: row.source for row in city.awards.all()}
        assert said == expected
        assert {row.pk for row in city.awards.all()} == {row.pk for row in rows}

    check()


def publish(client, city):
    if draft := open_draft(city):
        address = admin_url(city, "draft", city.pk)
        response = client.post(address, {"draft": draft.pk, "decision": "publish"})
        assert response.status_code == 302


# -- At the same instant -------------------------------------------------------------------


def at_once(*jobs):
    gate = Barrier(len(jobs))

    def run(job):
        try:
            gate.wait(20)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("button", ["_save", "_draft"])
def test_two_saves_at_the_same_instant_are_merged(button):
    city = factories.city(motto="Old", note="Old")
    editors = [signed_in(factories.user("Publishers")) for _number in range(2)]
    forms = [open_form(editor, city) for editor in editors]
    mine, theirs = {"motto": "Mine", button: "1"}, {"note": "Theirs", button: "1"}
    answers = at_once(
        lambda: send(editors[0], city, forms[0], **mine),
        lambda: send(editors[1], city, forms[1], **theirs),
    )
    assert [one.status_code for one in answers] == [302, 302]
    draft = open_draft(city)
    said = draft.content if draft else snapshots.take(city)
    assert (said["fields"]["motto"], said["fields"]["note"]) == ("Mine", "Theirs")
    assert Revision.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_field_at_the_same_instant_are_a_conflict_for_one():
    city = factories.city(motto="Old")
    editors = [signed_in(factories.user("Publishers")) for _number in range(3)]
    forms = [open_form(editor, city) for editor in editors]
    answers = at_once(
        *[
            lambda who=who: send(editors[who], city, forms[who], motto=f"Text {who}")
            for who in range(3)
        ]
    )
    saved = [who for who, one in enumerate(answers) if one.status_code == 302]
    assert len(saved) == 1
    assert City.objects.get().motto == f"Text {saved[0]}"
    for who, one in enumerate(answers):
        if who not in saved:
            # A conflict, or a request to save again, with the typed text in the form.
            assert one.status_code == 409 or read_form(one, city).fields["motto"] == [f"Text {who}"]
