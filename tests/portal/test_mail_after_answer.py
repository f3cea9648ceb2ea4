"""Mail is sent after the answer: nobody waits for the mail server, and no letter is lost."""

import http.client
import socketserver
import threading
from urllib.parse import urlencode

import pytest
from django.db import connection

from tests import factories, processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


class Letterbox(socketserver.StreamRequestHandler):
    """A mail server that greets when it is told to, and keeps the letters."""

    def handle(self):
        self.server.may_greet.wait(60)
        self.say("220 letterbox")
        while line := self.rfile.readline().strip():
            if line.upper() == b"DATA":
                self.say("354 go on")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
            self.say("221 bye" if line.upper() == b"QUIT" else "250 ok")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def letterbox():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Letterbox) as server:
        server.may_greet, server.letters = threading.Event(), []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.may_greet.set()
        server.shutdown()


def ask_for_link(port, address):
    token = "a" * 32
    headers = {
        "Cookie": f"csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        fields = urlencode({"csrfmiddlewaretoken": token, "email": address})
        visit.request("POST", "/admin/password-reset/", fields, headers)
        response = visit.getresponse()
        return response.status, response.headers["Location"]
    finally:
        visit.close()


def test_a_link_is_mailed_after_the_answer_also_when_the_server_stops(tmp_path, letterbox):
    anna = factories.user(email="anna@example.org")
    mail = {"EMAIL_URL": f"smtp://127.0.0.1:{letterbox.server_address[1]}", "HTTPS": "off"}
    database = processes.database_of(connection)
    with processes.portal(tmp_path, database, **mail) as (port, server):
        answers = [ask_for_link(port, address) for address in (anna.email, "nobody@example.org")]
        assert answers == [(302, "/admin/password-reset/done/")] * 2
        assert letterbox.letters == []
        letterbox.may_greet.set()
        server.terminate()
        assert server.wait(60) == 0
    [letter] = letterbox.letters
    assert "To: anna@example.org" in letter
    assert f"http://127.0.0.1:{port}/admin/reset/" in letter
