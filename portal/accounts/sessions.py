"""Sessions of one user, ended when the account is deactivated."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from portal.accounts.models import User


def sessions_of(user: User) -> list[str]:
    """Return the keys of the sessions in which a user is signed in.

    A session holds its user inside its data, so each that is still valid is read.
    """
    rows = Session.objects.filter(expire_date__gt=timezone.now())
    return [
        row.pk for row in rows.iterator() if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]


def end_sessions(user: User) -> None:
    """Sign a user out everywhere, so that no session comes back with the account."""
    Session.objects.filter(pk__in=sessions_of(user)).delete()
