"""Findings of a check on a page, and how they are printed."""

from typing import NamedTuple

from tools.audit.pages import AuditPage

# The most characters of an element's HTML, enough to identify it.
LONGEST = 300


class Finding(NamedTuple):
    """A fault: its place on the page or its view, the rule that it breaks, and the element."""

    where: str
    rule: str
    element: str = ""

    def __str__(self) -> str:
        return "  ".join(part[:LONGEST] for part in self if part)


class Result(NamedTuple):
    """The findings of one check on one page; notes are printed and fail nothing."""

    check: str
    page: AuditPage
    findings: list[Finding]
    notes: list[Finding]
    figures: str = ""

    def show(self) -> None:
        count = len(self.findings)
        verdict = f"{count} finding{'s' if count > 1 else ''}" if count else "ok"
        line = f"{self.check:<11}{self.page.name:<32}{verdict:<12}{self.figures}".rstrip()
        print(line, flush=True)
        if count:
            print(f"    at {self.page.path}")
        for finding in self.findings:
            print(f"    {finding}")
        for note in self.notes:
            print(f"    (note) {note}", flush=True)
