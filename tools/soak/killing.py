"""Kill processes of a portal, and wait until it serves again."""

from __future__ import annotations

import http.client
import random
import subprocess
import sys
import time
from contextlib import suppress

import psutil

from tools.audit.portal import ROOT
from tools.hostile.target import Target

PATIENCE = 120


class Server:
    """The processes of a portal: the supervisor, granian, its workers."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.restarted: subprocess.Popen[bytes] | None = None
        self.supervisor = self.find()
        self.kills = dict.fromkeys(("worker", "both workers", "main process", "everything"), 0)

    def find(self) -> psutil.Process:
        """Return the supervisor, a child of this process that names the port."""
        port = str(self.target.port)
        for process in psutil.Process().children():
            try:
                command = process.cmdline()
            except psutil.Error:
                # It ended meanwhile.
                continue
            if "portal.supervisor" in command and port in command:
                return process
        raise LookupError(f"No portal serves at {port}.")

    def kill(self, kind: str) -> None:
        """Kill one kind of process with SIGKILL, and wait until the portal serves again."""
        for victim in self.victims(kind):
            with suppress(psutil.NoSuchProcess):
                victim.kill()
        self.kills[kind] += 1
        time.sleep(0.2)
        self.wait()

    def victims(self, kind: str) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            for main in self.supervisor.children():
                workers = main.children()
                if kind == "everything":
                    return [self.supervisor, main, *workers]
                if kind == "main process":
                    return [main]
                return random.sample(workers, min(len(workers), 1 if kind == "worker" else 2))
        return []

    def wait(self) -> None:
        """Return when the portal serves; start it again as a service manager would."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if not self.is_running():
                self.start()
            with suppress(OSError, http.client.HTTPException):
                if self.target.get("/health/").status == 200:
                    return
            time.sleep(0.1)
        raise TimeoutError("The portal does not serve any more.")

    def is_running(self) -> bool:
        with suppress(psutil.NoSuchProcess):
            return bool(self.supervisor.status() != psutil.STATUS_ZOMBIE)
        return False

    def start(self) -> None:
        self.stop()
        command = [sys.executable, "manage.py", "serve", "--port", str(self.target.port)]
        self.restarted = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.target.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.supervisor = psutil.Process(self.restarted.pid)

    def stop(self) -> None:
        """End what this object started; the rest belongs to whoever started it."""
        if self.restarted:
            self.restarted.terminate()
            self.restarted.wait()
