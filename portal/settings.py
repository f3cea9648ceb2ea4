"""Settings of the portal, one file for every machine.

Differences between machines come from the environment, or from a file `.env` next to manage.py
(`.env.example` lists every name). Nothing here needs editing to deploy. The file is longer than
other modules, because settings in several files hide what a machine runs with.
"""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_prose_editor.config import html_tags
from js_asset import static_lazy

from portal.content_security import policy
from portal.environment import REDIS, Environment
from portal.logging import configuration
from portal.setting_values import is_public_name, key_mistakes, plain_http_mistakes
from portal.storage.sqlite_file import FileConnection

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment(BASE_DIR / ".env")

# -- This machine --------------------------------------------------------------------------

DEBUG = env.on_off("DEBUG", default=False)
# On by default: plain HTTP has to be chosen.
HTTPS = env.on_off("HTTPS", default=True)
BEHIND_PROXY = env.on_off("BEHIND_PROXY", default=False)
# The number of proxies that a request passes, each of which adds to X-Forwarded-For.
PROXY_COUNT = env.whole_number("PROXY_COUNT", default=1, least=1, most=20)
# Two processes use both cores of a small machine. With four threads in each, a slow page delays no
# other, and they are few enough for SQLite, which has one writer at a time.
WORKERS = env.whole_number("WORKERS", default=2, least=1, most=64)
THREADS = env.whole_number("THREADS", default=4, least=1, most=64)
DATA_DIR = env.folder("DATA_DIR", default=BASE_DIR / "var")

SECRET_KEY = env.text("SECRET_KEY")
env.need(
    "SECRET_KEY",
    "Set it in the environment or in .env to a long random text, "
    'made for example with: python -c "import secrets; print(secrets.token_urlsafe(50))"',
)
HOSTS = env.hosts("ALLOWED_HOSTS")
env.need(
    "ALLOWED_HOSTS",
    "Set it to the host names that the portal answers to, separated by commas, "
    "for example: ALLOWED_HOSTS=learning.example.org",
)
# A port other than that of the server counts only if it is named with a host.
WITH_PORT = re.compile(r"(.*[^:]):([0-9]+)")
ALLOWED_HOSTS = [WITH_PORT.sub(r"\1", host) for host in HOSTS]
# Begins the links of mails that no request sends: the first host.
PUBLIC_ADDRESS = f"{'https' if HTTPS else 'http'}://{next(iter(HOSTS), '').removeprefix('.')}"
PUBLIC_PORTS = frozenset(match[2] for match in map(WITH_PORT.fullmatch, HOSTS) if match)
PUBLIC_NAMES = [name for name in ALLOWED_HOSTS if is_public_name(name)]
ALLOW_PLAIN_HTTP = env.on_off("ALLOW_PLAIN_HTTP", default=False)
env.mistakes += key_mistakes(SECRET_KEY, PUBLIC_NAMES, HTTPS)
env.mistakes += plain_http_mistakes(PUBLIC_NAMES, HTTPS or DEBUG, ALLOW_PLAIN_HTTP)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

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
    # Authenticator codes, passkeys and recovery codes; without its pages. The second of the three
    # is needed by the third, and its tables stay empty.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_prose_editor",
    "imagefield",
]

MIDDLEWARE = [
    # First, so that what the others log has the id too.
    "portal.request_ids.RequestIdMiddleware",
    "portal.request_headers.NormalHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.security_headers.SecurityHeadersMiddleware",
    "portal.middleware.TrackingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are stored compressed; pages are compressed here. Django pads each response by
    # a random length and masks its tokens, so that the size reveals nothing (BREACH).
    "portal.compression.CompressionMiddleware",
    "portal.middleware.DatabaseErrorMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the check of the token, which a request of a wrong method seldom has.
    "portal.middleware.AllowedMethodsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.SessionLimitsMiddleware",
    # The second factor reads the request from it.
    "allauth.account.middleware.AccountMiddleware",
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
    # It writes into pages, so it comes after the middleware that compresses them.
    MIDDLEWARE.insert(
        MIDDLEWARE.index("portal.compression.CompressionMiddleware") + 1,
        "debug_toolbar.middleware.DebugToolbarMiddleware",
    )
    INTERNAL_IPS = ["127.0.0.1", "::1"]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATE_LOADERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": TEMPLATE_LOADERS
            if DEBUG
            else [("portal.template_loader.Loader", TEMPLATE_LOADERS)],
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
    "default": env.database("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")
}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            # A transaction takes the write lock at its start, so it waits instead of failing.
            "transaction_mode": "IMMEDIATE",
            # In seconds. All threads would wait, if sign-ins waited longer for a long write.
            "timeout": 5,
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
    "portal.sign_in_limit.AddressLimit",
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
    "portal.accounts.hashers.SmallArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# Five wrong passwords for one user from one address lock the user there for 15 minutes;
# portal/sign_in_limit.py limits those of one address for all users.
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
AXES_CLIENT_STR_CALLABLE = "portal.logging.axes_client"
# By default axes uses REMOTE_ADDR, which behind a proxy is the proxy's address.
AXES_CLIENT_IP_CALLABLE = "portal.visitors.visitor_address"

