"""Set-up of every test: an empty cache, and marks for tests that need a browser or a server."""

import gc
import os
import shutil
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db.models.signals import post_save
from hypothesis import settings

from tools.run_tests import find_chromium, find_deployment, find_engines

# No deadline, because a busy machine is slow and not wrong; the same examples every time, so that
# a failure can be repeated.
settings.register_profile("portal", deadline=None, derandomize=True, database=None)
settings.load_profile("portal")
# Rendered pages leave much garbage in cycles; looking for it seldom saves a tenth of the time.
gc.set_threshold(100_000, 50, 100)
HERE = Path(__file__).parent
DATABASE = {"db", "transactional_db", "live_server", "databases"}


@pytest.fixture(autouse=True)
def empty_cache():
    """Clear the cache, so that no test sees another's values."""
    cache.clear()


@pytest.fixture(autouse=True)
def downloads_over():
    """Collect downloads that a test did not read to the end: each holds a place for the next."""
    yield
    from publishing.slow_clients import downloads

    if downloads.taken:
        gc.collect()


@pytest.fixture
def unrendered(monkeypatch):
    """Answer with empty pages: for tests of statuses alone, where rendering is most of the time."""
    monkeypatch.setattr("django.template.response.SimpleTemplateResponse.rendered_content", "")


@pytest.fixture
def renditions(settings, tmp_path):
    """Make the renditions of a picture when it is saved, as in the portal."""
    # Models can be imported only after Django is set up, which is later than this file.
    from publishing.models import Picture

    settings.MEDIA_ROOT = tmp_path / "media"
    settings.IMAGEFIELD_AUTOGENERATE = True
    generate = Picture._meta.get_field("file")._generate_files
    post_save.connect(generate, sender=Picture)
    yield
    post_save.disconnect(generate, sender=Picture)


def pytest_collection_modifyitems(items):
    """Mark tests that need no database, and by their folder those that need more than Python.

    The latter are skipped where the program is missing, or fail with REQUIRE_ALL=1.
    """
    for item in items:
        if not item.get_closest_marker("django_db") and DATABASE.isdisjoint(item.fixturenames):
            item.add_marker("once")
    has_servers = os.environ.get("TEST_DATABASE_URL") and shutil.which("redis-server")
    for name, found, advice in (
        ("browser", find_chromium(), "no Chromium: install it or set CHROMIUM to its path"),
        ("engines", find_engines(), "no WebKitWebDriver, Xvfb or Firefox: install them"),
        ("text_browser", shutil.which("w3m"), "no w3m: install it"),
        (
            "deployment",
            find_deployment(),
            "no nginx, caddy, systemd-analyze or openssl: install them",
        ),
        ("servers", has_servers, "no PostgreSQL or no redis-server: `make test-all` has both"),
    ):
        for item in items:
            if HERE / name in item.path.parents:
                item.add_marker(name)
                if not found and os.environ.get("REQUIRE_ALL") != "1":
                    item.add_marker(pytest.mark.skip(reason=advice))


def pytest_addoption(parser):
    parser.addoption(
        "--write-table", action="store_true", help="write tests/portal/staff/role_matrix.txt anew"
    )
