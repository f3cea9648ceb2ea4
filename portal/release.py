"""The version of the portal, as pyproject.toml names it."""

import tomllib

from django.conf import settings


def read_version() -> str:
    """Return the version of the code that runs."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])
