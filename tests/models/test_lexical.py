"""Words count by how rare they are, and only whole words are shared."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lexical import PHRASES, Figures, phrase, telling_words, term, terms, words_alone
from models.postings import Postings

FIGURES = Figures(items=100, spread={"attendance": 2, "student": 60, "late": 5, "art": 1})


def near(need: str, *items: str) -> list[float]:
    """Scores of the items for the need, with figures counted over these items."""
    postings = Postings()
    for item in items:
        postings.add(item)
    figures = counted(postings, need, len(items))
    return postings.scores(terms(need), figures, len(items)).of(np.arange(len(items))).tolist()


def counted(postings: Postings, need: str, items: int) -> Figures:
    everything = np.ones(items, dtype=np.bool_)
    return Figures(items=items, spread=postings.counts(terms(need), everything))


def test_a_text_is_nearest_to_itself() -> None:
    one, other, none = near("late arrival", "late arrival", "late homework", "fractions")
    assert one > other > none == 0


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    rare, common, _ = near("phonics school", "phonics lesson", "school lesson", "school day")
    assert rare > common


def test_saying_it_among_much_else_counts_less() -> None:
    short, long = near("phonics", "phonics lesson", "phonics lesson budget bus timetable")
    assert short > long


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("Schools", "school"),
        ("policies", "policy"),
        ("classes", "class"),
        ("teacher’s", "teacher"),
        ("CAFÉ", "cafe\u0301"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_forms_of_a_word_meet(written: str, same: str) -> None:
    assert terms(written) == terms(same)
    assert len(terms(written)) == 1


@pytest.mark.parametrize("word", ["class", "campus", "analysis", "bus"])
def test_what_only_looks_like_a_plural_stays(word: str) -> None:
    assert term(word) == word


def test_two_telling_words_side_by_side_are_a_phrase_as_well() -> None:
    assert (
        near("reading fluency", "reading fluency", "fluency in reading")[0]
        > near("reading fluency", "fluency reading")[0]
    )
    assert len(terms("reading fluency")) == 3
    assert terms("reading of fluency") == words_alone("reading of fluency")


def test_there_is_an_end_of_phrases() -> None:
    found = {phrase(str(one), str(other)) for one in range(600) for other in range(600)}
    assert len(found) <= PHRASES < 600 * 600


def test_phrases_are_no_words_that_a_need_says() -> None:
    assert telling_words([terms("reading fluency")]) == 2


def test_words_that_say_nothing_are_not_terms() -> None:
    assert terms("How do we get them to the …, a b c? 'it's'") == terms("") == {}


def test_a_word_is_counted_among_the_items_that_are_looked_at() -> None:
    postings = Postings()
    postings.add("attendance at home")
    postings.add("attendance and phonics")
    seen = np.array([True, False])
    assert postings.counts(["attendance", "phonics", "unheard"], seen) == {"attendance": 1, "phonics": 0, "unheard": 0}


@given(st.lists(st.text(), min_size=1, max_size=5), st.text())
def test_any_text_gets_a_score_between_nothing_and_the_same(items: list[str], need: str) -> None:
    assert all(0 <= score <= 1 for score in near(need, *items))
