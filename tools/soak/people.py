"""People at the desk who work while processes are killed, and remember what was acknowledged."""

from __future__ import annotations

import http.client
import json
import re
import secrets
from dataclasses import dataclass, field
from threading import Event

from tools.hostile.target import Answer, Target
from tools.soak.form import form_values

# The rows of a table, and the seconds between two pieces of work.
ROWS, PAUSE = 40, 0.1
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass
class Work:
    """Record of one person's work: acknowledged, tried without an answer, or answered wrongly."""

    acknowledged: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def cut(self, what: str, error: Exception) -> None:
        """Remember what had no answer, unless no server was there to begin with it."""
        if not isinstance(error, ConnectionRefusedError):
            self.unknown.append(what)

    def note(self, what: str, answer: Answer) -> bool:
        """Remember the outcome of a form, and return whether it was acknowledged.

        A 503 says that nothing was done. With 200 the form is back, because something is wrong.
        """
        is_saved = answer.status == 302 and "/login/" not in answer.location
        if is_saved:
            self.acknowledged.append(what)
        elif answer.status in {408, 503}:
            self.unknown.append(what)
        else:
            self.wrong.append(f"{what}: {answer.status}")
        return is_saved


def sentence(person: int, number: int) -> str:
    """Return a text whose middle shows its number, and whose end shows that it is complete."""
    filling = "Learning goes on for the whole of life. " * 20
    return f"Change {number} by person {person}. {filling}End of change {number}."


class Saver:
    """Somebody who changes the description of one theme again and again, and reads its page."""

    def __init__(self, target: Target, person: int) -> None:
        self.target, self.person, self.work = target, person, Work()
        self.address = f"/admin/cities/theme/{person}/change/"
        self.page = ""
        self.stale: list[str] = []
        self.reads = 0

    def run(self, over: Event) -> None:
        number = 0
        while not over.is_set():
            number += 1
            try:
                saved = self.save(number)
            except NO_ANSWER as error:
                self.work.cut(str(number), error)
            else:
                if saved:
                    self.read(number)
            over.wait(PAUSE)

    def save(self, number: int) -> bool:
        answer = self.target.get(self.address, self.target.session)
        if answer.status != 200:
            return False
        values = form_values(answer.body.decode(), "description")
        self.page = f"/themes/{values['slug']}/"
        values |= {"description": sentence(self.person, number), "_save": "on", "_note": "Soak"}
        return self.work.note(str(number), self.target.post(self.address, values))

    def read(self, number: int) -> None:
        """Read the page after an acknowledged save: it must show that change."""
        try:
            answer = self.target.get(self.page)
        except NO_ANSWER:
            return
        if answer.status == 503:
            return
        self.reads += 1
        found = re.search(rb"Change (\d+) by person", answer.body)
        if answer.status != 200 or not found or int(found[1]) < number:
            self.stale.append(f"{self.page}: {answer.status}, not change {number}")


class Uploader:
    """Somebody who adds pictures to the library."""

    def __init__(self, target: Target) -> None:
        self.target, self.work = target, Work()

    def run(self, over: Event) -> None:
        while not over.is_set():
            title = f"Hall {secrets.token_hex(6)}"
            fields = {
                "title": title,
                "alternative_text": "A hall",
                "credit": "Nobody",
                "licence": "CC BY 4.0",
                "focal_point": "0.5x0.5",
            }
            try:
                files = {"file": ("hall.jpg", self.target.photo)}
                answer = self.target.post("/admin/publishing/picture/add/", fields, files)
                self.work.note(title, answer)
            except NO_ANSWER as error:
                self.work.cut(title, error)
            over.wait(PAUSE)


class Importer:
    """Somebody who imports tables of new themes."""

    def __init__(self, target: Target) -> None:
        self.target, self.work = target, Work()

    def run(self, over: Event) -> None:
        while not over.is_set():
            mark = secrets.token_hex(6)
            try:
                self.bring(mark, over)
            except NO_ANSWER as error:
                self.work.cut(mark, error)
            over.wait(PAUSE)

    def bring(self, mark: str, over: Event) -> None:
        """Upload a table, wait for its preview, and import it."""
        rows = [f"Theme {mark} {number},key-feature" for number in range(ROWS)]
        table = "\n".join(["name,kind", *rows]).encode()
        files = {"file": ("table.csv", table)}
        answer = self.target.post("/admin/cities/theme/import/", {"mode": "draft"}, files)
        batch = answer.location
        while answer.status == 302 and not over.is_set():
            answer = self.target.post(batch, {"decision": "look"}, accept="application/json")
            if answer.status == 200 and not json.loads(answer.body)["left"]:
                self.work.note(mark, self.target.post(batch, {"decision": "import"}))
                return
            answer = answer._replace(status=302 if answer.status == 200 else answer.status)
        self.work.unknown.append(mark)
