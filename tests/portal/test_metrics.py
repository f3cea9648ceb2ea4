"""`/metrics`: the counters of all worker processes, for whoever has the token."""

import re

import pytest
from django.db import connection

from tests import factories, processes

TOKEN = "a token of the tests"


def value(text, name):
    match = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(match[1]) if match else None


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_counters_of_two_workers_are_added_up(tmp_path):
    factories.city(slug="york")
    address = processes.database_of(connection)
    with processes.portal(tmp_path, address, METRICS_TOKEN=TOKEN, LOG_LEVEL="ERROR") as (port, _):
        for _ in range(20):
            assert processes.get(port, "/cities/york/")[0] == 200
        assert processes.get(port, "/nothing/")[0] == 404
        assert processes.get(port, "/metrics")[0] == 401
        assert processes.get(port, "/metrics", Authorization="Bearer wrong")[0] == 401
        status, headers, text = processes.get(port, "/metrics", Authorization=f"Bearer {TOKEN}")
        assert (status, headers["Cache-Control"].startswith("max-age=0")) == (200, True)
    hits = value(text, 'portal_page_cache_total{outcome="hit"}')
    misses = value(text, 'portal_requests_total{route="cities:detail",status="2xx"}')
    assert hits + misses == 20
    assert misses in {1, 2}
    assert value(text, 'portal_requests_total{route="metrics",status="4xx"}') == 2
    assert value(text, 'portal_requests_total{route="page",status="4xx"}') == 1
    assert value(text, "portal_reports_open") == 0
    assert value(text, 'portal_request_seconds_count{part="public"}') >= misses + 3


@pytest.mark.django_db
def test_without_a_token_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
