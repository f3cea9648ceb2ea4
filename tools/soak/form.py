"""Read the values of a form from a page, as a browser would send them."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """The values of each form of a page, by the names of its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.values: dict[str, str] = {}
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            self.values = {}
            self.forms.append(self.values)
        elif tag == "input" and name and is_sent(values):
            self.values[name] = values.get("value", "")
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select and "selected" in values:
            self.values[self.select] = values.get("value", "")
        elif tag == "textarea" and name:
            self.textarea = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = ""
        elif tag == "select":
            self.select = ""


def is_sent(values: dict[str, str]) -> bool:
    """Return whether a browser sends an input, by its attributes, when another button is used."""
    kind = values.get("type", "text")
    if kind in {"checkbox", "radio"}:
        return "checked" in values
    return kind not in {"submit", "button", "file", "image", "reset"}


def form_values(page: str, field: str) -> dict[str, str]:
    """Return the values of the form that has a field of that name."""
    forms = Forms()
    forms.feed(page)
    [found] = [values for values in forms.forms if field in values]
    return found
