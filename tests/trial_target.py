"""A portal in processes of its own for the attacks and kills of tools/hostile and tools/soak."""

from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from tests import factories, processes
from tools.hostile.target import Target, noise


@contextmanager
def trial_target(folder):
    """Serve the test's database, with a signed-in administrator and a large picture."""
    user = factories.user("Administrators")
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "portal.roles.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    picture = folder / "media" / "pictures" / "noise.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(noise((2300, 1500), "PNG"))
    # The key signs the session.
    more = {"HTTPS": "off", "SECRET_KEY": settings.SECRET_KEY}
    with processes.portal(folder, processes.database_of(connection), **more) as (port, _):
        yield Target(
            port=port,
            session=session.session_key,
            picture="/media/pictures/noise.png",
            photo=noise((400, 300), "JPEG", enlarged=(4000, 3000)),
            environment={},
            folder=folder,
        )
