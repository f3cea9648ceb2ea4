"""Reports of errors to a server of Sentry's protocol, from a portal in a process of its own."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import brotli
import pytest

from tests.processes import ROOT
from tests.settings import ENVIRONMENT

pytestmark = [pytest.mark.once, pytest.mark.processes]

PROGRAM = """
import django
django.setup()
from django.test import Client
from portal import views
def broken(self, request):
    secret = "a local variable"
    raise ValueError("no place for jane@example.org")
views.Home.get = broken
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "a-cookie"
response = client.get("/?q=jane", headers={"authorization": "Basic amFuZQ=="})
import sentry_sdk
sentry_sdk.flush(10)
print(response.status_code, response.headers["X-Request-ID"])
"""


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}
        self.server.envelopes.append(unpack[self.headers["Content-Encoding"]](body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def receiver():
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.envelopes = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(program, **settings):
    environment = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", program]
    ran = subprocess.run(
        command,
        env=environment | ENVIRONMENT | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()


def test_an_error_is_reported_without_data_of_people(receiver):
    dsn = f"http://public-key@127.0.0.1:{receiver.server_port}/7"
    status, number = run(PROGRAM, SENTRY_DSN=dsn)
    assert status == "500"
    [envelope] = receiver.envelopes
    event = json.loads(envelope.splitlines()[2])
    [error] = event["exception"]["values"][-1:]
    assert (error["type"], error["value"]) == ("ValueError", "no place for …@…")
    assert event["tags"] == {"request": number, "route": "home"}
    assert "request" not in event
    for secret in (b"jane", b"a-cookie", b"amFuZQ", b"a local variable", b"only-for-tests"):
        assert secret not in envelope


def test_without_a_dsn_the_library_is_not_loaded():
    loaded = "import sys, django; django.setup(); print('sentry_sdk' in sys.modules)"
    assert run(loaded) == ["False"]
