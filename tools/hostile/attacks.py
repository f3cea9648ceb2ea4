"""Attacks of hostile or merely slow clients, each from many connections at once."""

from __future__ import annotations

import http.client
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import NamedTuple
from urllib.parse import urlencode

from tools.hostile.target import Target

# The address that a slow client connects to takes so little that its own buffer hides nothing.
SMALL_BUFFER = 2048


class Attack(NamedTuple):
    """An attack: its clients, and what each of them does until the event is set."""

    title: str
    clients: int
    act: Callable[[Target, Event], None]


def connect(target: Target) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
    client.settimeout(30)
    client.connect(("127.0.0.1", target.port))
    return client


def held(target: Target, opening: bytes, drip: bytes, over: Event) -> None:
    """Send an opening, then a little each second; connect again when the server hangs up."""
    while not over.is_set():
        with suppress(OSError), connect(target) as client:
            client.sendall(opening)
            while not over.wait(1):
                if drip:
                    client.sendall(drip)


def slow_reader(target: Target, over: Event) -> None:
    request = f"GET {target.picture} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    held(target, request.encode(), b"", over)


def slow_headers(target: Target, over: Event) -> None:
    held(target, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", b"X-Slow: 1\r\n", over)


def slow_body(target: Target, over: Event) -> None:
    token = "a" * 32
    opening = (
        "POST /report/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Cookie: csrftoken={token}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: 100000\r\n\r\ncsrfmiddlewaretoken={token}&message="
    )
    held(target, opening.encode(), b"a", over)


def idle_connection(target: Target, over: Event) -> None:
    held(target, b"", b"", over)


def sign_in_attacker(target: Target, over: Event) -> None:
    """Try invented names with a password, as fast as the portal answers."""
    while not over.is_set():
        post(target, "/admin/login/", f"{secrets.token_hex(4)}@example.org")


def post(target: Target, address: str, name: str) -> int:
    """Send the form of the sign-in; return the status, 0 without an answer."""
    token = "a" * 32
    fields = {"csrfmiddlewaretoken": token, "username": name, "password": "Summer2026!"}
    headers = {
        "Cookie": f"csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    client = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    try:
        client.request("POST", address, urlencode(fields), headers)
        return client.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        client.close()


def uploader(target: Target, over: Event) -> None:
    """Add pictures of twelve megapixels to the library, one after the other."""
    while not over.is_set():
        with suppress(OSError, http.client.HTTPException):
            target.upload(target.photo)


ATTACKS = (
    Attack("nobody else", 0, idle_connection),
    Attack("slow readers of a 10 MB picture", 50, slow_reader),
    Attack("slow headers", 50, slow_headers),
    Attack("slow bodies of forms", 50, slow_body),
    Attack("idle connections", 500, idle_connection),
    Attack("guessing passwords", 12, sign_in_attacker),
    Attack("uploads of 12-megapixel pictures", 8, uploader),
)


@contextmanager
def under(attack: Attack, target: Target) -> Iterator[None]:
    """Run an attack while the block runs, and a moment before, so that it has begun."""
    over = Event()
    threads = [
        Thread(target=attack.act, args=(target, over), daemon=True) for _ in range(attack.clients)
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1 if threads else 0)
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(30)
