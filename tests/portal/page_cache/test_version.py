"""No stale pages: readers in many processes request real servers while content changes."""

import struct
import subprocess
import sys
import time

import pytest
from django.db import connection

from cities.models import City
from tests import factories, processes

READS, READERS, CHANGES = 10_000, 5, 200


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_no_read_of_the_content_version_is_older_than_the_last_committed_change(tmp_path):
    city = factories.city(slug="york", motto="Change 0 .")
    committed = tmp_path / "committed"
    committed.write_bytes(bytes(8))
    with (
        processes.portal(tmp_path, processes.database_of(connection)) as (
            port,
            _server,
        ),
        committed.open("r+b", buffering=0) as file,
    ):
        command = [
            sys.executable,
            processes.ROOT / "tests" / "stale_reader.py",
            str(port),
            "/cities/york/",
        ]
        command += [str(READS // READERS), committed]
        readers = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(READERS)
        ]
        for number in range(1, CHANGES + 1):
            City.objects.filter(pk=city.pk).update(motto=f"Change {number} .")
            file.seek(0)
            file.write(struct.pack("q", number))
            # Long enough for most reads to be of cached pages.
            time.sleep(0.02)
        stale = [reader.communicate()[0] for reader in readers]
    assert stale == [""] * READERS
    assert [reader.returncode for reader in readers] == [0] * READERS
