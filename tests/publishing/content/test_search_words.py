"""The words of a search, and the limits on what a search may cost, counted and not timed."""

import sys
import unicodedata

import pytest

from cities.models import City
from portal.search.sources import KINDS, as_query
from publishing.content.folding import fold
from publishing.content.search_words import LONGEST_SEARCH, MOST_WORDS, cut, needed, search_words
from publishing.finder.filters import SearchField

LIGATURE = "\ufdfa"  # Folds to four words of 18 letters.
PLAIN = "manchester wakefield belfast bristol swansea limerick dublin hamburg"
HOSTILE = {
    "a ligature": LIGATURE * 100,
    "letters that become words": "½" * 100,
    "words of one letter": "a b c d e f g h i j k l m n o p q r s t u v w x y z" * 2,
    "hyphens": "a-b-c-d-e-f-g-h-i-j-k-l-m" * 4,
    "unknown words": "qwertz yxcvb asdfg hjkl poiuz mnbvc lkjhg fdsaq trewq" * 2,
    "two spellings": "äöü öäü üöä åøä øåö ööö äää üüü ååå" * 3,
    "codes": "uk us fr de it es pt nl gr tr ch at be dk",
    "accents": "a" + "\u0301" * 99,
    "invisible characters": "\u00ad\u200b" * 400 + "a",
}


def understood(text):
    return SearchField(required=False).clean(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wakefield", [("wakefield",)]),
        ("Köln", [("koln", "koeln")]),
        ("Aalborg Ålborg", [("aalborg",), ("alborg", "aalborg")]),
        ("d’Ivoire", [("divoire",)]),
        ("Évry-Courcouronnes", [("evry",), ("courcouronnes",)]),
        ("Bil\u00adbao", [("bilbao",)]),
        ("–", []),
    ],
)
def test_a_word_of_a_search_has_its_spellings(text, words):
    assert [word.spellings for word in search_words(text)] == words


def test_a_word_that_begins_another_need_not_be_checked():
    assert [word.fold for word in needed(search_words("new york news new yorkshire"))] == [
        "news",
        "yorkshire",
    ]
    # "ko" begins both spellings of "köln", "koe" only one.
    assert [word.fold for word in needed(search_words("köln ko koe"))] == ["koln", "koe"]


def decomposed():
    """Return the characters that may fold to more than one letter."""
    return [c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.decomposition(c)]


def test_no_character_folds_to_more_than_the_limits():
    shapes = {}
    for character in decomposed():
        folded = fold(character)
        shapes[len(folded), folded.count(" ")] = character
    assert (18, 3) in shapes
    for character in shapes.values():
        folded = fold(cut(character * LONGEST_SEARCH))
        assert len(folded) <= LONGEST_SEARCH
        assert len(folded.split()) <= MOST_WORDS


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_search_has_no_more_letters_and_words_than_a_plain_one(text):
    folded = fold(understood(text))
    assert len(folded) <= LONGEST_SEARCH
    assert len(folded.split()) <= MOST_WORDS


def test_the_longest_beginning_within_the_limits_is_kept():
    assert cut("x" * 101) == "x" * 100
    assert cut("a b c d e f g h i") == "a b c d e f g h"
    assert cut("a-b-c-d-e-f-g-h-i") == "a-b-c-d-e-f-g-h-"
    assert cut(LIGATURE * 100) == LIGATURE * 2
    assert cut("Wakefield") == "Wakefield"


def parameters(rows):
    return len(rows.query.sql_with_params()[1])


@pytest.mark.django_db
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_search_has_at_most_twice_the_conditions_of_a_plain_one(text):
    """Twice, because a word may have two spellings."""
    text = understood(text)
    most = 2 * parameters(City.objects.search(PLAIN))
    assert parameters(City.objects.search(text)) <= most
    for kind in KINDS.values():
        assert parameters(kind.rows(as_query(text))) <= 2 * parameters(kind.rows(as_query(PLAIN)))
