"""Naughty strings: a generator of texts as people, programs and attackers bring them.

Each kind is made by a rule of its own: from the tables of Unicode, from the syntax of the formats
and languages that a text passes on its way through the portal, and from what programs write.
"""

import sys
import unicodedata
from collections.abc import Iterator
from itertools import product

# Where the meaning of a character ends in some format: HTML, URLs, SQL, templates, CSV, JSON.
SPECIAL = "\"'`<>&;:/\\|%{}[]()$#@=+-*?!~^,._"
WORDS = ("Fez", "Łódź", "北京", "القاهرة", "می\u200cروم", "ශ්\u200dරී", "Ἀθῆναι", "한국", "😀")
SPACES = [chr(c) for c in range(0x10000) if unicodedata.category(chr(c)) in ("Zs", "Zl", "Zp")]
PAIRS = (
    ("<script>", "</script>"), ("<!--", "-->"), ("<![CDATA[", "]]>"), ("{{", "}}"), ("{%", "%}"),
    ("${", "}"), ("<?", "?>"), ("'; ", " --"), ("=CMD|' /C ", "'!A0"), ("%s%", "d"),
    ("javascript:", "//"), ("../", "/.."), ("&#x", ";"), ("[", "](x)"), ('"', '" onload="'),
    ("\\u00", "\\"),
)  # fmt: skip
WRITTEN = (
    "NULL None nil undefined NaN Infinity -Infinity true FALSE 0 -0 1e309 0x7F 00 1/0 ١٢٣ ½ Ⅻ"
    " _x000D_ sep=; #REF! 1-1 2024-02-30 TRUE() AUX con.txt . .. ~ - _ admin suggest".split()
)


def invisible() -> Iterator[str]:
    """Yield every control and format character of the first plane, and of the tags."""
    for code in (*range(0x10000), *range(0xE0000, 0xE0200)):
        if unicodedata.category(chr(code)) in ("Cc", "Cf") or 0xFE00 <= code <= 0xFE0F:
            yield chr(code)


def characters() -> Iterator[str]:
    """Yield the characters of Unicode, and samples of large blocks of one kind.

    These are ideographs, Hangul syllables, private and unassigned code points.
    """
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        is_alike = category in ("Cn", "Co", "Cs") or 0x3400 <= code < 0xA000
        is_alike = is_alike or 0xAC00 <= code < 0xD7A4 or 0x17000 <= code < 0x19000
        if code % 97 == 0 or not (is_alike or 0x20000 <= code < 0x2F800):
            yield chr(code)


def naughty_strings() -> Iterator[str]:
    """Yield the strings, none of them twice; without U+0000, which no form and no file lets in."""
    made = [
        *WRITTEN,
        *(special * 3 for special in SPECIAL),
        *(f"{start}{word}{end}" for (start, end), word in product(PAIRS, WORDS[:2])),
        *(f"{word}{space}{word}" for word, space in product(WORDS[:2], SPACES)),
        *(f"{space}{space}" for space in SPACES),
        *(f"Fe{sign}z" for sign in invisible()),
        *(f"{sign}" for sign in invisible()),
        *(unicodedata.normalize(form, word) for word in WORDS for form in ("NFC", "NFD", "NFKC")),
        *(word[:1] + "\u0323\u0301" * number for word in WORDS for number in (1, 20, 60)),
        *(f"{word}\r\n{word}\u2028{word}\x0b" for word in WORDS),
        "".join(WORDS),
        "\ufdfa" * 60,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\ud83d",
        "x\ufffey\U0010ffff",
    ]
    yield from dict.fromkeys(text for text in made if "\x00" not in text)