# A second factor for those who publish or manage people; everybody else may have one.
SECOND_FACTOR = env.one_of(
    "SECOND_FACTOR", *(("required", "optional") if HTTPS else ("optional", "required"))
)
MFA_ADAPTER = "portal.accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A code counts for half a minute before and after its own: clocks of phones are not exact.
MFA_TOTP_TOLERANCE = 1
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# A session ends after so many hours without a request, and after so many days in any case.
SESSION_COOKIE_AGE = env.whole_number("SESSION_IDLE_HOURS", default=12, least=1, most=8760) * 3600
SESSION_DAYS = env.whole_number("SESSION_DAYS", default=14, least=1, most=365)
# Changes of people, roles and second factors ask for the password again after so many minutes.
CONFIRMATION_MINUTES = 15

# Single sign-on by OpenID Connect; without an issuer there is none.
OIDC_ISSUER = env.issuer("OIDC_ISSUER")
OIDC_NAME = env.text("OIDC_NAME") or _("single sign-on")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", default="groups")
OIDC_GROUPS = env.roles_of_groups("OIDC_GROUPS")
if OIDC_ISSUER:
    env.need("OIDC_CLIENT_ID", "The sign-in provider gives it with the secret.")
    env.need("OIDC_CLIENT_SECRET", "The sign-in provider gives it.")

# -- Language and time ---------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
# A second language needs LocaleMiddleware; with one it would only make every response
# vary by a header without effect.
LANGUAGES = [("en-gb", _("English"))]
# English needs no catalogue, and looking up each sentence in vain takes a fifth of a page's time.
USE_I18N = len(LANGUAGES) > 1
USE_TZ = True
TIME_ZONE = env.zone("TIME_ZONE", default="UTC")
FORMAT_MODULE_PATH = ["portal.formats"]

# -- Cache ---------------------------------------------------------------------------------

# The size of each process's page cache; the content version in the database invalidates it.
PAGE_CACHE_MIB = env.whole_number("PAGE_CACHE_MIB", default=8, least=0, most=4096)
# Rate limits, such as that of a visitor's reports, are counted in the database, or in Redis.
if REDIS_URL := env.secret_address("REDIS_URL", REDIS, "redis://localhost:6379/0"):
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
MEDIA_URL = env.media_address("MEDIA_URL", default="media/")
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
S3_BUCKET = env.text("S3_BUCKET")
S3_OPTIONS = {
    "endpoint_url": env.web_address("S3_ENDPOINT_URL"),
    "region_name": env.text("S3_REGION"),
    "access_key": env.text("S3_ACCESS_KEY_ID"),
    "secret_key": env.text("S3_SECRET_ACCESS_KEY"),
}
if S3_BUCKET:
    STORAGES["default"] = {
        "BACKEND": "portal.storage.s3.Bucket",
        "OPTIONS": {"bucket_name": S3_BUCKET} | {k: v or None for k, v in S3_OPTIONS.items()},
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
LEAST_FREE_MIB = env.whole_number("LEAST_FREE_MIB", default=100, least=1, most=1_000_000)
# On lets the group of DATA_DIR enter it, such as a web server that serves the pictures itself.
GROUP_READS_DATA_DIR = env.on_off("GROUP_READS_DATA_DIR", default=False)

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

# -- Backups -------------------------------------------------------------------------------

# The public key of age that archives are encrypted to; `age-keygen` makes one.
BACKUP_AGE_RECIPIENT = env.text("BACKUP_AGE_RECIPIENT")

# -- Mail ----------------------------------------------------------------------------------

# Without a mail server, mail is printed to the console, so password reset still works.
vars().update(env.mail_server("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.sender(
    "DEFAULT_FROM_EMAIL", default="Learning Cities Portal <noreply@localhost>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who gets a letter when a visitor reports a mistake.
MANAGERS = [("", address) for address in env.mail_addresses("REPORT_EMAILS")]
# In seconds: a request must not wait longer for a mail server that does not answer.
EMAIL_TIMEOUT = 10
# Tests run at once what is otherwise done after the answer.
JOBS_AT_ONCE = False

# -- Security ------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Other names of the domain may have no HTTPS; whoever knows that all have can include them.
HSTS = env.one_of("HSTS", "on", "subdomains", "preload")
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and HSTS != "on"
SECURE_HSTS_PRELOAD = HTTPS and HSTS == "preload"
# The checks that ask for both.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
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

CONTENT_SECURITY_POLICY = policy(MEDIA_URL)

# The contact for security reports in security.txt: an email address or the URL of a page.
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")

# Django 5.2 warns about the coming default; this opts in, and the warning goes with Django 6.
FORMS_URLFIELD_ASSUME_HTTPS = True

# -- Watching ------------------------------------------------------------------------------

LOG_FORMAT = env.one_of("LOG_FORMAT", "lines", "json")
LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")
ACCESS_LOG = env.on_off("ACCESS_LOG", default=False)
# Who gets a letter about an error; Django's own handler would mail whole requests.
ERROR_EMAILS = env.mail_addresses("ERROR_EMAILS")
LOGGING = configuration(LOG_FORMAT, LOG_LEVEL, mails=bool(ERROR_EMAILS))
SENTRY_DSN = env.secret_address("SENTRY_DSN", ("https", "http"), "https://key@sentry.example.org/1")

# Whoever has it may read /metrics; without it there is no such page.
METRICS_TOKEN = env.token("METRICS_TOKEN")

# Every mistake above, in one list; and names that may be misspelt, which stop nothing.
env.stop_if_wrong()
UNKNOWN_SETTINGS = env.unknown()
