"""Detect the encoding of a text file, or rank those in which it may be written.

UTF-8, and UTF-16 and UTF-32 with a byte order mark, are certain. All other encodings give every
byte a letter, so they are ranked: by the letters that the encoding is used for, and by words that
mix scripts or cases, as a wrong encoding makes them. People decide between the best ones.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from django.utils.translation import gettext_lazy as _

CHUNK = 64 * 1024
# Lines with other letters than ASCII, and bytes of each, that are looked at.
SAMPLE_LINES, SAMPLE_BYTES = 60, 200
MOST_OFFERED = 8
# Words that are shown of each.
SHOWN = 6
# A reading is certain if every other one scores less by this.
CLEAR_LEAD = 0.15
# A reading that scores less than the best by this is not offered.
WIDEST_LEAD = 0.5

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SIGNS = "’‘“”„–—…«»°€·ªº№§"
_WESTERN = "éèêëàâäáãåæçîïíñôöóõøœùûüúßÉÀÂÄÁÅÆÇÎÍÑÔÖÓØŒÜÚÊ"


def _letters(letters: str) -> Callable[[str], float]:
    """Return a weight: 1 for these letters and for signs of any language."""
    common = frozenset(letters + _SIGNS)
    return lambda character: 1.0 if character in common else 0.3


def _between(first: str, last: str, weight: float = 1.0) -> Callable[[str], float]:
    """Return a weight for the letters of an alphabet."""
    return lambda c: weight if first <= c <= last or c in _SIGNS else 0.3


def _lead_bytes(charset: str, first: int, last: int, weight: float) -> Callable[[str], float]:
    """Return a weight for the characters that a national standard has among its common ones."""

    def weigh(character: str) -> float:
        if character in "，。、・「」（）：；　":
            return weight
        encoded = character.encode(charset, "ignore")
        return weight if encoded and first <= encoded[0] <= last else 0.3

    return weigh


def _japanese(character: str) -> float:
    if "\u3041" <= character <= "\u30fe":
        return 1.2
    return _lead_bytes("euc_jp", 0xB0, 0xCF, 1.05)(character)


class Encoding(NamedTuple):
    """An encoding that is offered, and the weight of a character that is not ASCII."""

    label: object
    weigh: Callable[[str], float]


# In the order in which readings of equal score are offered. A character of two bytes weighs more,
# because text in another encoding seldom has only valid pairs.
ENCODINGS = {
    "utf-8": Encoding(_("Unicode (UTF-8)"), lambda _character: 1.3),
    "cp1252": Encoding(_("Western European (Windows-1252)"), _letters(_WESTERN)),
    "cp1251": Encoding(_("Cyrillic (Windows-1251)"), _between("\u0401", "\u0491")),
    "cp949": Encoding(_("Korean (EUC-KR)"), _lead_bytes("euc_kr", 0xB0, 0xC8, 1.15)),
    "gb18030": Encoding(
        _("Chinese, simplified (GB 18030)"), _lead_bytes("gb2312", 0xB0, 0xD7, 1.1)
    ),
    "big5hkscs": Encoding(_("Chinese, traditional (Big5)"), _lead_bytes("big5", 0xA4, 0xC6, 1.1)),
    "cp932": Encoding(_("Japanese (Shift-JIS)"), _japanese),
    "euc_jp": Encoding(_("Japanese (EUC-JP)"), _japanese),
    "cp1254": Encoding(_("Turkish (Windows-1254)"), _letters("çğıöşüâîûÇĞİÖŞÜÂ")),
    "cp1250": Encoding(
        _("Central European (Windows-1250)"),
        _letters("ąćęłńóśźżáčďéěíňřšťúůýžäöüőűôđăâîşţßçĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽÄÖÜŐŰÔĐĂÂÎŞŢ"),
    ),
    "cp1257": Encoding(
        _("Baltic (Windows-1257)"), _letters("āčēģīķļņšūžąęėįųõäöüĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲÕÄÖÜ")
    ),
    "cp1253": Encoding(_("Greek (Windows-1253)"), _between("\u0386", "\u03ce")),
    "cp1255": Encoding(_("Hebrew (Windows-1255)"), _between("\u05d0", "\u05ea", 1.05)),
    "cp1256": Encoding(_("Arabic (Windows-1256)"), _between("\u060c", "\u06d2")),
    "cp874": Encoding(_("Thai (Windows-874)"), _between("\u0e01", "\u0e5b", 0.8)),
    "koi8_r": Encoding(_("Cyrillic (KOI8-R)"), _between("\u0401", "\u0451")),
    "koi8_u": Encoding(_("Cyrillic (KOI8-U)"), _between("\u0401", "\u0491")),
    "mac_roman": Encoding(_("Western European (Macintosh)"), _letters(_WESTERN)),
    "cp850": Encoding(_("Western European (DOS)"), _letters(_WESTERN)),
    "utf-16": Encoding(_("Unicode (UTF-16)"), lambda _character: 1.0),
    "utf-16-le": Encoding(_("Unicode (UTF-16 LE)"), lambda _character: 1.0),
    "utf-16-be": Encoding(_("Unicode (UTF-16 BE)"), lambda _character: 1.0),
    "utf-32": Encoding(_("Unicode (UTF-32)"), lambda _character: 1.0),
    "utf-32-le": Encoding(_("Unicode (UTF-32 LE)"), lambda _character: 1.0),
    "utf-32-be": Encoding(_("Unicode (UTF-32 BE)"), lambda _character: 1.0),
}
# Encodings of two or four bytes for each letter; all others keep ASCII as it is.
WIDE = [name for name in ENCODINGS if name.startswith(("utf-16", "utf-32"))]


class Reading(NamedTuple):
    """A file as an encoding reads it: its words that show the difference, and the score."""

    encoding: str
    words: list[str]
    score: float

    @property
    def label(self) -> str:
        return str(ENCODINGS[self.encoding].label)


def readings(file: IO[bytes]) -> list[Reading]:
    """Return the plausible readings of a file, the best first; one if there is no doubt."""
    if certain := _certain_encoding(file):
        return [Reading(certain, [], 1.0)]
    sample = b"\n".join(_foreign_lines(file))
    scores: dict[str, tuple[float, str]] = {}
    for name in ENCODINGS:
        if name not in WIDE:
            text = sample.decode(name, "replace")
            # Several encodings may read the same; the first of them is offered.
            scores.setdefault(text, (score(text, ENCODINGS[name]), name))
    ranked = sorted(scores.values(), key=lambda pair: -pair[0])
    ranked = [pair for pair in ranked if pair[0] > ranked[0][0] - WIDEST_LEAD][:MOST_OFFERED]
    if len(ranked) == 1 or ranked[0][0] - ranked[1][0] > CLEAR_LEAD:
        ranked = ranked[:1]
    words = _telling_words(sample, [name for _points, name in ranked])
    return [Reading(name, words[name], points) for points, name in ranked]


def _telling_words(sample: bytes, names: list[str]) -> dict[str, list[str]]:
    """Return the words that the encodings read most differently, as each reads them."""
    words = dict.fromkeys(w for w in re.split(rb"[\s,;\"]+", sample) if not w.isascii())
    read = [[word.decode(name, "replace") for name in names] for word in words]
    read.sort(key=lambda spellings: -len(set(spellings)))
    return {name: [spellings[i] for spellings in read[:SHOWN]] for i, name in enumerate(names)}


def _certain_encoding(file: IO[bytes]) -> str:
    """Return the encoding that the file's first bytes or their validity prove; "" in doubt."""
    file.seek(0)
    head = file.read(CHUNK)
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if b"\0" in head:
        return _wide_encoding(head)
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def _wide_encoding(head: bytes) -> str:
    """Return the UTF-16 or UTF-32 without a mark in which the first letters make sense."""
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        separators = sum(text.count(sign) for sign in ",;\t|\r\n ")
        if separators and "\0" not in text:
            readable = sum(c.isalnum() or c in ",;\t|\r\n .-'\"()/:" for c in text)
            if readable > 0.9 * len(text):
                return name
    # It is no text at all; reading it says so.
    return "utf-8"


