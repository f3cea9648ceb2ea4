"""The WSGI application for every web server: `portal.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

django = get_wsgi_application()

# Importable only after Django is set up.
from portal.page_cache.cache import PageCache  # noqa: E402

application = PageCache(django)
