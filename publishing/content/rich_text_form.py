"""The normal form of rich text: the HTML that the editor writes for the same document.

Blocks follow each other without white space, list items and table cells hold paragraphs, marks
nest in one order, and nothing is empty that nobody can see. A text in its normal form therefore
stays the same when the editor opens and saves it (ProseMirror's DOMParser and DOMSerializer, and
the nodes of portal/static/admin-richtext.js), and two texts differ only where their words do.

The input comes from the sanitiser: well-formed, with allowed elements and quoted attributes only.
Elements of other programs are mapped to those of the editor, so no words are joined or lost.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from publishing.content.rich_text_lines import BREAK, TextLine, TextMark
from publishing.content.text import normal

# Elements of other programs, and ours in their place. Headings start at level 2.
FOREIGN_LINES = {"h1": "h2", "h5": "h4", "h6": "h4"}
FOREIGN_MARKS = {"b": "strong", "i": "em"}
# They only separate paragraphs.
FOREIGN_BLOCKS = frozenset(
    "div section article header main address pre dl dt dd center details summary".split()
)
LINES = {"p": "p", "h2": "h2", "h3": "h3", "h4": "h4", **FOREIGN_LINES}
MARKS = {"a": "a", "strong": "strong", "em": "em", "sub": "sub", "sup": "sup", **FOREIGN_MARKS}
# In the order in which they nest.
RANKS = ("a", "strong", "em", "sub", "sup")
# Elements that hold blocks, and those that hold one line of text.
FLOWS = frozenset(("body", "li", "blockquote", "aside", "td", "th"))
CAPTIONS = {"figure": "figcaption", "footer": "footer"}
PARENTS = {"li": ("ul", "ol"), "tr": ("table",), "td": ("tr",), "th": ("tr",)}
MOST_FRAMES = 40
MOST_SPAN = 100

_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>|[^<]+')
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)
_VIDEO = re.compile(r"https://[^\s\"'<>\\]{3,500}", re.ASCII)
_RECORD = re.compile(r"^record:", re.IGNORECASE)


def editor_form(html: str) -> str:
    """Return a sanitised text as the editor writes it."""
    return Reader().read(html)


# -- Blocks --------------------------------------------------------------------------------


class Frame:
    """An element whose content is being read."""

    def __init__(self, name: str, attributes: str = "") -> None:
        self.name, self.attributes = name, attributes
        # The inner blocks as HTML, or the items, rows or cells.
        self.blocks: list[str] = []
        self.parts: list[Frame] = []
        self.source = ""
        self.line, self.line_name = TextLine(), "p"

    def flush(self) -> None:
        """End the present line, which becomes a block unless it is empty."""
        if text := self.line.html():
            self.blocks.append(f"<{self.line_name}>{text}</{self.line_name}>")
        self.line, self.line_name = TextLine(), "p"

    def html(self) -> str:
        """Return the element, "" if there is nothing in it."""
        return str(getattr(self, f"_{self.name}", self._flow)())

    def _flow(self) -> str:
        return self._wrapped("".join(self.blocks))

    def _wrapped(self, inner: str) -> str:
        return f"<{self.name}{self.attributes}>{inner}</{self.name}>" if inner else ""

    def _body(self) -> str:
        return "".join(self.blocks)

    def _li(self) -> str:
        if self.blocks and not self.blocks[0].startswith("<p>"):
            self.blocks.insert(0, "<p></p>")
        return self._flow()

    def _ul(self) -> str:
        return self._wrapped("".join(part.html() for part in self.parts))

    _ol = _tr = _ul

    def _td(self) -> str:
        return self._wrapped("".join(self.blocks) or "<p></p>")

    _th = _td

    def _table(self) -> str:
        rows = [row for row in self.parts if row.parts]
        if not any(cell.attributes for row in rows for cell in row.parts):
            # The editor completes short rows.
            width = max((len(row.parts) for row in rows), default=0)
            for row in rows:
                row.parts += [Frame("td") for _cell in range(width - len(row.parts))]
        inner = "".join(row.html() for row in rows)
        return self._wrapped(f"<tbody>{inner}</tbody>" if inner else "")

    def _blockquote(self) -> str:
        if not self.blocks:
            return f"<p>{self.source}</p>" if self.source else ""
        source = f"<footer>{self.source}</footer>" if self.source else ""
        return self._wrapped("".join(self.blocks) + source)

    def _figure(self) -> str:
        text = self.line.html()
        caption = f"<figcaption>{text}</figcaption>" if text else ""
        return f"<figure{self.attributes}>{caption}</figure>"


class Reader:
    """Read sanitised HTML from tag to tag. There is no recursion: texts may nest without limit."""

    def __init__(self) -> None:
        self.frames = [Frame("body")]
        self.marks: list[TextMark] = []
        # The open elements, each with the frame or the mark that it became.
        self.opened: list[tuple[str, Frame | TextMark | None]] = []

    def read(self, html: str) -> str:
        for token in _TOKEN.finditer(html):
            closing, name, attributes = token[1], token[2], token[3]
            if name is None:
                self.flow.line.add(token[0], self._current_marks())
            elif closing:
                self._end()
            elif name == "br":
                self.flow.line.add(BREAK, self._current_marks())
            elif name == "hr":
                self._rule()
            else:
                self._start(name, dict(_ATTRIBUTE.findall(attributes)))
        while self.opened:
            self._end()
        body = self.frames[0]
        body.flush()
        return body.html()

    @property
    def flow(self) -> Frame:
        """The innermost element that takes text: text between items or rows goes before them."""
        return next(
            frame
            for frame in reversed(self.frames)
            if frame.name in FLOWS or frame.name in CAPTIONS
        )

    def _current_marks(self) -> tuple[TextMark, ...]:
        """Return the marks in their order; of several links, or sub- and superscript, the last."""
        found = {"sup" if mark.name == "sub" else mark.name: mark for mark in self.marks}
        return tuple(sorted(found.values()))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        became: Frame | TextMark | None = None
        if name in MARKS:
            if became := _mark(MARKS[name], attributes):
                self.marks.append(became)
        elif self.flow.name in CAPTIONS:
            self.flow.line.add(" ", ())
        else:
            self.flow.flush()
            self.flow.line_name = LINES.get(name, "p")
            if became := self._frame(name, attributes):
                self.frames.append(became)
        self.opened.append((name, became))

    def _frame(self, name: str, attributes: dict[str, str]) -> Frame | None:
        """Return the frame of an element; None if it has no meaning in this place."""
        parent = self.frames[-1].name
        if len(self.frames) >= MOST_FRAMES or parent not in PARENTS.get(name, (parent,)):
            return None
        match name:
            case "ul" | "blockquote" | "table" | "tr" | "li":
                return Frame(name)
            case "ol":
                return Frame(name, _numbering(attributes))
            case "aside" if attributes.get("class") == "callout":
                return Frame(name, ' class="callout"')
            case "td" | "th":
                return Frame(name, _spans(attributes))
            case "footer" if parent == "blockquote" and not self.frames[-1].source:
                return Frame(name)
            case "figure" if reference := _reference(attributes):
                return Frame(name, reference)
        return None

    def _end(self) -> None:
        _name, became = self.opened.pop()
        if isinstance(became, TextMark):
            self.marks.pop()
        elif became is None:
            if _name not in MARKS and self.flow.name in CAPTIONS:
                self.flow.line.add(" ", ())
            elif _name not in MARKS:
                self.flow.flush()
        else:
            self._close(became)

    def _close(self, frame: Frame) -> None:
        self.frames.pop()
        if frame.name in FLOWS:
            frame.flush()
        parent = self.frames[-1]
        if frame.name == "footer":
            parent.source = frame.line.html()
        elif frame.name in PARENTS:
            parent.parts.append(frame)
        elif parent.name in ("ul", "ol") and parent.parts and frame.name in ("ul", "ol"):
            # Some programs put an inner list after the item that it belongs to.
            parent.parts[-1].blocks.append(frame.html())
        elif html := frame.html():
            self.flow.blocks.append(html)

    def _rule(self) -> None:
        if self.flow.name in CAPTIONS:
            self.flow.line.add(" ", ())
        else:
            self.flow.flush()
            self.flow.blocks.append("<hr>")


# -- Attributes ----------------------------------------------------------------------------


def _mark(name: str, attributes: dict[str, str]) -> TextMark | None:
    rank = RANKS.index(name)
    if name != "a":
        return TextMark(rank, name, f"<{name}>")
    # Browsers pass over tabs and line breaks in an address.
    address = normal(re.sub(r"[\t\r\n]", "", attributes.get("href", "")))
    if not address:
        return None
    title = normal(attributes.get("title", ""))
    more = f' title="{title}"' if title else ""
    return TextMark(rank, name, f'<a href="{_RECORD.sub("record:", address)}"{more}>')


def _numbering(attributes: dict[str, str]) -> str:
    start, kind = attributes.get("start", ""), attributes.get("type", "")
    number = int(start) if re.fullmatch(r"[0-9]{1,6}", start, re.ASCII) else 1
    first = f' start="{number}"' if number != 1 else ""
    return first + (f' type="{kind}"' if kind in ("a", "A", "i", "I") else "")


def _spans(attributes: dict[str, str]) -> str:
    found = ""
    for name in ("colspan", "rowspan"):
        span = attributes.get(name, "")
        if re.fullmatch(r"[0-9]{1,3}", span, re.ASCII) and 1 < int(span) <= MOST_SPAN:
            found += f' {name}="{int(span)}"'
    return found


def _reference(attributes: dict[str, str]) -> str:
    """Return the attributes of a figure: the picture's key, or a video's address and picture."""
    key, address = attributes.get("data-picture", ""), attributes.get("data-video", "")
    picture = f' data-picture="{key}"' if _KEY.fullmatch(key) else ""
    return f' data-video="{address}"{picture}' if is_video(unescape(address)) else picture


def is_video(address: str) -> bool:
    """Return whether a video may be linked at this address: a public host, over https."""
    if not _VIDEO.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        return "." in (parts.hostname or "").strip(".") and "@" not in parts.netloc
    except ValueError:
        return False
