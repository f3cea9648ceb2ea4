"""The normal form of text: what stays, what goes, and that it settles at once."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publishing.content.folding import fold
from publishing.content.text import is_visible, normal
from tests.naughty import characters

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

# Lone surrogates come with JSON and form data; Hypothesis leaves them out unless asked.
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
# Mostly of what decides whether something invisible is meant.
ODD_TEXT = st.text(
    st.sampled_from(
        "aé\u0301\u0323\u00ad\u200b\u200c\u200d\ufe0f\ufe01\u180b\u180e\u2800\u00a0\u3000 \t\n\r"
        "\x85\u2028\u034f\u0d28\u0d4d\u0645\u06cc\u182a\u820a\U000e0100\U0001f3f4\U000e0067\U000e007f"
        "\U0001f9d1\u2764\u0031\u20e3\u1100\u1160\u11a8\ud800\ufffe\u0600\u0344"
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alcobac\u0327a", "Alcobaça"),
        ("Bil\u00adbao", "Bilbao"),
        ("\u202eBilbao\u202c", "Bilbao"),
        ("Bilbao\u200b\u200e\ufeff", "Bilbao"),
        ("Bil\u200d\u200cbao", "Bilbao"),
        ("A\ufe0fB\U000e0100C\U000e0041", "ABC"),
        ("a\x00b\x07c\x7fd\x9fe", "abcde"),
        ("a\ud800b\ufffec\ufdd0d\U0010ffffe", "abcde"),
        ("a\u3164b\u115fc\u1160d\uffa0e\u17b4f\ufff9g", "abcdefg"),
        ("\u2800 \u3000\u00a0Bilbao\u00a0\u2800\u3000", "Bilbao"),
        ("Leeds\tBradford\r\nWakefield", "Leeds Bradford Wakefield"),
        ("Leeds\u2028Bradford\u2029\x0b\x85 Wakefield\n", "Leeds Bradford Wakefield"),
        ("10\u00a0km\u202f: a\u3000b\u2009c  d", "10\u00a0km\u202f: a\u3000b\u2009c  d"),
    ],
)
def test_a_line_loses_what_nobody_sees_and_keeps_its_spaces(typed, kept):
    assert normal(typed) == kept


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cروم",
        "ක්\u200dරි",
        "অর\u200d্যা",
        "അവന\u0d4d\u200d",
        "क्\u200cष",
        "\u1830\u1820\u1836\u1822\u1828\u180e\u1820",
        "\u182a\u180b",
        "葛\U000e0100城市",
        FAMILY,
        SCOTLAND,
        "\u2764\ufe0f\u200d\U0001f525",
        "1\ufe0f\u20e3",
        "\u0600\u0661\u0662\u0663",
        "\u06dd",
        "\ufffd \ue000",
    ],
)
def test_an_invisible_character_that_changes_its_neighbours_stays(text):
    assert normal(text) == text
    assert is_visible(text)


def test_several_lines_keep_their_breaks_and_tabs():
    typed = "\r\n one\r\ntwo\rthree\x0bfour\u2028five\u2029six\tseven\n\nend \r\n"
    assert normal(typed, is_multiline=True) == "one\ntwo\nthree\nfour\nfive\nsix\tseven\n\nend"


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "\ufeff", "\u180e", "\u200f", "\u2800", "\u3164"]
)
def test_a_text_of_nothing_visible_is_known(text):
    assert not is_visible(text)
    assert not is_visible(normal(text))


def test_a_mark_without_a_letter_is_not_visible():
    assert not is_visible("\u0301\u20dd")
    assert is_visible("e\u0301")


@given(ANY_TEXT | ODD_TEXT, st.booleans())
@example("\u0344" * 20 + "\u200b" + "\u0301" * 20, False)
@example("a\u034f\u0301\u200d\ufe0f", True)
@example("a\u0f71\u200b\u094d\u200d", False)
@example("a\u0f71\u200b" + "\u094d\u200d" * 40, False)
@example("a" + "\u0f73" * 20, False)
def test_the_normal_form_settles_at_once(text, is_multiline):
    once = normal(text, is_multiline)
    assert normal(once, is_multiline) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert fold(once) == fold(text)
    once.encode()


def test_each_character_of_unicode_settles_and_folds_as_its_normal_form():
    for character in characters():
        kept = normal(character)
        assert kept == normal(kept)
        if kept != character:
            assert fold(kept) == fold(character)


@pytest.mark.parametrize(
    "unit",
    [
        "\u0345\u0323",
        "\u200d",
        "a\u200d",
        "\u00ad\u0301",
        "\U0001f3f4\U000e0067",
        " \n\t",
        "\u0f71\u200b\u094d\u200d",
    ],
)
def test_the_normal_form_of_a_long_text_costs_what_its_length_says(unit):
    started = time.process_time()
    normal(unit * 50_000)
    assert time.process_time() - started < 1


def test_no_more_than_thirty_marks_stand_on_a_letter():
    assert normal("a" + "\u0323" * 100) == "ạ" + "\u0323" * 29
