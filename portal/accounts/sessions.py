"""Sessions of users: what each remembers about its sign-in, which a user has, and their ends.

All of it is in the session itself, so that a request of the desk needs no further query. A session
holds its user inside its data too, so each that is still valid is read to find those of a user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from portal.accounts.models import User

BEGAN, SEEN, CONFIRMED = "began", "seen", "confirmed"
"""Keys of moments, in seconds: of the sign-in, of the last request, of the last confirmation."""
FACTOR, DEVICE = "second_factor", "device"
SEEN_EVERY = 5 * 60
"""The seconds for which a last request is not written again."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def begin(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    """Note the moment, the device and the second factor of a sign-in. Called by Django's signal."""
    now = int(time())
    request.session.update(
        {
            BEGAN: now,
            SEEN: now,
            CONFIRMED: now,
            DEVICE: request.headers.get("User-Agent", "")[:300],
            FACTOR: getattr(request, "second_factor", ""),
        }
    )


def extend(session: Any) -> None:
    """Let the hours without a request begin now, with at most one write in five minutes."""
    if session.get(SESSION_KEY) and time() - session.get(SEEN, 0) > SEEN_EVERY:
        session[SEEN] = int(time())


def is_too_old(session: Any) -> bool:
    """Return whether a session has lasted for SESSION_DAYS; that of a former version begins now."""
    if BEGAN not in session:
        session[BEGAN] = int(time())
    return bool(time() - session[BEGAN] > settings.SESSION_DAYS * 24 * 3600)


def end_sessions(user: User, but: str | None = None) -> int:
    """Sign a user out everywhere, but for one session; return from how many places."""
    keys = [key for key in session_keys(user) if key != but]
    return Session.objects.filter(pk__in=keys).delete()[0]


def end_session(user: User, mark: str) -> bool:
    """End the session with this mark, if the user has one; return whether there was one."""
    keys = [
        row.pk for row, _data in sessions_of(user) if constant_time_compare(mark_of(row.pk), mark)
    ]
    return bool(Session.objects.filter(pk__in=keys).delete()[0])


def session_keys(user: User) -> list[str]:
    """Return the keys of the sessions in which a user is signed in."""
    return [row.pk for row, _data in sessions_of(user)]


def sessions_of(user: User) -> Iterator[tuple[Session, dict[str, Any]]]:
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = row.get_decoded()
        if data.get(SESSION_KEY) == str(user.pk):
            yield row, data


class SignedIn(NamedTuple):
    """A session as its user sees it."""

    mark: str
    device: str
    began: datetime | None
    seen: datetime
    is_this: bool


def list_of_sessions(user: User, current: str | None) -> list[SignedIn]:
    """Return the sessions of a user, the current one first, then by their last use."""
    rows = [
        SignedIn(
            mark=mark_of(row.pk),
            device=device_name(data.get(DEVICE, "")),
            began=datetime.fromtimestamp(data[BEGAN], UTC) if BEGAN in data else None,
            seen=last_use(row, data),
            is_this=row.pk == current,
        )
        for row, data in sessions_of(user)
    ]
    return sorted(rows, key=lambda row: (row.is_this, row.seen), reverse=True)


def last_use(row: Session, data: dict[str, Any]) -> datetime:
    if SEEN in data:
        return datetime.fromtimestamp(data[SEEN], UTC)
    return row.expire_date - timedelta(seconds=settings.SESSION_COOKIE_AGE)


def mark_of(key: str) -> str:
    """Return what names a session in a form; the key itself would open it."""
    return salted_hmac("portal.accounts.sessions", key, algorithm="sha256").hexdigest()[:32]


def device_name(agent: str) -> str:
    """Return the browser and system of a User-Agent header in words."""
    browser = next((name for part, name in BROWSERS if part in agent), "")
    if not browser and re.search(r"Version/[\d.]+ .*Safari/", agent):
        browser = "Safari"
    system = next((name for part, name in SYSTEMS if part in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")
