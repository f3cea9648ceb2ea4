"""The portal that is attacked: fresh, on SQLite, with starter content and a large picture."""

from __future__ import annotations

import http.client
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from PIL import Image

from tools.audit.portal import ROOT, temporary_portal

# Noise is compressed badly: a picture near the limit of ten megabytes.
LARGE, PHOTO = (2300, 1500), (4000, 3000)
MAKE_SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from portal.accounts.models import User
user = User.objects.get(is_superuser=True)
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "portal.roles.Backend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(session.session_key)
"""


class Answer(NamedTuple):
    """The response to a request, without following it elsewhere."""

    status: int
    body: bytes
    location: str


class Target(NamedTuple):
    """A portal, the session of an administrator, and the pictures that attackers use."""

    port: int
    session: str
    picture: str
    photo: bytes
    environment: dict[str, str]
    folder: Path

    def upload(self, content: bytes) -> int:
        """Add a picture to the library; return the status of the response."""
        return self.post(
            "/admin/publishing/picture/add/",
            {
                "title": f"Hall {secrets.token_hex(4)}",
                "alternative_text": "A hall",
                "credit": "Nobody",
                "licence": "CC BY 4.0",
                "focal_point": "0.5x0.5",
            },
            {"file": ("hall.jpg", content)},
        ).status

    def get(self, address: str, session: str = "") -> Answer:
        return self.request("GET", address, session=session)

    def post(
        self,
        address: str,
        fields: dict[str, str],
        files: dict[str, tuple[str, bytes]] | None = None,
        **headers: str,
    ) -> Answer:
        """Send a form as the administrator."""
        boundary, body = secrets.token_hex(16), BytesIO()
        for name, value in ({"csrfmiddlewaretoken": "a" * 32} | fields).items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
            body.write(f"{head}\r\n\r\n{value}\r\n".encode())
        for name, (filename, content) in (files or {}).items():
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
            body.write(f'{head}; filename="{filename}"\r\n\r\n'.encode() + content + b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        kind = f"multipart/form-data; boundary={boundary}"
        headers |= {"Content-Type": kind}
        return self.request("POST", address, body.getvalue(), session=self.session, **headers)

    def request(
        self, method: str, address: str, body: bytes = b"", session: str = "", **headers: str
    ) -> Answer:
        """Return a response, over a connection of its own."""
        cookies = f"csrftoken={'a' * 32}" + (f"; sessionid={session}" if session else "")
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            client.request(method, address, body or None, headers | {"Cookie": cookies})
            response = client.getresponse()
            return Answer(response.status, response.read(), response.headers["Location"] or "")
        finally:
            client.close()


@contextmanager
def target() -> Iterator[Target]:
    """Serve a fresh portal with a signed-in administrator and a picture of about ten megabytes."""
    with temporary_portal() as portal:
        environment = os.environ | portal.environment
        folder = Path(portal.environment["DATA_DIR"])
        session = run(["shell", "-v", "0", "-c", MAKE_SESSION], environment)
        # Beside the library: what counts is how a file is served.
        picture = folder / "media" / "pictures" / "noise.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(noise(LARGE, "PNG"))
        yield Target(
            port=urlsplit(portal.address).port or 80,
            session=session,
            picture="/media/pictures/noise.png",
            photo=noise((1000, 750), "JPEG", enlarged=PHOTO),
            environment=environment,
            folder=folder,
        )


def run(command: list[str], environment: dict[str, str]) -> str:
    """Run a command of manage.py and return what it printed."""
    whole: Any = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return str(whole.stdout).strip()


def noise(size: tuple[int, int], kind: str, enlarged: tuple[int, int] | None = None) -> bytes:
    """Return a picture of noise, or of noise enlarged to look like a photograph."""
    image = Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))
    if enlarged:
        image = image.resize(enlarged)
    written = BytesIO()
    image.save(written, kind, quality=85)
    return written.getvalue()
