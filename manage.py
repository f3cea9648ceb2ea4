#!/usr/bin/env python
"""The portal's command line: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        # Django's own commands would meet a mistake in the settings late, or not at all.
        settings.SECRET_KEY  # noqa: B018 (loads the settings)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The sentence says what to set; where in the code it was missed does not help.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
