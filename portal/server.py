"""The WSGI application factory for granian: `granian --factory portal.server:application`.

Other WSGI servers use `portal.wsgi:application`.
"""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from portal.supervisor import die_with_parent


def application() -> Callable[..., Any]:
    """Return the WSGI application, in a process that stops with its parent or at a signal.

    Ctrl-C in a terminal reaches the workers as well as granian's main process, which then stops
    them itself; and while a worker loads, it has the main process's handlers, which do nothing
    here. Either way granian 2.8 waits for ever for a worker that missed its signal. So the workers
    leave Ctrl-C to the main process, and may be killed at any moment while they load. Granian sets
    its own handlers afterwards.
    """
    die_with_parent()
    parent = multiprocessing.parent_process()
    if parent and os.getppid() != parent.pid:
        # It died before this process could know.
        raise SystemExit
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # The main process blocks it, under the supervisor.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    from portal.storage.sqlite_file import FileConnection
    from portal.wsgi import application as portal

    # Only commands make a database.
    FileConnection.may_create = False
    # Objects loaded by now stay for ever, so the garbage collector need not visit them again.
    gc.collect()
    gc.freeze()
    return portal
