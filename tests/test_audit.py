"""`make audit` fails on its findings: scores, weight, layout shift, and blocking requests."""

import logging

import pytest
from django.core.management import call_command

from tools.audit import __main__ as audit
from tools.audit import lighthouse
from tools.audit.lighthouse import MOST_BYTES, MOST_FONT_BYTES, Run
from tools.audit.pages import AuditPage, find_pages
from tools.audit.portal import Portal
from tools.audit.report import Finding, Result
from tools.run_tests import Missing

FULL = {"performance": 100, "accessibility": 100, "best-practices": 100, "seo": 100}
PAGE = AuditPage("home", "/")
PORTAL = Portal("http://127.0.0.1:1", {})


def run(**changed):
    values = {
        "scores": FULL,
        "weight": MOST_BYTES,
        "fonts": MOST_FONT_BYTES,
        "pictures": 10**6,
        "shift": 0,
        "paint": 1500,
        "blocking": ["tokens.css", "site.css"],
        "failed": [],
    }
    return Run(**values | changed)


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({"scores": FULL | {"performance": 98}}, []),
        ({"scores": FULL | {"performance": 97}}, ["performance"]),
        ({"scores": FULL | {"accessibility": 99}}, ["accessibility"]),
        ({"scores": FULL | {"best-practices": 99, "seo": 99}}, ["best-practices", "seo"]),
        ({"weight": MOST_BYTES + 1}, ["weight without pictures and fonts"]),
        ({"fonts": MOST_FONT_BYTES + 1}, ["weight of fonts"]),
        ({"shift": 0.001}, ["layout shift"]),
        ({"blocking": ["site.css", "map.js"]}, ["holds up the page"]),
        ({"blocking": ["map.js"]}, ["holds up the page"]),
        ({"blocking": []}, []),
    ],
)
def test_a_value_over_its_limit_is_a_finding(changed, rules):
    assert [found.rule for found in lighthouse.exceeded_limits([run(**changed)])] == rules


def test_the_median_of_the_runs_counts_but_every_shift():
    slow, fast = run(scores=FULL | {"performance": 80}), run()
    assert list(lighthouse.exceeded_limits([slow, fast, fast])) == []
    moved = run(shift=0.1)
    assert list(lighthouse.exceeded_limits([moved, fast, fast])) == [
        Finding("0.100 of 0", "layout shift")
    ]


def test_a_report_of_lighthouse_is_read_by_kind_of_request():
    requests = [
        {"resourceType": "Document", "transferSize": 10_000},
        {"resourceType": "Stylesheet", "transferSize": 9_000},
        {"resourceType": "Font", "transferSize": 20_000},
        {"resourceType": "Image", "transferSize": 5_000},
        {"resourceType": "Script"},
    ]
    report = {
        "categories": {name: {"score": 0.99, "auditRefs": []} for name in FULL},
        "audits": {
            "network-requests": {"details": {"items": requests}},
            "cumulative-layout-shift": {"numericValue": 0.0123},
            "largest-contentful-paint": {"numericValue": 1200},
            "render-blocking-insight": {
                "details": {"items": [{"url": "http://127.0.0.1/static/site.0a1b2c3d4e5f.css"}]}
            },
        },
    }
    read = lighthouse.parse_report(report)
    assert (read.weight, read.fonts, read.pictures) == (19_000, 20_000, 5_000)
    assert (read.shift, read.paint, read.blocking) == (0.012, 1200, ["site.css"])
    assert read.scores == dict.fromkeys(FULL, 99)


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], ("0 findings on 1 pages (0 s)", False)),
        ([Finding("0.1 of 0", "layout shift")], ("1 findings on 1 pages (0 s)", True)),
    ],
)
def test_any_finding_fails_the_audit(findings, said, capsys):
    def check(portal, pages):
        yield from (Result("lighthouse", page, findings, []) for page in pages)

    assert audit.run("lighthouse", check, PORTAL, [PAGE]) == said
    assert ("layout shift" in capsys.readouterr().out) is bool(findings)


def test_a_missing_tool_fails_the_audit_only_where_all_are_required(monkeypatch):
    def check(portal, pages):
        raise Missing("Install it.")
        yield

    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    assert audit.run("vnu", check, PORTAL, [PAGE]) == ("NOT RUN: Install it.", False)
    monkeypatch.setenv("REQUIRE_ALL", "1")
    assert audit.run("vnu", check, PORTAL, [PAGE]) == ("NOT RUN: Install it.", True)


@pytest.mark.once
@pytest.mark.django_db
def test_the_audit_has_a_page_for_each_route(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    call_command("load_starter", verbosity=0)
    try:
        pages, forgotten = find_pages(PORTAL)
    finally:
        logging.disable(logging.NOTSET)
    assert forgotten == []
    assert len(pages) > 50
