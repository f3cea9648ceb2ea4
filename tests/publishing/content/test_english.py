"""English prose in searches: stems, stop words, and titles before texts, in every database."""

import pytest

from news.models import NewsItem
from publishing.content.english import (
    deciding_words,
    has_words,
    index,
    rank_of_title,
    stem,
    titles_first,
)
from tests import factories


@pytest.mark.parametrize(
    ("one", "other"),
    [("libraries", "library"), ("learning", "learned"), ("joins", "joining"), ("awards", "award")],
)
def test_forms_of_a_word_have_one_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["القاهرة", "北京", "ünal", "2024", "b2b", ""])
def test_words_of_other_scripts_and_numbers_have_no_stem(word):
    assert stem(word) == word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("how to join", ["join"]),
        ("the learning", ["learning"]),
        ("the", ["the"]),
        ("in the", ["in", "the"]),
        ("", []),
    ],
)
def test_stop_words_decide_only_if_there_are_no_others(text, words):
    assert [word.fold for word in deciding_words(text)] == words


@pytest.mark.parametrize(
    ("prose", "text", "is_found"),
    [
        ("Two new libraries", "library", True),
        ("A library opens", "libraries", True),
        ("A librarian", "library", False),
        ("Learning for all", "learn", True),
        ("Krung Thep", "the", False),
        ("The city", "the", True),
        ("Köln learns", "koeln", True),
        ("Koeln learns", "Köln", True),
        ("Bil\u00adbao", "bilbao", True),
        ("Bilbao", "bil\u00adbao", True),
        ("the learned", "how to learn in the", True),
    ],
)
def test_prose_is_found_by_beginnings_and_stems(db, prose, text, is_found):
    assert has_words(index(prose), deciding_words(text)) is is_found
    item = factories.news_item(title=prose)
    assert list(NewsItem.objects.search(text)) == [item][:is_found]


def test_titles_with_all_words_come_before_texts_in_the_database_as_in_python(db):
    for title, summary in (
        ("Elsewhere", "A library joins."),
        ("Cities joining in libraries", "x"),
        ("In Cork a library joins", "x"),
        ("Library joins the city", "x"),
    ):
        factories.news_item(title=title, summary=summary)
    text = "library joins"
    rows = NewsItem.objects.search(text).annotate(place=titles_first("search_key", text))
    ranks = {row.title: row.place for row in rows}
    assert ranks == {
        "Library joins the city": 0,
        "In Cork a library joins": 1,
        "Cities joining in libraries": 2,
        "Elsewhere": 3,
    }
    assert {title: rank_of_title(title, text) for title in ranks} == ranks
