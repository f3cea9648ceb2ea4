"""Settings of the tests: the portal's own, with nothing from this machine but the database.

TEST_DATABASE_URL names the database server; without it each run has its own SQLite file.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# Every name that portal/settings.py reads, so that neither .env nor the shell changes a test.
# Each test process has its own folder, which is removed when the process ends.
_folder = Path(tempfile.mkdtemp(prefix="learning-cities-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
# WhiteNoise warns about a missing folder, and warnings are errors.
(_folder / "static").mkdir()
ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "",
    "DEBUG": "off",
    "HTTPS": "off",
    "BEHIND_PROXY": "off",
    "PROXY_COUNT": "1",
    "WORKERS": "2",
    "THREADS": "4",
    "DATA_DIR": str(_folder),
    "GROUP_READS_DATA_DIR": "off",
    "LEAST_FREE_MIB": "1",
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_folder}/portal.sqlite3",
    "PAGE_CACHE_MIB": "8",
    "REDIS_URL": "",
    "MEDIA_URL": "media/",
    "S3_BUCKET": "",
    "S3_ENDPOINT_URL": "",
    "S3_REGION": "",
    "S3_ACCESS_KEY_ID": "",
    "S3_SECRET_ACCESS_KEY": "",
    "TIME_ZONE": "UTC",
    "EMAIL_URL": "consolemail://",
    "DEFAULT_FROM_EMAIL": "portal@testserver",
    "SECURITY_CONTACT": "",
    "SECOND_FACTOR": "optional",
    "OIDC_ISSUER": "",
    "OIDC_NAME": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_GROUPS_CLAIM": "",
    "OIDC_GROUPS": "",
    "SESSION_IDLE_HOURS": "12",
    "SESSION_DAYS": "14",
    "REPORT_EMAILS": "",
    "BACKUP_AGE_RECIPIENT": "",
    "ALLOW_PLAIN_HTTP": "off",
    "HSTS": "on",
    "LOG_FORMAT": "lines",
    "LOG_LEVEL": "INFO",
    "ACCESS_LOG": "off",
    "ERROR_EMAILS": "",
    "SENTRY_DSN": "",
    "METRICS_TOKEN": "",
}
os.environ.update(ENVIRONMENT)

from portal.settings import *  # noqa: E402, F403 (after the environment; all of it)
from portal.settings import DATABASES, STORAGES  # noqa: E402

# A file and not memory, for write-ahead logging and waits for a writer as in production.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "test.sqlite3")}
# Persistent connections would stop the test database from being dropped.
DATABASES["default"]["CONN_MAX_AGE"] = 0
# Manifest storage needs collected files; the tests of serving run the real one.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
JOBS_AT_ONCE = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Twelve renditions of every test picture would be the slowest part of the suite; the tests of
# renditions switch them on.
IMAGEFIELD_AUTOGENERATE = False
