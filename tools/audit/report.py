"""What a check says of a page, and how it is printed."""

from typing import NamedTuple

from tools.audit.pages import Page

# As much of an element's HTML as tells which one it is.
LONGEST = 300


class Finding(NamedTuple):
    """What is wrong: where on the page or in which view, which rule, which element."""

    where: str
    rule: str
    element: str = ""

    def __str__(self) -> str:
        return "  ".join(part[:LONGEST] for part in self if part)


class Result(NamedTuple):
    """What one check found on one page; notes are printed and fail nothing."""

    check: str
    page: Page
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
