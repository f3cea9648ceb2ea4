"""Two people in one text: no sentence is lost and none is doubled."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import composite

import portal.starter
from publishing.content.richtext import clean_html
from publishing.revisions import snapshots

SENTENCE = re.compile(r"\w+ \w+ \w+\.")
STARTER_TEXTS = sorted(Path(portal.starter.__file__).parent.glob("texts/**/*.html"))


def content(text):
    return {"fields": {"profile": text}, "links": {}, "rows": {}}


def merge(base, mine, theirs):
    return snapshots.merge(content(base), content(mine), content(theirs))


def text_of(merged):
    return merged.content["fields"]["profile"]


def chosen(merged, choice):
    """Return the text with the same choice for every conflict."""
    resolved = snapshots.resolve(merged, {one.key: choice for one in merged.conflicts})
    assert resolved.conflicts == []
    return text_of(resolved)


def joins(base, mine, theirs, expected):
    """Check that both changes go into the text without a question, whoever saves first."""
    for one, other in ((mine, theirs), (theirs, mine)):
        merged = merge(base, one, other)
        assert (text_of(merged), merged.conflicts) == (expected, [])


def collision(base, mine, theirs):
    """Return what the only conflict shows: the text before, mine and theirs."""
    (conflict,) = merge(base, mine, theirs).conflicts
    return conflict.base, conflict.mine, conflict.theirs


# -- Paragraphs ----------------------------------------------------------------------------

THREE = "<p>One.</p><p>Two.</p><p>Three.</p>"


def test_changes_of_different_paragraphs_are_merged():
    joins(
        THREE,
        "<p>One, changed.</p><p>Two.</p><p>Three.</p>",
        "<p>One.</p><p>Two.</p><p>Three, changed.</p>",
        "<p>One, changed.</p><p>Two.</p><p>Three, changed.</p>",
    )


def test_changes_of_neighbouring_paragraphs_are_merged():
    joins(
        THREE,
        "<p>One, changed.</p><p>Two.</p><p>Three.</p>",
        "<p>One.</p><p>Two, changed.</p><p>Three.</p>",
        "<p>One, changed.</p><p>Two, changed.</p><p>Three.</p>",
    )


def test_an_added_and_a_removed_paragraph_are_merged():
    joins(
        THREE,
        "<p>One.</p><p>New.</p><p>Two.</p><p>Three.</p>",
        "<p>One.</p><p>Two.</p>",
        "<p>One.</p><p>New.</p><p>Two.</p>",
    )


def test_the_same_change_on_both_sides_counts_once():
    same = "<p>One.</p><p>New.</p><p>Three.</p>"
    joins(THREE, same, f"{same}<p>Four.</p>", f"{same}<p>Four.</p>")


def test_paragraphs_added_at_the_same_place_are_joined_with_theirs_first():
    merged = merge(THREE, f"{THREE}<p>From me.</p>", f"{THREE}<p>By others.</p>")
    assert text_of(merged) == f"{THREE}<p>By others.</p><p>From me.</p>"
    assert merged.conflicts == []


def test_two_versions_of_an_added_paragraph_collide():
    mine, theirs = "<p>The fair opens in May.</p>", "<p>The fair opens in June.</p>"
    assert collision(THREE, THREE + mine, THREE + theirs) == ("", mine, theirs)


def test_two_versions_of_a_paragraph_collide_and_the_rest_is_merged():
    merged = merge(
        THREE,
        "<p>One.</p><p>Mine.</p><p>Three.</p><p>Four.</p>",
        "<p>Zero.</p><p>One.</p><p>Theirs.</p><p>Three.</p>",
    )
    (conflict,) = merged.conflicts
    assert conflict.key == "fields/profile#0"
    assert conflict[1:4] == ("<p>Two.</p>", "<p>Mine.</p>", "<p>Theirs.</p>")
    around = "<p>Zero.</p><p>One.</p>{}<p>Three.</p><p>Four.</p>"
    assert chosen(merged, "mine") == around.format("<p>Mine.</p>")
    assert chosen(merged, "theirs") == around.format("<p>Theirs.</p>")
    assert chosen(merged, "both") == around.format("<p>Theirs.</p><p>Mine.</p>")


def test_each_collision_of_a_text_has_its_own_choice():
    merged = merge(THREE, "<p>A.</p><p>Two.</p><p>B.</p>", "<p>C.</p><p>Two.</p><p>D.</p>")
    first, last = (conflict.key for conflict in merged.conflicts)
    resolved = snapshots.resolve(merged, {first: "mine", last: "theirs"})
    assert text_of(resolved) == "<p>A.</p><p>Two.</p><p>D.</p>"
    half = snapshots.resolve(merged, {last: "theirs"})
    assert [conflict.key for conflict in half.conflicts] == [first]
    assert text_of(half) == "<p>A.</p><p>Two.</p><p>D.</p>"


def test_a_removed_paragraph_that_the_other_changed_collides():
    changed = "<p>Two, changed.</p>"
    assert collision(THREE, "<p>One.</p><p>Three.</p>", f"<p>One.</p>{changed}<p>Three.</p>") == (
        "<p>Two.</p>",
        "",
        changed,
    )


def test_a_paragraph_moved_by_one_stays_moved():
    joins(
        THREE,
        "<p>Two.</p><p>One.</p><p>Three.</p>",
        f"{THREE}<p>Four.</p>",
        "<p>Two.</p><p>One.</p><p>Three.</p><p>Four.</p>",
    )


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        # Changed, moved elsewhere, removed.
        ("<p>Three.</p><p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p><p>Three, changed.</p>"),
        ("<p>Three.</p><p>One.</p><p>Two.</p>", "<p>One.</p><p>Three.</p><p>Two.</p>"),
        ("<p>Three.</p><p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p>"),
    ],
)
def test_a_moved_paragraph_that_the_other_touched_collides(mine, theirs):
    assert collision(THREE, mine, theirs) == (THREE, mine, theirs)
    assert collision(THREE, theirs, mine) == (THREE, theirs, mine)


def test_a_paragraph_split_by_one_and_changed_by_the_other_collides():
    base = "<p>Alpha beta gamma. Delta epsilon zeta.</p><p>End.</p>"
    mine = "<p>Alpha beta gamma.</p><p>Delta epsilon zeta.</p><p>End.</p>"
    theirs = "<p>Alpha beta gamma. Delta epsilon eta.</p><p>End.</p>"
    merged = merge(base, mine, theirs)
    assert chosen(merged, "theirs") == theirs
    assert chosen(merged, "mine") == mine


def test_a_text_that_was_empty_is_chosen_as_a_whole():
    merged = merge("", "<p>Mine.</p>", "<p>Theirs.</p>")
    assert [conflict.key for conflict in merged.conflicts] == ["fields/profile"]
    assert chosen(merged, "both") == "<p>Theirs.</p><p>Mine.</p>"


def test_white_space_between_blocks_is_no_change():
    loaded = "<h2>One</h2>\n<p>Two.</p>\n<ul>\n  <li>Three</li>\n</ul>\n"
    written = "<h2>One</h2><p>Two.</p><ul><li><p>Three</p></li></ul>"
    theirs = loaded.replace("Two.", "Two, changed.")
    joins(loaded, written, theirs, theirs)


# -- Lists, tables, sentences, lines -------------------------------------------------------


def test_items_of_a_list_are_merged():
    joins(
        "<p>Text.</p><ul><li><p>One</p></li><li><p>Two</p></li></ul>",
        "<p>Text.</p><ul><li><p>One</p></li><li><p>Two</p></li><li><p>New</p></li></ul>",
        "<p>Text.</p><ul><li><p>One, changed</p></li><li><p>Two</p></li></ul>",
        "<p>Text.</p><ul><li><p>One, changed</p></li><li><p>Two</p></li><li><p>New</p></li></ul>",
    )


def test_a_list_that_is_numbered_by_one_keeps_the_items_of_the_other():
    joins(
        "<ul><li>One</li><li>Two</li></ul>",
        "<ol><li>One</li><li>Two</li></ol>",
        "<ul><li>One</li><li>Two</li><li>Three</li></ul>",
        "<ol><li>One</li><li>Two</li><li>Three</li></ol>",
    )


def test_an_item_that_both_changed_collides_alone():
    merged = merge(
        "<ul><li>One</li><li>Two</li><li>Three</li></ul>",
        "<ul><li>One</li><li>Mine</li><li>Three</li></ul>",
        "<ul><li>One</li><li>Theirs</li><li>Three</li><li>Four</li></ul>",
    )
    (conflict,) = merged.conflicts
    assert conflict[1:4] == ("<li>Two</li>", "<li>Mine</li>", "<li>Theirs</li>")
    both = "<ul><li>One</li><li>Theirs</li><li>Mine</li><li>Three</li><li>Four</li></ul>"
    assert chosen(merged, "both") == both


def table(*rows):
    cells = ("".join(f"<td><p>{cell}</p></td>" for cell in row.split()) for row in rows)
    return f"<table><tbody>{''.join(f'<tr>{row}</tr>' for row in cells)}</tbody></table>"


def test_rows_of_a_table_are_merged():
    joins(
        table("a b", "c d", "e f"),
        table("a b", "c d", "e f", "g h"),
        table("a b", "c x", "e f"),
        table("a b", "c x", "e f", "g h"),
    )


def test_a_column_and_a_row_added_to_a_table_collide():
    base, mine = table("a b", "c d"), table("a b x", "c d y")
    theirs = table("a b", "c d", "e f")
    assert collision(base, mine, theirs) == (base, mine, theirs)


def test_changes_of_sentences_with_one_between_them_are_merged():
    joins(
        "<p>First one. <em>Second one.</em> Third one.</p>",
        "<p>First changed. <em>Second one.</em> Third one.</p>",
        "<p>First one. <em>Second one.</em> Third one. Fourth one.</p>",
        "<p>First changed. <em>Second one.</em> Third one. Fourth one.</p>",
    )


def test_changes_of_neighbouring_sentences_collide():
    base, mine = "<p>First one. Second one.</p>", "<p>First changed. Second one.</p>"
    theirs = "<p>First one. Second changed.</p>"
    assert collision(base, mine, theirs) == (base, mine, theirs)


def test_both_versions_of_a_paragraph_share_their_common_sentences():
    merged = merge(
        "<p>One common. Old words here. Two common.</p>",
        "<p>One common. My words here. Two common.</p>",
        "<p>One common. Their words here. Two common.</p>",
    )
    assert chosen(merged, "both") == (
        "<p>One common. Their words here. My words here. Two common.</p>"
    )


def test_both_versions_of_a_paragraph_have_no_sentence_that_one_replaced():
    merged = merge(
        "<p>The fair is in May. It is free.</p><p>End.</p>",
        "<p>The fair is in May. It is free. Bring a friend.</p><p>End.</p>",
        "<p>The fair is in June. It is free for all.</p><p>End.</p>",
    )
    assert chosen(merged, "both") == (
        "<p>The fair is in June. It is free for all. Bring a friend.</p><p>End.</p>"
    )


def test_both_versions_of_a_removed_paragraph_are_the_changed_one():
    theirs = "<p>One.</p><p>Two. Changed.</p><p>Three.</p>"
    merged = merge(THREE, "<p>One.</p><p>Three.</p>", theirs)
    assert chosen(merged, "both") == theirs


def test_lines_of_plain_text_are_merged():
    joins("One\n\nTwo\n\nThree", "One\n\n2\n\nThree", "One\n\nTwo\n\nThree\n\nFour",
          "One\n\n2\n\nThree\n\nFour")  # fmt: skip


def test_plain_texts_without_sentences_conflict_as_a_whole():
    for base, mine, theirs in (
        ("Old", "Mine", "Theirs"),
        ("2024-01-01", "2024-01-02", "2024-01-03"),
        ("https://a.example/", "https://b.example/", "https://c.example/"),
        ("St. Albans", "St. Alban", "Saint Albans"),
    ):
        (conflict,) = merge(base, mine, theirs).conflicts
        assert (conflict.key, *conflict[1:4]) == ("fields/profile", base, mine, theirs)


def test_lists_nested_too_deeply_conflict_as_a_whole():
    base = f"{'<ul><li>' * 500}x{'</li></ul>' * 500}"
    mine, theirs = base.replace("x", "mine"), base.replace("x", "theirs")
    assert [conflict.key for conflict in merge(base, mine, theirs).conflicts] == ["fields/profile"]


def test_very_long_texts_conflict_as_a_whole_and_quickly():
    def text(word):
        return "".join(f"<p>{word} {number}</p>" for number in range(5_000))

    merged = merge(text("old"), text("mine"), text("theirs"))
    assert [conflict.key for conflict in merged.conflicts] == ["fields/profile"]


# -- Every sentence ------------------------------------------------------------------------


def sentence(number):
    return f"alpha{number} beta{number} gamma{number}."


@composite
def documents(draw):
    """Draw a text: paragraphs and lists, as lists of sentences that are all different."""
    shapes = draw(st.lists(st.tuples(st.sampled_from("puo"), st.integers(1, 3)), max_size=5))
    numbers = iter(range(100))
    return [(kind, [sentence(next(numbers)) for _n in range(size)]) for kind, size in shapes]


def html(document):
    written = []
    for kind, parts in document:
        if kind == "p":
            written.append(f"<p>{' '.join(parts)}</p>")
        else:
            items = "".join(f"<li><p>{part}</p></li>" for part in parts)
            written.append(f"<ul>{items}</ul>" if kind == "u" else f"<ol>{items}</ol>")
    return "".join(written)


def edited(draw, document, first):
    """Draw a version with blocks and sentences that are added, changed, moved and removed."""
    blocks = [(kind, list(parts)) for kind, parts in document]
    numbers = iter(range(first, first + 100))
    for _step in range(draw(st.integers(0, 4))):
        what = draw(st.sampled_from(["add", "remove", "move", "change", "append", "cut", "split"]))
        place = draw(st.integers(0, len(blocks)))
        if what == "add":
            blocks.insert(place, (draw(st.sampled_from("pu")), [sentence(next(numbers))]))
            continue
        if place == len(blocks):
            continue
        kind, parts = blocks[place]
        at = draw(st.integers(0, len(parts) - 1))
        if what == "remove":
            del blocks[place]
        elif what == "move":
            blocks.insert(draw(st.integers(0, len(blocks) - 1)), blocks.pop(place))
        elif what == "change":
            parts[at] = sentence(next(numbers))
        elif what == "append":
            parts.append(sentence(next(numbers)))
        elif what == "cut" and len(parts) > 1:
            del parts[at]
        elif what == "split" and at:
            blocks[place : place + 1] = [(kind, parts[:at]), (kind, parts[at:])]
    return html(blocks)


@composite
def versions(draw):
    """Draw a text and two versions of it."""
    base = draw(documents())
    return html(base), edited(draw, base, 200), edited(draw, base, 400)


def counted(text):
    return Counter(SENTENCE.findall(text))


@settings(max_examples=120)
@given(versions())
def test_no_sentence_is_lost_and_none_is_doubled(texts):
    base, mine, theirs = map(counted, texts)
    merged = merge(*texts)
    asked = counted(" ".join(one.base + one.mine + one.theirs for one in merged.conflicts))
    for choice in ("mine", "theirs", "both"):
        found = counted(chosen(merged, choice))
        assert max(found.values(), default=0) <= 1
        for said in base | mine | theirs:
            is_expected = mine[said] if base[said] == theirs[said] else theirs[said]
            if said not in asked:
                assert found[said] == is_expected
            elif choice == "both" or (said in base and said in mine and said in theirs):
                assert found[said] >= max(is_expected, mine[said] & theirs[said])
            elif said not in base and said in {"mine": mine, "theirs": theirs}[choice]:
                assert found[said] == 1


@settings(max_examples=60)
@given(versions())
def test_a_merge_with_an_unchanged_side_is_the_other_side(texts):
    base, mine, theirs = texts
    assert merge(base, mine, base) == (content(mine), [])
    assert merge(base, base, theirs) == (content(theirs), [])
    assert merge(base, mine, mine) == (content(mine), [])


@settings(max_examples=60)
@given(versions())
def test_a_merge_is_symmetric_up_to_the_order_of_added_blocks(texts):
    base, mine, theirs = texts
    one, other = merge(base, mine, theirs), merge(base, theirs, mine)
    assert [(c.key, c.base, c.mine, c.theirs) for c in one.conflicts] == [
        (c.key, c.base, c.theirs, c.mine) for c in other.conflicts
    ]
    assert counted(chosen(one, "both")) == counted(chosen(other, "both"))
    if not one.conflicts:
        assert counted(text_of(one)) == counted(text_of(other))


@settings(max_examples=60)
@given(versions())
def test_merging_again_changes_nothing(texts):
    base, mine, theirs = texts
    merged = merge(base, mine, theirs)
    if merged.conflicts:
        return
    assert merge(theirs, text_of(merged), theirs) == merged
    # The sentences of mine are there already.
    again = merge(base, mine, text_of(merged))
    if not again.conflicts:
        assert counted(text_of(again)) == counted(text_of(merged))


@settings(max_examples=60)
@given(versions())
def test_a_merged_text_is_well_formed(texts):
    merged = merge(*texts)
    for choice in ("mine", "theirs", "both"):
        text = chosen(merged, choice)
        assert clean_html(text) == text


@pytest.mark.parametrize("path", STARTER_TEXTS, ids=lambda path: path.stem)
def test_a_starter_text_takes_changes_of_two_people(path):
    """One adds a paragraph in the middle of the text, one a sentence."""
    base = written = clean_html(path.read_text())
    middle = written.rindex("<p>", 0, 2 * len(written) // 3)
    mine = f"{written[:middle]}<p>Typed by me.</p>{written[middle:]}"
    theirs = base.replace("</p>", " Typed by them.</p>", 1)
    merged = merge(base, mine, theirs)
    assert merged.conflicts == []
    assert text_of(merged).count("Typed by me.") == 1
    assert text_of(merged).count("Typed by them.") == 1
    plain = re.sub(r"Typed by \w+\.|<p>\s*</p>|\s+", "", text_of(merged))
    assert plain.replace("<p></p>", "") == re.sub(r"\s+", "", written)
