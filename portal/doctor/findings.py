"""A finding of the doctor: what was looked at, how it is, and how to mend it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

Level = Literal["ok", "warning", "wrong"]


class Finding(NamedTuple):
    level: Level
    subject: str
    sentence: str
    mend: str = ""


Check = Callable[[], Iterable[Finding]]


def examine(subject: str, check: Check) -> Iterator[Finding]:
    """Yield the findings of a check; a check that fails is a finding too."""
    try:
        yield from check()
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        yield Finding("wrong", subject, f"This could not be examined: {reason}.".replace("..", "."))
