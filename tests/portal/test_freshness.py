"""No stale answers: readers in many connections to real server processes, while staff publish."""

import http.client
import os
import re
import threading
import time
from urllib.parse import urlsplit

import pytest
from django.db import connection

from cities.models import City
from tests import factories, running

READS, READERS, CHANGES = 10_000, 8, 300


def address_of_test_database():
    """As DATABASE_URL has it, so that a server of its own uses the very database of the test."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.mark.django_db(transaction=True)
def test_no_read_is_older_than_the_last_change_that_was_made(tmp_path):
    city = factories.city(slug="york", motto="Change 0 .")
    with running.portal(tmp_path, address_of_test_database()) as (port, _server):
        changed, stale = [0], []

        def read():
            visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            for _ in range(READS // READERS):
                before = changed[0]
                status, _headers, body = running.ask(visit, "/cities/york/")
                after = re.search(r"Change (\d+) \.", body)
                if status != 200 or after is None or int(after[1]) < before:
                    stale.append((status, before, after and after[1]))
            visit.close()

        readers = [threading.Thread(target=read) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        for number in range(1, CHANGES + 1):
            City.objects.filter(pk=city.pk).update(motto=f"Change {number} .")
            changed[0] = number
            time.sleep(0.01)
        for reader in readers:
            reader.join()
        assert stale == []
    connection.close()
