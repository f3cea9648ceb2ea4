"""The former name of the sign-in backend: sessions of 0.1 hold it, so it stays until after 1.0."""

from portal.staff.roles import Backend

__all__ = ["Backend"]
