"""Start the server again when it ends unasked. `manage.py serve` becomes this program.

Granian starts a worker again that was killed, but ends itself when a second one dies soon after, as
both do when the memory of a machine runs out. This program does not load Django, so that it needs
little memory, and is one of the last that the system kills.
"""

import ctypes
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from typing import Any, NoReturn

# So many unasked ends within so many seconds are no accident any more.
MOST_ENDS, WITHIN = 10, 60
# The longest pause before a start, and the time for workers to finish, in seconds. Granian kills
# workers that take longer than ten.
LONGEST_PAUSE, GRACE = 4, 15
# The seconds after which a server is told to stop a second time: it may have been starting.
AGAIN = 2

PR_SET_PDEATHSIG = 1
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked the server to stop."""


def die_with_parent() -> None:
    """Let this process be killed when its parent dies, on Linux: it would keep the port otherwise.

    The service manager of a system does the same, if there is one.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Supervisor:
    """One server process, and the times at which it ended unasked."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.ends: deque[float] = deque(maxlen=MOST_ENDS)
        self.server: subprocess.Popen[bytes] | None = None

    def run(self) -> NoReturn:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        signal.signal(signal.SIGHUP, self.reload)
        try:
            while True:
                self.pause(self.start().wait())
        except Stopped:
            sys.exit(self.end())

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server and return it; a signal that comes meanwhile waits until it is kept."""
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        # One thread alone runs here, so the function before the program is safe.
        self.server = subprocess.Popen(self.command, preexec_fn=self.prepare, process_group=0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return self.server

    @staticmethod
    def prepare() -> None:
        """Prepare the process of the server, before its program begins.

        Granian hangs if it is told to stop twice at once. Ctrl-C reaches every process of a
        terminal, and service managers send SIGTERM to all that they started. So the server has a
        group of its own, blocks SIGTERM, and is stopped by the SIGINT of this program alone.
        """
        die_with_parent()
        # Without a traceback, if it comes before granian expects it; it comes again.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGTERM})

    def pause(self, status: int) -> None:
        """Say that the server ended, and wait before the next start; give up after many."""
        now = time.monotonic()
        self.ends.append(now)
        recent = [end for end in self.ends if now - end < WITHIN]
        if len(recent) == MOST_ENDS:
            say(f"The server ended {MOST_ENDS} times within {WITHIN} seconds. It stays off.")
            sys.exit(1)
        pause = min(LONGEST_PAUSE, 2 ** (len(recent) - 2)) if len(recent) > 1 else 0
        say(f"The server ended by itself (status {status}). It starts again in {pause} s.")
        time.sleep(pause)

    def stop(self, *args: Any) -> None:
        """Stop what this program is doing. Receives SIGTERM and Ctrl-C, the first time."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise Stopped

    def reload(self, *args: Any) -> None:
        """Let granian replace its workers one after the other. Receives SIGHUP."""
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGHUP)

    def end(self) -> int:
        """Stop the server and return the exit status: 0 unless it had to be killed."""
        if self.server is None or self.server.poll() is not None:
            return 0
        for patience in (AGAIN, GRACE - AGAIN):
            self.server.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.server.wait(patience)
                return 0
        self.server.kill()
        return 1


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    Supervisor(sys.argv[1:]).run()
