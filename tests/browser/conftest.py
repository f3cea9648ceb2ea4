"""Chromium with a live server; a page that prints an error in its console fails."""

import os

import pytest
from playwright.sync_api import sync_playwright

from tools.run_tests import find_chromium

ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()


@pytest.fixture(scope="session")
def chromium():
    # Playwright's loop runs in this thread, so Django would refuse to use the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(chromium, live_server):
    """Return a function that opens pages with options of a browser context, such as
    `java_script_enabled=False`.

    Expected console messages go into `new_page.expected`, in full or in part.
    """
    contexts, said = [], []

    def make(**options):
        context = chromium.new_context(base_url=live_server.url, **options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: line.type == "error" and said.append(line.text))
        return page

    make.expected = []
    yield make
    for context in contexts:
        context.close()
    assert [line for line in said if not any(part in line for part in make.expected)] == []


@pytest.fixture
def page(new_page):
    return new_page(viewport={"width": 1280, "height": 900})
