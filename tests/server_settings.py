"""Settings of the servers that tests start: the portal's own, but for static files.

Collecting and compressing these takes longer than the tests; pages use their plain names.
"""

from portal.settings import *  # noqa: F403 (all of it)
from portal.settings import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
