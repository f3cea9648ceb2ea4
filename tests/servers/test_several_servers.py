"""Two servers with separate folders, on one PostgreSQL, one Redis and one S3-compatible bucket.

They share the settings that docs/operations.md names, and nothing else.
"""

import http.client
import itertools
import os
import signal
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone

from cities.models import City
from portal.accounts.models import User
from portal.models import Report
from publishing.models import Picture
from publishing.revisions import snapshots
from publishing.revisions.drafts import keep_draft
from publishing.revisions.models import Action, Revision, Stage
from tests import factories, processes

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a" * 32


@pytest.fixture
def servers(tmp_path, settings):
    """Start `first` and `second` with their `port`; `bucket()` lists the keys of the pictures."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with ExitStack() as stack:
        redis = processes.free_port()
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", ""]
        stack.enter_context(processes.process(command))
        processes.wait_for_port(redis)
        bucket, client = stack.enter_context(processes.bucket())
        shared = bucket | {"REDIS_URL": f"redis://127.0.0.1:{redis}/0"}
        started = [
            stack.enter_context(
                processes.portal(tmp_path / name, processes.database_of(connection), **shared)
            )
            for name in ("first", "second")
        ]
        yield SimpleNamespace(
            first=started[0][0],
            second=started[1][0],
            processes=[process for _port, process in started],
            folders=[tmp_path / "first", tmp_path / "second"],
            bucket=lambda: [
                item["Key"]
                for item in client.list_objects_v2(Bucket="pictures").get("Contents", [])
            ],
        )


def post(port, address, fields, *, cookies="", files=(), source="127.0.0.1"):
    """Send a form; return the status, and the new cookies by name."""
    body, kind = urlencode(fields), "application/x-www-form-urlencoded"
    if files:
        lines = []
        for name, value in fields.items():
            lines += [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n']
        body = "".join(lines).encode()
        for name, file, content in files:
            head = (
                f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n\r\n'
            )
            body += head.encode() + content + b"\r\n"
        body, kind = body + b"--x--\r\n", "multipart/form-data; boundary=x"
    visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    try:
        headers = {"Cookie": f"csrftoken={TOKEN}; {cookies}", "Content-Type": kind}
        visit.request("POST", address, body, headers)
        response = visit.getresponse()
        response.read()
        given = [value.split(";")[0] for value in response.headers.get_all("Set-Cookie", [])]
        return response.status, dict(pair.split("=", 1) for pair in given)
    finally:
        visit.close()


def sign_in(port, password=factories.PASSWORD):
    fields = {"username": "anna@example.org", "password": password, "csrfmiddlewaretoken": TOKEN}
    status, cookies = post(port, "/admin/login/", fields)
    return status, f"sessionid={cookies.get('sessionid')}"


def report(port, message, source):
    fields = {"address": "/", "message": message, "csrfmiddlewaretoken": TOKEN}
    return post(port, "/report/", fields, source=source)[0]


def test_a_change_through_one_server_is_on_the_other_at_the_next_request(servers):
    first, second = servers.first, servers.second
    User.objects.create_superuser("anna@example.org", password=factories.PASSWORD)
    status, cookie = sign_in(first)
    assert status == 302
    # A session of the first server is valid on the second.
    assert processes.get(second, "/admin/", Cookie=cookie)[0] == 200
    assert processes.get(second, "/admin/")[0] == 302

    fields = {
        "title": "The library",
        "alternative_text": "Readers",
        "focal_point": "0.5x0.5",
        "credit": "Credit 1",
        "csrfmiddlewaretoken": TOKEN,
    }
    upload = [("file", "library.jpg", factories.image_bytes(size=(400, 300)))]
    address = "/admin/publishing/picture/add/"
    assert post(first, address, fields, cookies=cookie, files=upload)[0] == 302
    picture = Picture.objects.get()
    factories.city(slug="york", picture=picture)
    assert picture.file.name in servers.bucket()
    # The picture, twelve renditions for pages, and one for the desk.
    assert len(servers.bucket()) == 14
    for port in (first, second):
        status, headers, _body = processes.get_bytes(port, f"/media/{picture.file.name}")
        assert (status, headers["Content-Type"]) == (200, "image/jpeg")
    assert not any((folder / "media").exists() for folder in servers.folders)

    for number in range(2, 12):
        for here, there in ((first, second), (second, first)):
            credit = f"Credit {number} by {here}"
            assert credit not in processes.get(there, "/cities/york/")[2]
            change = f"/admin/publishing/picture/{picture.pk}/change/"
            fields |= {"credit": credit}
            assert post(here, change, fields, cookies=cookie)[0] == 302
            assert credit in processes.get(there, "/cities/york/")[2]
            assert credit in processes.get(here, "/cities/york/")[2]


def test_rate_limits_are_shared_by_the_servers(servers):
    statuses = [
        report(port, "Wrong", "127.0.0.9")
        for port in (servers.first, servers.second, servers.first) * 7
    ]
    assert statuses == [302] * 20 + [429]
    User.objects.create_superuser("anna@example.org", password=factories.PASSWORD)
    tries = [sign_in(port, "wrong")[0] for port in (servers.first, servers.second) * 3]
    assert tries == [200, 200, 200, 200, 429, 429]
    assert sign_in(servers.second)[0] == 429


def test_a_scheduled_record_is_public_on_time_on_both_servers(servers):
    both = (servers.first, servers.second)
    for port in both:
        processes.get(port, "/cities/")
    moment = timezone.now() + timedelta(seconds=2)
    City.objects.filter(pk=factories.city(name="Soon").pk).update(published_at=moment)
    seen = set()
    while timezone.now() < moment + timedelta(seconds=0.5):
        for port in both:
            before = timezone.now()
            count = processes.get(port, "/cities/")[2].count(">Soon<")
            if timezone.now() < moment or before >= moment:
                assert count == (before >= moment)
                seen.add((port, count))
    assert seen == {(port, count) for port in both for count in (0, 1)}


def test_a_scheduled_draft_is_published_once_and_on_time_on_both_servers(servers):
    city = factories.city(slug="york", motto="The old words")
    content = snapshots.take(city)
    content["fields"]["motto"] = "The new words"
    moment = timezone.now() + timedelta(seconds=3)
    person = factories.user()
    keep_draft(city, content, Action.SCHEDULED, person, "Why", stage=Stage.SCHEDULED, due_at=moment)
    seen, wrong = set(), []

    def visit(port):
        while (before := timezone.now()) < moment + timedelta(seconds=1):
            status, _headers, page = processes.get(port, "/cities/york/")
            told = (status, "The old words" in page, "The new words" in page)
            if before >= moment or timezone.now() < moment:
                seen.add((port, told))
                if told != (200, before < moment, before >= moment):
                    wrong.append((before - moment, port, told))

    visitors = [
        threading.Thread(target=visit, args=(port,)) for port in (servers.first, servers.second) * 3
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert wrong == []
    assert len(seen) == 4
    history = Revision.objects.order_by("pk").values_list("action", "stage")
    assert list(history) == [(Action.SCHEDULED, ""), (Action.PUBLISHED, "")]


def test_a_server_that_is_killed_loses_no_write_that_it_acknowledged(servers):
    acknowledged, failed = [], []

    def write(writer):
        for number in range(15):
            # Four from each address of this machine: the portal lets one visitor send five, and
            # one may be counted by the server that is killed before it answers.
            source = f"127.0.{writer + 1}.{number // 4 + 1}"
            message = f"{writer}-{number}"
            ports = (servers.first, servers.second)[:: 1 if number % 2 else -1]
            # A server that has many forms at once asks to send one again.
            for port in itertools.islice(itertools.cycle(ports), 200):
                try:
                    if report(port, message, source) == 302:
                        acknowledged.append(message)
                        break
                    time.sleep(0.05)
                except (OSError, http.client.HTTPException):
                    failed.append(message)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(6)]
    for writer in writers:
        writer.start()
    while len(acknowledged) < 20:
        time.sleep(0.01)
    os.killpg(servers.processes[0].pid, signal.SIGKILL)
    for writer in writers:
        writer.join()
    assert failed
    assert len(acknowledged) == 90
    assert set(acknowledged) <= set(Report.objects.values_list("message", flat=True))
