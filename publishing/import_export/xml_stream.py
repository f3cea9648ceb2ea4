"""Parse the XML of a workbook as a stream, within limits on the work and the memory it takes."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from publishing.import_export.uploaded_rows import UnreadableFile

CHUNK = 64 * 1024
# Elements of a workbook's parts together: 20,000 rows of 50 cells have fewer.
MOST_ELEMENTS = 3_000_000
# Different names of elements and attributes, which the parser keeps.
MOST_NAMES = 5_000
DEEPEST = 60
# An element with its attributes, or a comment, is in memory as a whole.
LONGEST_TAG = 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PACKED_FILES = 2_000


# What zipfile, its decompressors and expat raise for a part that is cut, damaged, encrypted, packed
# in an unknown way, or in an unknown encoding; and our handlers, for numbers that are none.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    expat.ExpatError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
)


@contextmanager
def damage_refused() -> Iterator[None]:
    """Raise UnreadableFile for every error of a damaged archive."""
    try:
        yield
    except DAMAGE as error:
        raise broken() from error


def broken() -> UnreadableFile:
    return UnreadableFile(
        _("The workbook cannot be read. Open it in a spreadsheet and save it again as .xlsx.")
    )


def too_large() -> UnreadableFile:
    return UnreadableFile(
        _("The workbook is too large when it is unpacked. Divide it into several.")
    )


def check_size(entries: list[zipfile.ZipInfo]) -> None:
    """Raise UnreadableFile for an archive that is too large; zipfile unpacks no more than this."""
    too_much = sum(entry.file_size for entry in entries) > MOST_UNPACKED
    if too_much or len(entries) > MOST_PACKED_FILES:
        raise too_large()


class Handler:
    """Base of the handlers of elements, by their names without prefixes.

    The methods are looked up once for each name, because a sheet has millions of elements.
    """

    starts: dict[str, Callable[[dict[str, str]], None]]
    ends: dict[str, Callable[[], None]]
    # Set by the parser: pass on the text of elements, or do not; use other methods from here on.
    collect: Callable[[bool], None]
    switch: Callable[[dict[str, Any], dict[str, Any]], None]

    def text(self, text: str) -> None:
        """Receive a piece of text while texts are collected."""


class _Methods(dict[str, Any]):
    """The methods for elements, by their names with any prefix."""

    def __missing__(self, name: str) -> Any:
        self[name] = self.get(name.rpartition(":")[2])
        return self[name]


class WorkbookXML:
    """The XML parts of a workbook, and the number of elements that may still be parsed."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.casefold(): name for name in archive.namelist()}
        self.elements_left = MOST_ELEMENTS

    def has(self, name: str) -> bool:
        return name.casefold() in self.names

    def parse(self, name: str, handler: Handler) -> None:
        for _chunk in self.stream(name, handler):
            pass

    def stream(self, name: str, handler: Handler) -> Iterator[None]:
        """Parse a part; pause after each chunk. Raises UnreadableFile."""
        if not self.has(name):
            raise broken()
        parser = self._parser(handler)
        with damage_refused(), self.archive.open(self.names[name.casefold()]) as part:
            fed = 0
            while chunk := part.read(CHUNK):
                parser.Parse(chunk, False)
                fed += len(chunk)
                is_stuck = fed - parser.CurrentByteIndex > LONGEST_TAG
                if is_stuck or len(parser.intern) > MOST_NAMES:
                    raise too_large()
                yield
            parser.Parse(b"", True)
            yield

    def _parser(self, handler: Handler) -> Any:
        parser = expat.ParserCreate()
        parser.buffer_text, parser.buffer_size = True, CHUNK
        parser.StartDoctypeDeclHandler = _refuse_doctype
        starts, ends = _Methods(handler.starts), _Methods(handler.ends)
        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self.elements_left -= 1
            if self.elements_left < 0 or depth > DEEPEST:
                raise too_large()
            if method := starts[name]:
                method(attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            if method := ends[name]:
                method()

        def collect(is_wanted: bool) -> None:
            parser.CharacterDataHandler = handler.text if is_wanted else None

        def switch(new_starts: dict[str, Any], new_ends: dict[str, Any]) -> None:
            nonlocal starts, ends
            starts, ends = _Methods(new_starts), _Methods(new_ends)

        handler.collect, handler.switch = collect, switch
        parser.StartElementHandler, parser.EndElementHandler = start, end
        return parser


def _refuse_doctype(*_arguments: Any) -> None:
    """Refuse document types: workbooks have none, and their entities may expand to gigabytes."""
    raise broken()


def attribute(attributes: dict[str, str], name: str) -> str:
    """Return an attribute by its name without the prefix; "" if it is missing."""
    return next((v for key, v in attributes.items() if key.rpartition(":")[2] == name), "")
