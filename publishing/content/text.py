"""The normal form of text: what people type, paste or import, as the database keeps it.

It is NFC (UAX #15) without characters that nobody can see or mean:

* Control characters (Cc), noncharacters and lone surrogates.
* Format characters (Cf) and those with the property Default_Ignorable_Code_Point (Unicode's
  DerivedCoreProperties.txt): soft hyphens, zero-width spaces, marks of direction, fillers, and
  joiners, selectors and tags outside the contexts below.

Some characters cannot be seen, but change the letters around them, and stay (UAX #31, section 2.3,
"Layout and Format Control Characters"; UTS #55 and UTS #51, "Emoji", have the contexts):

* A joiner (U+200C, U+200D) between letters of Arabic, Indic and kindred scripts; U+200D also after
  a virama at the end of a word, as old Malayalam text has it.
* U+200D between emoji, a variation selector after a character that has variants (emoji,
  ideographs, Mongolian and Myanmar letters), and the tags of the flags of England, Scotland, Wales.

Arabic number signs and their kind (Prepended_Concatenation_Mark) and Egyptian joiners are Cf, but
visible. Spaces are kept as they are, U+00A0, U+202F and U+3000 included, except at both ends. Of
more than thirty marks on one letter the rest goes (UAX #15, section 13, "Stream-Safe Text Format"):
Python sorts them in a time that grows with the square of their number.
"""

import re
import unicodedata
from collections.abc import Iterable


def _ranges(text: str) -> str:
    """Return a regular expression's class of the code points of "00AD 200B-200F …"."""
    pairs = (part.split("-") for part in text.split())
    return "".join(f"\\U{pair[0]:0>8}-\\U{pair[-1]:0>8}" for pair in pairs)


def _class(ranges: Iterable[str], is_negated: bool = False) -> re.Pattern[str]:
    return re.compile(f"[{'^' * is_negated}{''.join(ranges)}]")


