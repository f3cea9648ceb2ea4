"""`make profile`: profile of a page, by function.

    make profile ARGS="/cities/wakefield/"

Requests a page of the portal in this folder, in process and with the page cache off, and prints the
functions in which the time was spent. `--queries` prints the number of queries of each page.
"""

import cProfile
import os
import pstats
import sys
import time
from argparse import ArgumentParser

TIMES, LINES = 50, 40


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(prog="make profile", description="Where the time of a page goes.")
    parser.add_argument("pages", nargs="*", default=["/cities/"], metavar="/path/")
    parser.add_argument("--queries", action="store_true", help="only the numbers of queries")
    options = parser.parse_args(arguments)
    os.environ["PAGE_CACHE_MIB"] = "0"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

    import django

    django.setup()

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0], headers={"x-forwarded-proto": scheme})
    for page in options.pages:
        # The first request fills the content cache.
        client.get(page, secure=scheme == "https")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page, secure=scheme == "https")
        if options.queries:
            print(len(queries))
            continue
        profile = cProfile.Profile()
        started = time.process_time()
        for _ in range(TIMES):
            client.get(page, secure=scheme == "https")
        each = (time.process_time() - started) / TIMES * 1000
        profile.enable()
        for _ in range(TIMES):
            client.get(page, secure=scheme == "https")
        profile.disable()
        size = len(answer.content)
        print(f"{page}: {answer.status_code}, {size} bytes, {each:.1f} ms, {len(queries)} queries")
        pstats.Stats(profile).sort_stats("cumulative").print_stats(LINES)


if __name__ == "__main__":
    main(sys.argv[1:])
