"""Parse numbers as people write them: with the thousands signs and digits of any language.

Nothing is guessed: a text with two possible values is refused, and so is one with a word that is
not known.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The signs that people write for a plain one.
_SIGNS = {
    ord(variant): sign
    for sign, variants in {
        "-": "−–—‐‑﹣－",
        "+": "＋",
        ".": "．。٫",
        ",": "，、٬",
        "'": "’‘ʼ`´′＇_",
    }.items()
    for variant in variants
}
# Space, no-break space, thin and narrow spaces: all of Unicode's.
_SPACES = re.compile(r"\s+")
# A reference to a footnote, as encyclopaedias have: “353,000[3]”.
_FOOTNOTE = re.compile(r"\s*\[\w{1,10}\]$")
_ABOUT = re.compile(
    r"^(?:~|≈|about|approx\.?|approximately|around|ca\.?|c\.|circa|env\.?)\s*", re.I
)
# Groups of three digits; or of two and, at the end, three, as in India.
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([ ,.'])\d{3})(?:\1\d{3})*|[1-9]\d?(?:,\d\d)+,\d{3}")
_DECIMALS = re.compile(r"(.*\d)([.,])(\d+)")
_FACTORS = {
    1_000: "k thousand mille mil tausend tsd тыс тысяч 千",
    1_000_000: "m mn mio mln million millions millón millones millionen млн миллион миллиона "
    "миллионов مليون 百万",
    10_000: "万 萬",
    100_000: "lakh lakhs",
    10_000_000: "crore crores",
}
_FACTOR_OF: dict[str, int] = {
    word: factor for factor, words in _FACTORS.items() for word in words.split()
}
_WITH_FACTOR = re.compile(r"([\d.,' ]+?) ?([^\W\d_]+)\.?")
# Ways to write that a value is not known.
_NOTHING = frozenset(
    (
        "-|--|---|–|—|…|...|?|n/a|n.a.|n.a|na|n/d|n.d.|s/d|nil|none|null|unknown|not known|tbc|tba|"
        "not available|not applicable|no data|k.a.|k. a.|inconnu|inconnue|desconocido|desconocida|"
        "неизвестно|нет данных|н/д|未知|无|無|غير معروف"
    ).split("|")
)


def is_nothing(text: str) -> bool:
    """Return whether a text is how people write that a value is not known: "n/a", "—"."""
    return text.casefold() in _NOTHING


def names_nothing(text: str) -> bool:
    """Return whether a text says that a value is not known and can be no name: "n/a", not "NA"."""
    return is_nothing(text) and not text.isalpha()


def plain_digits(text: str) -> str:
    """Return the text with the digits 0 to 9 for those of all scripts, and with plain signs.

    >>> plain_digits("١٬٢٣٤٬٥٦٧"), plain_digits("−１２．５")
    ('1,234,567', '-12.5')
    """
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text.translate(_SIGNS))
    return _SPACES.sub(" ", "".join(digits)).strip()


def whole_number(text: str) -> int:
    """Return the whole number that a text spells. Raises ValidationError.

    >>> whole_number("1,234,567"), whole_number("1.234"), whole_number("12,34,567")
    (1234567, 1234, 1234567)
    >>> whole_number("ca. 500 000"), whole_number("1.2 million"), whole_number("353000.0")
    (500000, 1200000, 353000)
    """
    sign, digits = _sign_and_digits(text)
    value = _grouped(digits)
    if value is None:
        value = _multiplied(digits)
    if value is None and (parts := _DECIMALS.fullmatch(digits)) and not int(parts[3]):
        # Nothing after the decimal sign, which is not also the thousands sign.
        value = None if parts[2] in parts[1] else _grouped(parts[1])
    if value is None:
        raise ValidationError(
            _("“%(text)s” is not a whole number. Write its digits alone, for example 1234567.")
            % {"text": text}
        )
    return sign * value


def decimal_number(text: str) -> float:
    """Return the number that a text spells, with a decimal point or comma. Raises ValidationError.

    One sign alone is the decimal sign: "1.234" and "1,234" are 1.234.

    >>> decimal_number("53,48"), decimal_number("−1.234"), decimal_number("1,234.5")
    (53.48, -1.234, 1234.5)
    """
    sign, digits = _sign_and_digits(text)
    if re.fullmatch(r"\d+(\.\d*)?e[+-]?\d+|\.\d+", digits, re.I):
        return sign * float(digits)
    whole, decimals = digits, "0"
    if (parts := _DECIMALS.fullmatch(digits)) and parts[2] not in parts[1]:
        whole, decimals = parts[1], parts[3]
    value = _grouped(whole)
    if value is None:
        raise ValidationError(
            _("“%(text)s” is not a number. Write it as 53.48095.") % {"text": text}
        )
    return sign * float(f"{value}.{decimals}")


def _sign_and_digits(text: str) -> tuple[int, str]:
    digits = _ABOUT.sub("", _FOOTNOTE.sub("", plain_digits(text)))
    sign = -1 if digits.startswith("-") else 1
    return sign, re.sub(r"^[+-] ?", "", digits)


def _grouped(digits: str) -> int | None:
    """Return the value of digits with or without thousands signs; None for anything else."""
    if re.fullmatch(r"\d{1,40}", digits):
        return int(digits)
    if _GROUPED.fullmatch(digits) and len(digits) <= 40:
        return int(re.sub(r"\D", "", digits))
    return None


def _multiplied(digits: str) -> int | None:
    """Return the value of a number with a word for thousands or millions after it."""
    found = _WITH_FACTOR.fullmatch(digits)
    factor = _FACTOR_OF.get(found[2].casefold()) if found else None
    if not found or not factor:
        return None
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", found[1]):
        # “1,234 million” is a thousand times as much in English as in French.
        return None
    if (whole := _grouped(found[1])) is not None:
        return whole * factor
    parts = _DECIMALS.fullmatch(found[1])
    if not parts or not parts[1].isdecimal() or len(parts[3]) > len(str(factor)) - 1:
        return None
    decimals = int(parts[3]) * factor // int(f"1{'0' * len(parts[3])}")
    return int(parts[1]) * factor + decimals