# DerivedCoreProperties.txt, Default_Ignorable_Code_Point, with the code points set apart for more
# of them; and of Cf the interlinear annotations. Python's `unicodedata` does not know the property.
_IGNORABLE = _ranges(
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F"
    " FEFF FFA0 FFF0-FFFB 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)
_NONCHARACTERS = _ranges("FDD0-FDEF") + "".join(
    f"\\U{plane:04x}fffe-\\U{plane:04x}ffff" for plane in range(17)
)
_CONTROLS = _ranges("0000-0008 000E-001F 007F-0084 0086-009F")
_SURROGATES = _ranges("D800-DFFF")
DROPPED = "".join((_CONTROLS, _SURROGATES, _NONCHARACTERS, _IGNORABLE))
_DROPPED = re.compile(f"[{DROPPED}]+")

# Scripts whose letters change with a joiner: Arabic to Mandaic, Indic, Tibetan, Myanmar, Tagalog to
# Khmer, Mongolian, Limbu to Vedic, Syloti Nagri to Meetei Mayek, Arabic forms, and in the second
# plane Kharoshthi to Sogdian, Brahmi to Gunjala Gondi and Adlam.
_JOINED = _class(
    [
        _ranges(
            "0600-08FF 0900-0DFF 0F00-0FFF 1000-109F 1700-18AF 1900-1CFF A800-A8FF A930-AAFF"
            " ABC0-ABFF FB50-FDCF FDF0-FDFF FE70-FEFC 10A00-10FFF 11000-11FFF 1E900-1E95F"
        )
    ]
)
_HAN = _class([_ranges("2E80-2FDF 3005-3007 3021-3029 3400-4DBF 4E00-9FFF F900-FAFF 20000-3FFFD")])
_MONGOLIAN = _class([_ranges("1820-18AA")])
# Letters with standardised variants (StandardizedVariants.txt) that are neither emoji nor Han.
_VARIED = _class([_ranges("0030 1000-109F 3001-3002 A840-A87F AA60-AA7F FF01-FF5E 10AC0-10AFF")])
# Emoji that are no symbols, by category: ‼ ⁉ ℹ 〰 〽. Many newer ones Python does not know at all.
_EMOJI = _class([_ranges("203C 2049 2139 3030 303D 1F000-1FAFF")])
_KEYCAPS = frozenset("0123456789#*")
_FLAG_TAGS = re.compile("[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f")

# Line boundaries of UAX #14, and the signs for them of other programs.
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BREAKS_AND_TABS = re.compile(" *[\n\t][\n\t ]*")
# A blank that Unicode counts as a symbol: the Braille pattern without dots.
BLANK = "\u2800"
_RIMS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + BLANK

MOST_MARKS = 30
# A text of a language settles at the first attempt.
MOST_ATTEMPTS = 4
# Neither letters nor spaces, and so perhaps marks.
_MARKS = re.compile(f"(?:(?![\0-\x7f])[^\\w\\s]){{{MOST_MARKS + 1},}}")

# Of the control characters, XML 1.0 has the tab and line breaks.
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

ZWNJ, ZWJ = "\u200c", "\u200d"


def normal(text: str, is_multiline: bool = False) -> str:
    """Return the normal form of a text; of one line, unless it may have several.

    It is idempotent, and takes time in proportion to the length.

    >>> normal("  Bil\\u00adba\\u0301o\\u200b\\tEspaña "), normal("می\\u200cروم") == "می\\u200cروم"
    ('Bilbáo España', True)
    """
    text = composed(text)
    if not is_multiline:
        text = _BREAKS_AND_TABS.sub(" ", text)
    return text.strip(_RIMS)


def composed(text: str) -> str:
    """Return the normal form of a part of a text: of several lines, with the spaces at its ends."""
    if text.isascii() and text.isprintable():
        return text
    text = _few_marks(_LINE_BREAKS.sub("\n", text))
    # Marks that come together change their order, and so what is before a joiner after them.
    for _attempt in range(MOST_ATTEMPTS):
        before, text = text, _few_marks(_DROPPED.sub(_meant, text))
        if text == before:
            return text
    return _few_marks(_DROPPED.sub("", text))


def is_visible(text: str) -> bool:
    """Return whether the text has a character that can be seen by itself."""
    # Neither spaces, nor control characters, nor marks without their letter. The Cf that are left
    # are signs, and characters that are not assigned may be newer than Python's table.
    unseen = ("Zs", "Zl", "Zp", "Cc", "Mn", "Mc", "Me")
    seen = _DROPPED.sub("", text).replace(BLANK, "")
    return any(unicodedata.category(character) not in unseen for character in seen)


def holdable(text: str) -> str:
    """Return the text without what XML 1.0 and workbooks cannot hold (XML 1.0, production 2).

    Feeds, tables and everything else that leaves the portal drop that and no more. Stored texts
    are in their normal form and have none of it.
    """
    return _UNHOLDABLE.sub("", text)


def _few_marks(text: str) -> str:
    """Return the text in NFC, with thirty marks on a letter at the most."""
    text = unicodedata.normalize("NFC", _MARKS.sub(_first_marks, text))
    # Some marks are two or three in NFC.
    return _MARKS.sub(_first_marks, text)


def _first_marks(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _meant(found: re.Match[str]) -> str:
    """Return what is meant of a run of invisible characters: a selector, tags, and a joiner."""
    run, text = found[0], found.string
    before = text[found.start() - 1] if found.start() else ""
    after = text[found.end() : found.end() + 1]
    kept = _selector(run, before, after)
    if before == "\U0001f3f4" and (tags := _FLAG_TAGS.search(run)):
        kept += tags[0]
    return kept + next(
        (sign for sign in run if sign in _JOINERS and _joins(sign, before, after)), ""
    )


_JOINERS = frozenset((ZWNJ, ZWJ, "\u180e"))


def _joins(joiner: str, before: str, after: str) -> bool:
    """Return whether a joiner between these characters changes them."""
    if joiner == "\u180e":
        return bool(_MONGOLIAN.match(before) and _MONGOLIAN.match(after))
    if joiner == ZWJ and _is_emoji(before):
        return _is_emoji(after)
    if not _JOINED.match(before) or not _is_letter(before):
        return False
    # Viramas are the marks of this canonical combining class.
    ends_word = joiner == ZWJ and unicodedata.combining(before) == 9
    return ends_word or bool(_JOINED.match(after) and _is_letter(after))


def _selector(run: str, before: str, after: str) -> str:
    """Return the first variation selector of a run that the character before it can have."""
    for sign in run:
        if "\u180b" <= sign <= "\u180f" and sign != "\u180e":
            has_variant = bool(_MONGOLIAN.match(before))
        elif sign in "\ufe0e\ufe0f":
            is_keycap = before in _KEYCAPS and after == "\u20e3"
            has_variant = before != "" and (is_keycap or _is_emoji(before))
        elif "\ufe00" <= sign <= "\ufe0d":
            has_variant = bool(_HAN.match(before) or _VARIED.match(before)) or _is_sign(before)
        else:
            has_variant = "\U000e0100" <= sign <= "\U000e01ef" and bool(_HAN.match(before))
        if has_variant:
            return sign
    return ""


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"


def _is_emoji(character: str) -> bool:
    return bool(_EMOJI.match(character)) or _is_sign(character)


def _is_sign(character: str) -> bool:
    # Symbols of mathematics have variants too.
    is_symbol = character != "" and unicodedata.category(character) in ("So", "Sm")
    return is_symbol and character != BLANK and not character.isascii()
