"""Clients of each role, for the tests of the desk."""

from tests.staff_fixtures import contributor, editor, media, publisher, superuser

__all__ = ["contributor", "editor", "media", "publisher", "superuser"]
