"""Every address and every field of the desk with keys and numbers that no database holds: no 500.

The addresses come from the URL patterns and the fields from the forms, so new ones are tried too.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from cities.models import City
from publishing.models import CommentThread, OpenDraft, Publishable
from tests import factories
from tests.admin_pages import admin_url, read_form
from tests.portal.staff import two_cities
from tests.staff_fixtures import signed_in

NINES = "9" * 23
# Signs out, sends letters or ends a session.
LEFT_ALONE = ("logout", "password_reset", "password_reset_confirm", "password_reset_done")


@pytest.fixture
def desk(db) -> dict[type, Any]:
    return two_cities.shared() | two_cities.place("Wakefield", "Alder")


@pytest.fixture
def superuser(desk) -> Client:
    client = signed_in(factories.superuser())
    client.raise_request_exception = False
    return client


@pytest.fixture
def tied_editor(desk) -> Client:
    client = two_cities.somebody("tied Editor", desk[City])
    client.raise_request_exception = False
    return client


def routes(resolver: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name and the whole route of every address of the desk."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern) and route.startswith("admin/"):
            yield pattern.name or "", route


PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def filled(route: str, value: str) -> str:
    return "/" + PARAMETER.sub(lambda _: value, route).strip("^$").replace("\\Z", "")


def failures(client: Client, requests: Any) -> list[str]:
    """Return the requests that were answered with 500 or more."""
    failed = []
    for method, address, data in requests:
        response = getattr(client, method)(address, data)
        if response.status_code >= 500:
            failed.append(f"{method} {address[:120]} {str(data)[:300]}")
    return failed


def requests_to_every_address(values: list[str]) -> list[tuple[str, str, dict[str, Any]]]:
    addresses = {
        filled(route, value).replace("\x00", "%00")
        for name, route in routes()
        if name not in LEFT_ALONE and PARAMETER.search(route)
        for value in values
    }
    return [(method, a, {}) for a in sorted(addresses) for method in ("get", "post")]


def test_no_address_of_the_desk_breaks_at_a_hostile_key(superuser, unrendered):
    requests = requests_to_every_address([NINES, "\x00"])
    assert len(requests) > 200
    assert failures(superuser, requests) == []


def test_no_address_breaks_for_an_editor_of_one_city(tied_editor, unrendered):
    assert failures(tied_editor, requests_to_every_address([NINES])) == []


def test_no_view_of_a_record_breaks_at_a_hostile_number_in_the_query(superuser, desk, unrendered):
    """Pages, revisions, drafts, working copies: every parameter that any view of a record reads."""
    names = ["page", "p", "o", "_take", "_to_field", "_popup", "_changelist_filters", "e", "all"]
    queries = [dict.fromkeys(names, value) for value in (NINES, "1 or 1=1", "\x00")]
    addresses = []
    for model, record in desk.items():
        addresses += [admin_url(model, page) for page in ("changelist", "add")]
        addresses += [admin_url(model, page, record.pk) for page in ("change", "history", "delete")]
    requests = [("get", address, query) for address in addresses for query in queries]
    assert failures(superuser, requests) == []


def numeric_queries(model_admin: ModelAdmin) -> Iterator[dict[str, str]]:
    """Yield queries of a list that filter by every key, number and moment of its model."""
    for field in model_admin.model._meta.fields:
        kinds = ["", "__exact", "__gte", "__in"]
        if "Date" in field.get_internal_type():
            kinds = ["__year", "__gte"]
        path = f"{field.name}__{field.target_field.name}" if field.remote_field else field.name
        for kind in kinds:
            yield from ({f"{path}{kind}": value} for value in (NINES, "1 or 1=1"))
    if hierarchy := model_admin.date_hierarchy:
        for year in (NINES, "0", "9999", "10000", "-1"):
            for rest in ({}, {"month": "12"}, {"month": "12", "day": "31"}, {"month": NINES}):
                parts = {"year": year} | rest
                yield {f"{hierarchy}__{part}": value for part, value in parts.items()}


LISTS = list(admin.site._registry.values())
# Drafts and the records of axes have no form.
WITHOUT_FORMS = (CommentThread, OpenDraft)
FORMS = [one for one in LISTS if one.model not in WITHOUT_FORMS and one.opts.app_label != "axes"]


def each(admins: list[ModelAdmin]) -> Any:
    return pytest.mark.parametrize("model_admin", admins, ids=lambda one: one.opts.label)


@each(LISTS)
def test_no_filter_of_a_list_breaks_at_a_hostile_number(superuser, unrendered, model_admin):
    address = admin_url(model_admin.model, "changelist")
    requests = [("get", address, query) for query in numeric_queries(model_admin)]
    assert failures(superuser, requests) == []


@each(LISTS)
def test_no_bulk_action_breaks_at_a_hostile_key(superuser, unrendered, model_admin):
    names = [name for _function, name, _description in model_admin._get_base_actions()]
    requests = [
        ("post", admin_url(model_admin.model, "changelist"), {"action": n, "_selected_action": v})
        for n in (*names, NINES)
        for v in (NINES, "1 or 1=1", "\x00")
    ]
    assert failures(superuser, requests) == []


@each(LISTS)
def test_no_autocomplete_breaks_at_a_hostile_key(superuser, unrendered, model_admin):
    options = model_admin.opts
    fields = [f.name for f in (*options.fields, *options.many_to_many) if f.remote_field]
    place = {"app_label": options.app_label, "model_name": options.model_name}
    requests = [
        ("get", "/admin/autocomplete/", place | {"field_name": name, "term": value, "page": value})
        for name in (*fields, NINES)
        for value in (NINES, "\x00", "9" * 5000)
    ]
    assert failures(superuser, requests) == []


def forms(client: Client, model: Any, record: Any) -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Yield the addresses that take a form of a model, and the fields of the form."""
    base = admin_url(model, "changelist")
    for place in ("add", f"{record.pk}/change"):
        response = client.get(f"{base}{place}/")
        if response.status_code != 200:
            continue
        fields = read_form(response, model).fields
        addresses = [f"{base}{place}/"]
        if issubclass(model, Publishable):
            root = f"{base}{place.removesuffix('/change')}"
            addresses += [f"{root}/preview/", f"{root}/working/"]
        yield addresses, fields


def hostile_forms(client: Client, model: Any, record: Any, values: list[str]) -> Iterator[Any]:
    """Yield requests with every key, then with every field but those that nothing works without."""
    relations = {field.name for field in model._meta.get_fields() if field.is_relation}
    left = ("csrfmiddlewaretoken", "name", "title")
    for addresses, fields in forms(client, model, record):
        keys = {name for name in fields if name.rpartition("-")[2] in relations} | relations
        rest = {name for name in fields if name not in left and not name.endswith("_FORMS")}
        for value in values:
            for names in (keys, rest):
                typed = fields | {name: [value] for name in names}
                yield from (("post", address, typed) for address in addresses)


@each(FORMS)
def test_no_form_breaks_at_a_hostile_key_or_number(superuser, desk, model_admin):
    model = model_admin.model
    values = [NINES, "1 or 1=1"]
    assert failures(superuser, hostile_forms(superuser, model, desk[model], values)) == []


@each([one for one in FORMS if one.model in two_cities.DIVIDED])
def test_no_form_breaks_for_an_editor_of_one_city(tied_editor, desk, model_admin):
    model = model_admin.model
    assert failures(tied_editor, hostile_forms(tied_editor, model, desk[model], [NINES])) == []
