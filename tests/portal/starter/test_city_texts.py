"""The texts of cities outside the UK: every fact has its source, and no two texts are alike."""

import csv
import re
from collections import Counter
from html import unescape

from portal.management.commands.load_starter import STARTER
from publishing.content.richtext import clean_html

LONGEST_SUMMARY = 150
LONGEST_SENTENCE = 30  # words
FOOTNOTE = re.compile(r'<a href="([^"]+)"><sup>(\d+)</sup></a>')
SOURCE = re.compile(r'<li><p><a href="([^"]+)">[^<]+</a></p></li>')
NUMBER = re.compile(r"\d[\d,.]*\d|\d")
MARK = "†"  # stands for a footnote in the prose of a profile

with (STARTER / "city_texts.csv").open(encoding="utf-8", newline="") as table:
    ROWS = [row for row in csv.DictReader(table) if row["country"] != "GB"]
PROFILES = {
    row["city"]: (STARTER / "texts" / "cities" / row["profile"]).read_text(encoding="utf-8")
    for row in ROWS
}
SUMMARIES = {row["city"]: row["summary"] for row in ROWS}


def sentences_of(city: str) -> list[str]:
    """Return the sentences of a profile, each of which ends with the mark of its footnote."""
    body = FOOTNOTE.sub(MARK, PROFILES[city].partition("<h2>Sources</h2>")[0])
    return re.split(rf"(?<=\.{MARK})\s+", unescape(re.sub(r"<[^>]+>", " ", body)).strip())


def test_the_footnotes_of_a_profile_lead_to_its_sources_and_no_source_is_unused():
    for city, profile in PROFILES.items():
        text, _heading, sources = profile.partition("<h2>Sources</h2>")
        listed = list(enumerate(SOURCE.findall(sources), start=1))
        notes = [(int(number), address) for address, number in FOOTNOTE.findall(text)]
        # Each note when it is first met: they count up, as the list of sources does.
        assert (city, list(dict.fromkeys(notes))) == (city, listed)
        assert listed


def test_every_sentence_of_a_profile_ends_with_a_footnote():
    for city in PROFILES:
        for sentence in sentences_of(city):
            assert sentence.endswith(f".{MARK}")
            assert not re.search(r"(?<![A-Z])[.?!]\s", sentence)


def test_a_profile_has_one_to_four_sentences_of_at_most_thirty_words():
    for city in PROFILES:
        lengths = [len(sentence.split()) for sentence in sentences_of(city)]
        assert 1 <= len(lengths) <= 4, city
        assert max(lengths) <= LONGEST_SENTENCE, city


def test_a_profile_is_in_the_normal_form_of_rich_text():
    for profile in PROFILES.values():
        assert clean_html(profile) == profile.replace("\n", "")


def test_a_summary_is_one_short_sentence_without_a_footnote():
    for summary in SUMMARIES.values():
        assert len(summary) <= LONGEST_SUMMARY, summary
        assert summary.endswith(".")
        assert not re.search(r"(?<![A-Z])[.?!]\s|[<>]", summary)


def test_the_numbers_of_a_summary_are_in_the_profile():
    for city, summary in SUMMARIES.items():
        known = set(NUMBER.findall(" ".join(sentences_of(city))))
        assert set(NUMBER.findall(summary)) <= known, city


def test_no_two_cities_share_a_sentence():
    uses = Counter(
        sentence.strip(MARK)
        for city, summary in SUMMARIES.items()
        for sentence in {*sentences_of(city), summary}
    )
    assert [sentence for sentence, times in uses.items() if times > 1] == []
