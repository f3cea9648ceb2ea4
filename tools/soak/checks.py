"""Compare what was acknowledged with what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tools.soak.people import ROWS, Importer, Saver, Uploader, sentence

People = list[Saver | Uploader | Importer]
# Renditions of a killed upload, and files nobody names, are expected; the library lists them.
ORPHAN = "Not in use: "


def faults(people: People, evidence: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for everything that is lost, half, stale or damaged."""
    for person in people:
        yield from (f"answered wrongly: {wrong}" for wrong in person.work.wrong)
        if isinstance(person, Saver):
            yield from person.stale
            yield from text_faults(person, evidence)
        elif isinstance(person, Uploader):
            missing = set(person.work.acknowledged) - set(evidence["pictures"])
            yield from (f"the picture {title} is lost" for title in sorted(missing))
        else:
            yield from import_faults(person, evidence["imported"])
    for line in evidence["media"]:
        if "lost" in line or "missing:" in line:
            yield line
    yield from (f"integrity: {row}" for row in evidence["integrity"] if row != ["ok"])
    yield from (f"foreign keys: {row}" for row in evidence["foreign keys"])


def text_faults(person: Saver, evidence: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the text of a theme: lost, half, or without its history."""
    # JSON has texts as keys.
    texts = {int(key): text for key, text in evidence["texts"].items()}
    text = texts[person.person]
    found = re.match(r"Change (\d+) by", text)
    number = int(found[1]) if found else 0
    newest = max(map(int, person.work.acknowledged), default=0)
    if number < newest:
        yield f"theme {person.person} has change {number}, but {newest} was acknowledged"
    if number and text != sentence(person.person, number):
        yield f"theme {person.person} has half a text: {text[:60]}… {text[-60:]}"
    if number and person.person in evidence["history"]:
        yield f"theme {person.person} has no history of its text"


def import_faults(person: Importer, imported: dict[str, int]) -> Iterator[str]:
    """Yield tables of which some rows are there, or none although they were acknowledged."""
    for mark in person.work.acknowledged:
        if imported.get(mark, 0) != ROWS:
            yield f"the table {mark} has {imported.get(mark, 0)} of {ROWS} rows"
    for mark in person.work.unknown:
        if imported.get(mark, 0) not in {0, ROWS}:
            yield f"the table {mark} of unknown end has {imported[mark]} of {ROWS} rows"


def orphans(evidence: dict[str, Any]) -> int:
    """Return the number of files that killed uploads left behind, which `clean_media` lists."""
    return sum(line.startswith(ORPHAN) for line in evidence["media"])
