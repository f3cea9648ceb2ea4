"""Somebody who reads while a portal is attacked: a kept page and /health/, again and again."""

from __future__ import annotations

import http.client
import time
from typing import NamedTuple

from tools.hostile.target import Target

PAGE, HEALTH = "/cities/wakefield/", "/health/"
# A person reads at most so often; more would be an attack of its own.
PAUSE = 0.05


class Reading(NamedTuple):
    """The seconds of each response that came, and what came instead of a page."""

    page: list[float]
    health: list[float]
    failures: list[str]


def read(target: Target, seconds: float) -> Reading:
    """Read for so many seconds, each time over a new connection, as a new visitor does."""
    reading = Reading([], [], [])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for address, times in ((PAGE, reading.page), (HEALTH, reading.health)):
            start = time.perf_counter()
            try:
                status = target.get(address).status
            except (OSError, http.client.HTTPException) as error:
                reading.failures.append(f"{address}: {error!r}")
                continue
            times.append(time.perf_counter() - start)
            if status != 200:
                reading.failures.append(f"{address}: {status}")
        time.sleep(PAUSE)
    return reading


def percentile(times: list[float], share: float) -> float:
    """Return the time that so large a share of the responses did not exceed, in milliseconds."""
    ordered = sorted(times) or [float("inf")]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
