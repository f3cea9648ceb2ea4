"""Settings of the portal, one file for every machine.

Differences between machines come from the environment, or from a file `.env` next to manage.py
(`.env.example` lists every name). Nothing here needs editing to deploy. The file is longer than
other modules, because settings in several files hide what a machine runs with.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from portal.storage.sqlite_file import FileConnection

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def required(name: str, advice: str) -> str:
    """Return the value of an environment variable without which the portal must not start."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {advice}")
    return value


def whole_number(name: str, default: int) -> int:
    """Return the value of an environment variable that has to be a whole number, 1 or more."""
    value: str = env.str(name, default="") or str(default)
    if not (value.isascii() and value.isdecimal() and int(value)):
        raise ImproperlyConfigured(f"{name} is {value}: set it to a whole number, 1 or more.")
    return int(value)


# -- This machine --------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
# On by default: plain HTTP has to be chosen.
HTTPS = env.bool("HTTPS", default=True)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# The number of proxies that a request passes, each of which adds to X-Forwarded-For.
PROXY_COUNT = whole_number("PROXY_COUNT", default=1)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))

SECRET_KEY = required(
    "SECRET_KEY",
    "Set it in the environment or in .env to a long random text, "
    'made for example with: python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
HOSTS = [
    host.strip()
    for host in required(
        "ALLOWED_HOSTS",
        "Set it to the host names that the portal answers to, separated by commas, "
        "for example: ALLOWED_HOSTS=learning.example.org",
    ).split(",")
]
# A port other than that of the server counts only if it is named with a host.
WITH_PORT = re.compile(r"(.*[^:]):([0-9]+)")
ALLOWED_HOSTS = [WITH_PORT.sub(r"\1", host) for host in HOSTS]
# Begins the links of mails that no request sends: the first host.
PUBLIC_ADDRESS = f"{'https' if HTTPS else 'http'}://{HOSTS[0].removeprefix('.')}"
PUBLIC_PORTS = frozenset(match[2] for match in map(WITH_PORT.fullmatch, HOSTS) if match)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# -- Apps and middleware -------------------------------------------------------------------

INSTALLED_APPS = [
    # Ours come first, so that their templates and commands take precedence.
    "portal",
    "portal.accounts",
    "news",
    "partners",
    "cities",
    "publishing",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_filters",
    "django_prose_editor",
    "imagefield",
]

MIDDLEWARE = [
    "portal.request_headers.NormalHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.TrackingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are stored compressed; pages are compressed here. Django pads each response by
    # a random length and masks its tokens, so that the size reveals nothing (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "portal.middleware.DatabaseErrorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the check of the token, which a request of a wrong method seldom has.
    "portal.middleware.AllowedMethodsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.staff.edit_bar.DeskCookieMiddleware",
    "portal.middleware.DeskTimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Axes has to be last: it turns a locked sign-in into a response.
    "axes.middleware.AxesMiddleware",
]

# In `make dev`; not without DEBUG or the packages of developers.
DEBUG_TOOLBAR = DEBUG and find_spec("debug_toolbar") is not None
if DEBUG_TOOLBAR:
    INSTALLED_APPS += ["debug_toolbar"]
    # It writes into pages, so it comes after GZipMiddleware, which compresses them.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("django.middleware.gzip.GZipMiddleware") + 1,
        "debug_toolbar.middleware.DebugToolbarMiddleware",
    )
    INTERNAL_IPS = ["127.0.0.1", "::1"]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.site_context",
            ],
        },
    },
]
# Forms find templates of widgets in our folders too.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS += ["django.forms"]

# -- Database ------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            # A transaction takes the write lock at its start, so it waits instead of failing.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Notices when the file is exchanged or moved away.
            "factory": FileConnection,
            # Readers never wait for a writer; a power cut loses at most the last transactions.
            # Foreign keys are switched on by Django itself on every connection.
            # The system keeps the file in memory for all connections; 512 KiB of each are enough.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-512;",
        }
    )

# -- Signing in ----------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    # Sessions contain this name: renaming it would sign everybody out.
    "portal.roles.Backend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Five wrong passwords for one user from one address lock the user there for 15 minutes.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
# The field of the form, which axes would take to be called as in the model.
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "portal.roles.attempted_name"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "portal.errors.too_many_passwords"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False
# By default axes uses REMOTE_ADDR, which behind a proxy is the proxy's address.
AXES_CLIENT_IP_CALLABLE = "portal.visitors.visitor_address"

