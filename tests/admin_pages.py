"""Helpers that send forms of the admin as a browser would, for tests without a browser."""

from html.parser import HTMLParser
from typing import Any

from django.urls import reverse

from publishing.staff.pickers import PLAIN_LISTS


class FormReader(HTMLParser):
    """Read the fields of the form with an id, as a browser would send them back unchanged."""

    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.inside = False
        self.fields: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.select: str | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        name = given.get("name")
        if not self.inside:
            return
        if tag == "option" and self.select and "selected" in given:
            self.fields.setdefault(self.select, []).append(given.get("value") or "")
        if not name:
            return
        self.names.append(name)
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.textarea = name
            self.fields[name] = [""]
        elif tag == "input":
            kind = given.get("type")
            ticks = kind in ("checkbox", "radio")
            if kind not in ("submit", "file") and (not ticks or "checked" in given):
                self.fields.setdefault(name, []).append(given.get("value") or ("on" * ticks))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            # A browser drops the line break after the tag.
            old = self.fields[self.textarea][0]
            self.fields[self.textarea] = [old + (data if old else data.removeprefix("\n"))]


def read_form(response: Any, model: Any) -> FormReader:
    reader = FormReader(f"{model._meta.model_name}_form")
    reader.feed(response.content.decode())
    return reader


def admin_url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def plain_form_url(model: Any, page: str, *args: Any) -> str:
    """Return the address of a form with plain lists, where a browser without scripts ends up.

    A test that opens the form itself may type into it before the browser has moved on.
    """
    return f"{admin_url(model, page, *args)}?{PLAIN_LISTS}"


def open_form(client: Any, record: Any) -> dict[str, Any]:
    """Return the fields of the change form of a record."""
    response = client.get(admin_url(record, "change", record.pk))
    assert response.status_code == 200
    return read_form(response, record).fields


def save_form(client: Any, record: Any, **changes: Any) -> Any:
    """Open a record, change the named fields and save; return the response."""
    return client.post(admin_url(record, "change", record.pk), open_form(client, record) | changes)


def add(client: Any, model: Any, **values: Any) -> Any:
    """Open the form for a new record, fill in the named fields and save; return the response."""
    address = admin_url(model, "add")
    response = client.get(address)
    assert response.status_code == 200
    return client.post(address, read_form(response, model).fields | values)


def errors(response: Any) -> dict[str, list[str]]:
    """Return the messages at the fields of a refused form, and those of its inlines."""
    form = response.context["adminform"].form
    found = {name: list(said) for name, said in form.errors.items()}
    for inline in response.context["inline_admin_formsets"]:
        said = list(inline.formset.non_form_errors())
        said += [text for row in inline.formset.errors for texts in row.values() for text in texts]
        if said:
            found[inline.formset.prefix] = said
    return found
