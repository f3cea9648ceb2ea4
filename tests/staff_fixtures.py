"""Signed-in clients of each role."""

import pytest
from django.test import Client

from tests import factories


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def superuser(db):
    return signed_in(factories.superuser())


@pytest.fixture
def contributor(db):
    return signed_in(factories.user("Contributors"))


@pytest.fixture
def editor(db):
    return signed_in(factories.user("Editors"))


@pytest.fixture
def publisher(db):
    return signed_in(factories.user("Publishers"))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
