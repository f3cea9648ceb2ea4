"""Folding: texts that people take for the same are found by each other."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishing.content.folding import MOST_LETTERS, fold, spellings
from tests.naughty import characters


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bil\u00adbao", "Bilbao"),
        ("Wake\u200bfield", "Wakefield"),
        ("القاهـرة", "القاهره"),
        ("می\u200cروم", "ميروم"),
        ("کابل", "كابل"),
        ("أحمد إربد آمد ٱلله", "احمد اربد امد الله"),
        ("مؤتة بئر", "موته بير"),
        ("Gəncə", "Gence"),
        ("Kpɔŋ", "Kpon"),
        ("Ɓirnin Ƙudu, Ɗan Ƴaya", "Birnin Kudu Dan Yaya"),
        ("Ƒiave Ɛʋe Ɖome Ɣa", "Fiave Eve Dome Ga"),
        ("Đà Nẵng", "Da Nang"),
        ("Iğdır IĞDIR", "igdir igdir"),
        ("Łódź Ħamrun Þingeyri Ærø", "Lodz Hamrun Thingeyri Aero"),
        ("Hawaiʻi Hawaiʼi Hawai’i Hawai‘i", "Hawaii Hawaii Hawaii Hawaii"),
        ("ירושלים", "ירושלימ"),
        ("Αθήνας", "αθηνασ"),
        ("Королёв", "Королев"),
        ("Алматы Қарағанды", "алматы караганды"),
        ("١٢٣ ۴۵ ५६ ７８", "123 45 56 78"),
        ("അവൻ", "അവന\u0d4d\u200d"),
        ("㎏ ﬁ", "kg fi"),
    ],
)
def test_two_ways_to_write_a_name_fold_to_the_same(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("name", "both"),
    [
        ("Köln", {"koln", "koeln"}),
        ("Ko\u0308ln", {"koln", "koeln"}),
        ("DÜSSELDORF", {"dusseldorf", "duesseldorf"}),
        ("Århus", {"arhus", "aarhus"}),
        ("Tromsø", {"tromso", "tromsoe"}),
        ("Weißenburg", {"weissenburg"}),
        ("Ærø", {"aero", "aeroe"}),
        ("Bilbao", {"bilbao"}),
    ],
)
def test_a_name_is_found_without_accents_and_transcribed(name, both):
    assert spellings(name) == both


def test_each_character_of_unicode_folds_to_few_letters_that_stay_as_they_are():
    longest = 0
    for character in characters():
        folded = fold(f"a{character}a")
        assert fold(folded) == folded
        longest = max(longest, len(folded) - 2)
    assert longest == MOST_LETTERS


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_text_folds_as_its_parts(one, other):
    assert fold(f"{one} {other}") == f"{fold(one)} {fold(other)}".strip()
    assert len(fold(one)) <= MOST_LETTERS * len(one)


def test_a_long_text_of_marks_costs_what_its_length_says():
    started = time.process_time()
    fold("\u0345\u0323" * 50_000)
    assert time.process_time() - started < 1
