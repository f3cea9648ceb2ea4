"""The server starts again when it ends unasked, and leaves no process behind."""

import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest
from django.db import connection

from tests import processes


def processes_below(server):
    """Return granian's main process and its two workers, as soon as there are so many."""
    patience = time.monotonic() + 120
    while time.monotonic() < patience:
        with suppress(psutil.Error):
            for main in psutil.Process(server.pid).children():
                workers = [one for one in main.children() if one.status() != "zombie"]
                if len(workers) == 2:
                    return main, workers
        time.sleep(0.1)
    raise AssertionError("there were never two workers")


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
def test_a_server_survives_its_workers_and_its_main_process(tmp_path):
    with processes.portal(tmp_path, processes.database_of(connection)) as (port, server):
        # Both workers at once, as when memory runs out; their successors; what is above them.
        for level in ("workers", "workers", "main"):
            main, workers = processes_below(server)
            for victim in workers if level == "workers" else [main]:
                victim.kill()
            psutil.wait_procs(workers, timeout=30)
            processes.wait_for(port, server)
        main, workers = processes_below(server)
        server.kill()
        _gone, alive = psutil.wait_procs([main, *workers], timeout=30)
        assert alive == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
@pytest.mark.parametrize("told", ["supervisor", "all"])
def test_a_server_that_is_told_to_stop_stops_with_its_workers(tmp_path, told):
    with processes.portal(tmp_path, processes.database_of(connection)) as (_port, server):
        main, workers = processes_below(server)
        # A service manager sends the signal to every process that it started.
        for process in [server] if told == "supervisor" else [server, main, *workers]:
            process.terminate()
        assert server.wait(30) == 0
        assert psutil.wait_procs([main, *workers], timeout=0)[1] == []


@pytest.mark.once
def test_a_server_that_ends_again_and_again_stays_off():
    code = (
        "import sys; from portal import supervisor; supervisor.LONGEST_PAUSE = 0; "
        "supervisor.Supervisor([sys.executable, '-c', 'raise SystemExit(3)']).run()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=processes.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == [
        *["The server ended by itself (status 3). It starts again in 0 s."] * 9,
        "The server ended 10 times within 60 seconds. It stays off.",
    ]
