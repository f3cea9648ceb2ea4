"""Requests to a proxy with HTTPS, as browsers and hostile clients send them."""

import http.client
import socket
import ssl
from pathlib import Path
from typing import NamedTuple

# The name in the shipped files.
HOST = "learning.example.org"


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    text: str


class Proxy(NamedTuple):
    """A proxy on this machine that has the name HOST."""

    http: int
    https: int
    certificate: Path

    def tls(self, name=HOST, buffer=None):
        """Return a connection with TLS; a small buffer makes a slow reader."""
        plain = socket.socket()
        if buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        plain.settimeout(60)
        try:
            plain.connect(("127.0.0.1", self.https))
            context = ssl.create_default_context(cafile=self.certificate)
            return context.wrap_socket(plain, server_hostname=name)
        except OSError:
            plain.close()
            raise

    def request(self, method, address, body=None, *, secure=True, **headers):
        """Return the answer to one request, over a connection of its own."""
        client = http.client.HTTPConnection("127.0.0.1", self.http, timeout=60)
        if secure:
            client.sock = self.tls()
        try:
            client.request(method, address, body, {"Host": HOST} | headers)
            response = client.getresponse()
            return Answer(response.status, response.headers, response.read().decode())
        finally:
            client.close()

    def get(self, address, **options):
        return self.request("GET", address, **options)


def form(fields, **files):
    """Return body and type of a form with files, and the cookie that goes with its token."""
    boundary = "b" * 40
    head = f"--{boundary}\r\nContent-Disposition: form-data; name="
    parts = [
        f'{head}"{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in ({"csrfmiddlewaretoken": "a" * 32} | fields).items()
    ]
    parts += [
        f'{head}"{name}"; filename="{name}.jpg"\r\n\r\n'.encode() + content + b"\r\n"
        for name, content in files.items()
    ]
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Cookie": f"csrftoken={'a' * 32}",
        "Referer": f"https://{HOST}/",
    }
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), headers
