"""Two simultaneous loads of the starter content."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection

from cities.models import City
from portal.models import StarterRow
from tests.portal.starter.folder import StarterFolder

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_loads_at_once_load_everything_once(tmp_path):
    folder = StarterFolder(tmp_path).write()
    start = Barrier(2)

    def load() -> str:
        output = StringIO()
        try:
            start.wait(timeout=20)
            call_command("load_starter", folder=Path(folder), stdout=output)
        finally:
            connection.close()
        return output.getvalue()

    with ThreadPoolExecutor(2) as threads:
        said = sorted(future.result() for future in [threads.submit(load), threads.submit(load)])
    rest = "0 changed, 0 left as staff have them, 0 deleted by staff.\n"
    assert said == [f"Loaded 18 rows: 0 new, {rest}", f"Loaded 18 rows: 18 new, {rest}"]
    assert (City.objects.count(), StarterRow.objects.count()) == (3, 18)
