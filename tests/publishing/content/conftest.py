"""Clients of each role, for the tests of what is typed."""

from tests.staff_fixtures import publisher

__all__ = ["publisher"]
