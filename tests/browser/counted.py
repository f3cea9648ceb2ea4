"""A person at a page of the desk, whose clicks and page loads are counted and held to a limit.

A click is a press on a button, link, option or into a text; choosing in a native list is two.
Typing, keys and the system's own dialog for files are none. A load is a document loaded in the
window or in another one. LIMITS has for each job the better count of two measurements: this
portal before, and Wagtail 7.4 with its demo site (November 2026). Where none was measured, and for
the trash and imports, it is the count of today.
"""

from contextlib import contextmanager

from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.admin_pages import admin_url
from tests.browser.test_picture_chooser import DIALOG, FIELD, described, payload

SLOW = 40_000  # Milliseconds; several windows and renditions on a busy machine.

# Clicks and loads.
LIMITS = {
    "sign in": (1, 2),
    "find a record by name, from the front page": (1, 2),
    "find a record by a word of its text": (1, 2),
    "change a sentence; it is kept": (1, 0),
    "change a sentence; save it as the draft": (1, 1),
    "preview on a phone": (1, 0),
    "schedule a change of a public record": (2, 1),
    "submit for review": (1, 1),
    "approve, from the front page": (3, 3),
    "return with a note, from the front page": (3, 3),
    "share a draft with an outsider": (3, 2),
    "new story with a new picture": (4, 3),
    "choose an existing picture": (2, 0),
    "new city with picture, other name, award": (8, 3),
    "new story, scheduled": (3, 2),
    "see who changed what, compare, restore": (3, 3),
    "save after a colleague, other paragraphs": (2, 1),
    "restore text after a crash": (1, 1),
    "take offline": (2, 2),
    "bring back": (1, 1),
    "move to the trash": (3, 2),
    "take out of the trash, from the list": (3, 2),
    "import a table": (4, 4),
    "unpublish two records": (4, 2),
    "undo that": (1, 1),
    "see what lacks a picture": (1, 1),
    "see what has not changed for a year": (1, 1),
    "invite a colleague": (3, 2),
}
COUNTS: dict[str, tuple[int, int]] = {}


class Person:
    """Somebody at a page: their clicks and the loads of all their windows since a job began."""

    def __init__(self, page):
        self.page = page
        page.set_default_timeout(SLOW)
        self.clicks = self.loads = 0
        page.context.on("page", self._watch)
        self._watch(page)

    def _watch(self, page):
        page.on("domcontentloaded", self._count_load)

    def _count_load(self, _page):
        self.loads += 1

    def click(self, target):
        self.clicks += 1
        (self.page.locator(target) if isinstance(target, str) else target).click()

    @contextmanager
    def job(self, name):
        """Count from here on; afterwards record both numbers and compare them with the limit."""
        self.page.wait_for_load_state("load")
        self.clicks = self.loads = 0
        yield
        self.page.wait_for_load_state("load")
        counts = COUNTS[name] = (self.clicks, self.loads)
        clicks, loads = LIMITS[name]
        assert counts[0] <= clicks, name
        assert counts[1] <= loads, name

    def sign_in(self, user):
        self.page.goto(reverse("admin:index"))
        self.page.fill("#id_username", user.email)
        self.page.fill("#id_password", factories.PASSWORD)
        self.click("text=Sign in >> nth=-1")
        self.page.wait_for_selector("h1:text('Staff desk')")

    def front(self):
        self.page.goto(reverse("admin:index"))

    def open(self, record):
        self.page.goto(admin_url(record, "change", record.pk))
        self.page.wait_for_selector(".prose-editor > .ProseMirror")

    def type_into(self, paragraph, text):
        """Click a paragraph of the text, and type at its end."""
        self.click(self.page.locator(".ProseMirror p").nth(paragraph))
        self.page.keyboard.press("End")
        self.page.keyboard.type(text)

    def is_told(self, text):
        expect(self.page.locator(".messagelist")).to_contain_text(text)

    def publish_anyway(self):
        """Publish in spite of the advice, with a reason."""
        self.click("[name=_publish]")
        self.page.wait_for_selector(".advice[data-held]")
        self.page.fill("#id__because", "More is to come")
        self.click(".advice input[type=submit]")

    def upload(self, picture=None):
        """Upload a picture into the field of the form, and describe it."""
        with self.page.expect_file_chooser() as dialog:
            self.click(f"{FIELD} button >> text=Upload a picture")
        dialog.value.set_files(picture or payload())
        described(self.page)
        self.click("text=Upload and use")
        self.page.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
