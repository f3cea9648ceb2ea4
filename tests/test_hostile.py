"""Slow and hostile clients, with no proxy in front: pages and /health/ are served all the same.

`make hostile` does the same for longer, and measures the times.
"""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from tests import factories, processes
from tools.hostile.attacks import ATTACKS, under
from tools.hostile.probe import read
from tools.hostile.target import Target, noise

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def victim(tmp_path):
    factories.city(name="Wakefield")
    user = factories.user("Administrators")
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "portal.roles.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    picture = tmp_path / "media" / "pictures" / "noise.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(noise((2300, 1500), "PNG"))
    with processes.portal(tmp_path, processes.database_of(connection), HTTPS="off") as (port, _):
        yield Target(
            port=port,
            session=session.session_key,
            picture="/media/pictures/noise.png",
            photo=noise((400, 300), "JPEG", enlarged=(4000, 3000)),
            environment={},
            folder=tmp_path,
        )


def test_a_reader_is_served_under_every_attack(victim):
    for attack in ATTACKS:
        with under(attack, victim):
            reading = read(victim, seconds=2)
        assert (attack.title, reading.failures) == (attack.title, [])
        assert len(reading.page) == len(reading.health) > 0
