"""A parsed HTML page: its words, its links, and every tag."""

from html.parser import HTMLParser
from typing import Any


class ParsedPage(HTMLParser):
    """A parsed page.

    `text` is the text of its body, with single spaces; `links` are (words, address) in their order;
    `tags` are (name, attributes); `outline` are the headings as "2 News".
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: list[tuple[str, str]] = []
        self.outline: list[str] = []
        self._words: list[str] = []
        self._open: list[tuple[str, int, dict[str, str]]] = []
        self._in_body = False
        self.feed(html)
        self.close()
        self.text = squeeze(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self._in_body = self._in_body or tag == "body"
        if tag in {"p", "li", "dt", "dd", "div", "td", "th", "br", "h1", "h2", "h3", "section"}:
            self._words.append(" ")
        self._open.append((tag, len(self._words), given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self._in_body:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, start, given = self._open.pop()
            if opened == tag:
                words = squeeze(self._words[start:])
                if tag == "a":
                    self.links.append((words, given.get("href", "")))
                elif len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
                    self.outline.append(f"{tag[1]} {words}")
                return

    @property
    def addresses(self) -> set[str]:
        """Return the addresses of the links."""
        return {address for _words, address in self.links}

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]

    def values(self, attribute: str) -> list[str]:
        return [given[attribute] for _name, given in self.tags if attribute in given]


def squeeze(words: list[str]) -> str:
    return " ".join("".join(words).split())


def parse(response: Any) -> ParsedPage:
    return ParsedPage(response.content.decode())


def words(html: str, start: str, end: str) -> str:
    """Return the text between two marks of a page's source, without its tags."""
    return ParsedPage(f"<body>{html.partition(start)[2].partition(end)[0]}").text
