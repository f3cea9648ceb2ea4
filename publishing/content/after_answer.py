"""Work that no answer waits for: mail, above all.

Nobody waits for a mail server then; and nobody can tell from the time of an answer whether a letter
is written. Each process has one thread for it, which finishes what there is when the process stops.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

# Seconds until a job begins: the answer has gone by then, so the job does not slow it down.
PAUSE = 0.5

# The executor starts its thread with the first job, and Python waits for it at the end.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="after-answer")


def after_answer(job: Callable[[], object]) -> None:
    """Run a job a moment later; what it raises is logged. Tests run it at once."""
    if settings.JOBS_AT_ONCE:
        job()
    else:
        _thread.submit(_run, job, time.monotonic() + PAUSE)


def _run(job: Callable[[], object], begin: float) -> None:
    time.sleep(max(0, begin - time.monotonic()))
    try:
        job()
    except Exception:
        logger.exception("A job after an answer failed.")
    finally:
        # Jobs are rare, so their thread keeps no connection.
        connections.close_all()