def _foreign_lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the first lines with other letters than ASCII; very long ones are cut."""
    file.seek(0)
    found = 0
    while found < SAMPLE_LINES and (line := file.readline(CHUNK)):
        if not line.isascii():
            found += 1
            start = max(0, re.search(rb"[^\x00-\x7f]", line).start() - SAMPLE_BYTES // 2)  # type: ignore[union-attr]
            start = 0 if start < SAMPLE_BYTES // 2 else start
            yield line[start : start + SAMPLE_BYTES].rstrip(b"\r\n")


def score(text: str, encoding: Encoding) -> float:
    """Return the plausibility of a text: at most the encoding's greatest weight, 0 for noise."""
    total, count = 0.0, 0
    for word in re.findall(r"[^\s,;|\"()/]+", text):
        foreign = [c for c in word if not c.isascii()]
        if not foreign:
            continue
        count += len(foreign)
        if _is_odd(word):
            total -= 0.5 * len(foreign)
        else:
            total += sum(_weight(c, encoding) for c in foreign)
    return total / count if count else 1.0


def _weight(character: str, encoding: Encoding) -> float:
    if character == "\ufffd" or "\x80" <= character <= "\x9f":
        return -3.0
    if "\uff61" <= character <= "\uff9f":
        # Half-width katakana: what other bytes look like in Japanese.
        return 0.1
    return encoding.weigh(character)


def _is_odd(word: str) -> bool:
    """Return whether the word mixes cases, letters and signs, or Latin and other letters."""
    # Marks too: those of Thai are no letters, but stand in no Latin word.
    letters = [c for c in word if c.isalpha() or unicodedata.category(c) == "Mn"]
    parts = [part for part in re.split(r"[-'’.\d_]", word) if part]
    has_odd_case = any(
        not (p.islower() or p.isupper() or p[1:].islower()) for p in parts if _is_cased(p)
    )
    has_sign_inside = re.search(
        r"[^\W\d_][^\w\s\x00-\x7f’‘‑–\u0300-\u036f\u0900-\u0eff・·]\w", word
    )
    is_mixed = any(_is_latin(c) for c in letters) and any(not _is_latin(c) for c in letters)
    return bool(has_odd_case or has_sign_inside or is_mixed)


def _is_cased(part: str) -> bool:
    return part.lower() != part.upper() and part.isalpha()


def _is_latin(character: str) -> bool:
    return character < "\u0370" or "\u1e00" <= character <= "\u1eff"
