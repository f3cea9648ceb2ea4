"""Workbooks with damage anywhere: each is read, or refused in a sentence."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from cities.models import City
from publishing.import_export.headings import KnownHeadings
from publishing.import_export.readers import read_table
from publishing.import_export.uploaded_rows import UnreadableFile
from tests.publishing.import_export.files import ods, with_part, workbook

ROWS = [["name", "country", "motto"], ["Fez", "MA", "A motto"], ["Évora", "PT", ""]]


@pytest.fixture(scope="module")
def known():
    return KnownHeadings(City)


@pytest.fixture(params=["xlsx", "ods"], scope="module")
def sound(request):
    return workbook({"a": ROWS}) if request.param == "xlsx" else ods({"a": ROWS})


def outcome(data, known):
    """Return the rows of a file, or the sentence that refuses it."""
    try:
        return [row.cells for row in read_table(BytesIO(data), len(data), {}, known)]
    except UnreadableFile as refused:
        return str(refused)


def test_a_changed_byte_anywhere_is_refused_in_a_sentence_or_read(known, sound):
    assert outcome(sound, known) == ROWS[1:]
    # The parts begin with headers, and the directory of the archive is at its end.
    for place in {*range(0, len(sound), 11), *range(len(sound) - 200, len(sound))}:
        for value in (0, 0xFF, sound[place] ^ 0x40):
            assert outcome(sound[:place] + bytes([value]) + sound[place + 1 :], known) is not None


def test_a_file_that_is_cut_or_has_something_more_is_refused_in_a_sentence_or_read(known, sound):
    for place in range(0, len(sound), 61):
        for damaged in (sound[:place], sound[place:], sound[:place] + b"\xff" + sound[place:]):
            if damaged.startswith(b"PK"):
                assert outcome(damaged, known) is not None


def test_a_damaged_or_absent_part_is_refused_in_a_sentence_or_read(known, sound):
    for part in ZipFile(BytesIO(sound)).namelist():
        content = ZipFile(BytesIO(sound)).read(part).decode()
        for old, new in (
            ('encoding="UTF-8"', 'encoding="UVF-8"'),
            ("worksheets/sheet1.xml", ""),
            ("worksheets/sheet1.xml", "worksheets/none.xml"),
            (' r="', ' r="-'),
            ("<", "&lt;"),
        ):
            damaged = with_part(sound, part, content.replace(old, new))
            assert outcome(damaged, known) is not None
