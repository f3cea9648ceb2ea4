"""`make hostile`: attack a fresh portal without a proxy, and print how it served a reader.

`--write` puts the table into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import sys

from tools.hostile.attacks import ATTACKS, Attack, under
from tools.hostile.probe import Reading, percentile, read
from tools.hostile.target import Target, target
from tools.reliability import machine, write_part

HEADINGS = ("attack", "clients", "page: median", "p99", "longest", "/health/: p99", "failed")


def row(attack: Attack, reading: Reading) -> tuple[str, ...]:
    times = [percentile(reading.page, share) for share in (0.5, 0.99, 1)]
    health = percentile(reading.health, 0.99)
    number = len(reading.page) + len(reading.health) + len(reading.failures)
    return (
        attack.title,
        str(attack.clients),
        *(f"{value:.0f} ms" for value in (*times, health)),
        f"{len(reading.failures)} of {number}",
    )


def hostile_minute(victim: Target, seconds: float) -> list[tuple[Attack, Reading]]:
    """Return how a reader fared under each attack."""
    read(victim, 1)
    outcomes = []
    for attack in ATTACKS:
        with under(attack, victim):
            outcomes.append((attack, read(victim, seconds)))
        print(" | ".join(row(*outcomes[-1])), flush=True)
    return outcomes


def main() -> None:
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="the length of each attack")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    print(" | ".join(HEADINGS))
    with target() as victim:
        outcomes = hostile_minute(victim, options.seconds)
    if options.write:
        rows = [row(*outcome) for outcome in outcomes]
        write_part("hostile", [machine(), ""], HEADINGS, rows)
    failures = [failure for _attack, reading in outcomes for failure in reading.failures]
    sys.exit("\n".join(failures[:20]) or 0)


if __name__ == "__main__":
    main()