# -- Language and time ---------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
# A second language needs LocaleMiddleware; with one it would only make every response
# vary by a header without effect.
LANGUAGES = [("en-gb", _("English"))]
# English needs no catalogue, and looking up each sentence in vain takes a fifth of a page's time.
USE_I18N = len(LANGUAGES) > 1
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = ["portal.formats"]

# -- Cache ---------------------------------------------------------------------------------

# The size of each process's page cache; the content version in the database invalidates it.
PAGE_CACHE_MIB = env.int("PAGE_CACHE_MIB", default=8)
# Rate limits, such as that of a visitor's reports, are counted in the database, or in Redis.
if REDIS_URL := env.str("REDIS_URL", default=""):
    if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured(
            "REDIS_URL is not the address of a Redis server, such as redis://localhost:6379/0"
        )
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            # In seconds: a request must not wait longer for a server that does not answer.
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }

# -- Files ---------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = env.str("MEDIA_URL", default="media/")
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if S3_BUCKET := env.str("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "portal.storage.s3.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY_ID", default="") or None,
            "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="") or None,
        },
    }
FILE_UPLOAD_PERMISSIONS = 0o644
# The form of a network with hundreds of members, and the long texts of a profile.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A picture of ten megabytes is larger than any page needs.
PICTURE_MAX_BYTES = 10 * 1024 * 1024
PICTURE_MAX_PIXELS = 50_000_000
IMAGEFIELD_BIN_DEPTH = 2
# Fonts of the share images; made by tools/make_fonts.py, not served.
PICTURE_FONTS = BASE_DIR / "portal" / "fonts-for-pictures"

# -- Faults --------------------------------------------------------------------------------

# With less space on a disk, in MiB, a server reports at /health/ready/ that it is not ready.
LEAST_FREE_MIB = whole_number("LEAST_FREE_MIB", default=100)
# On lets the group of DATA_DIR enter it, such as a web server that serves the pictures itself.
GROUP_READS_DATA_DIR = env.bool("GROUP_READS_DATA_DIR", default=False)

# Our own extensions of the text editor, and the tags that each adds to the sanitiser.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [
            static_lazy("admin-richtext.js"),
            static_lazy("admin-blocks.js"),
            static_lazy("admin-paste.js"),
            static_lazy("admin-toolbar.js"),
        ],
        "extensions": {
            "LibraryPicture": html_tags(["figure"], {"figure": ["data-picture"]}),
            "Video": html_tags(["figure"], {"figure": ["data-video", "data-picture"]}),
            "FigureCaption": html_tags(["figcaption"]),
            "QuotationSource": html_tags(["footer"]),
            "Callout": html_tags(["aside"], {"aside": ["class"]}),
            "CleanPaste": html_tags([]),
            "Toolbar": html_tags([]),
        },
    }
]

# -- Mail ----------------------------------------------------------------------------------

# Without a mail server, mail is printed to the console, so password reset still works.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="Learning Cities Portal <noreply@localhost>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who gets a letter when a visitor reports a mistake.
MANAGERS = [("", address.strip()) for address in env.list("REPORT_EMAILS", default=[])]
# In seconds: a request must not wait longer for a mail server that does not answer.
EMAIL_TIMEOUT = 10

# -- Security ------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
if BEHIND_PROXY:
    # Secure only behind a proxy that always sets this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
# Until the browser is closed, as the privacy page says; by default it would stay for a year.
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"

# Public pages are cached, so they must not contain a nonce; the middleware adds one to the
# policy only where a template asks for it, which only the admin's editor does.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        # For the manifest, whose own directive Safari reports as unknown. The rest is named.
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        # Pictures may be served by another server.
        "img-src": [SELF, *([MEDIA_URL] if "://" in MEDIA_URL else [])],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "frame-src": [NONE],
        "media-src": [NONE],
        "worker-src": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The contact for security reports in security.txt: an email address or the URL of a page.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

# Django 5.2 warns about the coming default; this opts in, and the warning goes with Django 6.
FORMS_URLFIELD_ASSUME_HTTPS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Axes logs four lines for every sign-in, all of which are in its own tables too.
    "loggers": {"axes": {"level": "WARNING"}, "imagefield": {"level": "WARNING"}},
}
