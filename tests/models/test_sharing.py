from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.lexical import Figures, telling, terms
from models.sharing import places, shared


def figures(need: str, items: int = 100, **spread: int) -> Figures:
    """All terms of the need are in one piece, but for those of which it is said otherwise."""
    return Figures(items=items, spread=dict.fromkeys(terms(need), 1) | spread)


def both(ours: str, theirs: str) -> tuple[str, ...]:
    return shared(ours, theirs, figures(ours))


def test_shared_words_are_whole_and_as_the_need_writes_them() -> None:
    assert both("Art for late starters", "LATE again: partly smart, artful") == ("late",)
    assert both("The readers’ Choir", "a choir of readers' own") == ("Choir", "readers")
    assert both("absences", "absence") == ()


@pytest.mark.parametrize("other", ["the and of our", "2019 10", "x y z", "", "…"])
def test_what_tells_nothing_and_bare_numbers_are_not_shared(other: str) -> None:
    assert both(other, other) == ()


def test_two_words_side_by_side_on_both_sides_are_a_phrase() -> None:
    assert both("Reading fluency stalls", "for reading  fluency") == ("Reading fluency",)
    assert both("our ninth-grade house", "a ninth grade house") == ("ninth-grade house",)
    assert both("January 2024 attendance", "In January 2024") == ("January 2024",)
    assert both("Reading: fluency. Reading fluency", "reading fluency") == ("Reading fluency",)
    assert both("reading fluency", "fluency in reading") == ("fluency", "reading")
    assert both("winter break ended", "broken winter, break") == ("break", "winter")


def test_no_phrase_goes_over_a_stop_or_a_line() -> None:
    for ours in ("reading. Fluency", "reading, fluency", "reading\nfluency", "reading of fluency"):
        assert [each.casefold() for each in both(ours, "reading fluency")] == ["fluency", "reading"]


def test_the_rarest_come_first_and_the_common_do_not_come() -> None:
    need = "winter attendance fluency"
    known = figures(need, winter=8, attendance=9, fluency=2)
    assert shared(need, "fluency, attendance, winter", known) == ("fluency", "winter")  # one of twelve is common
    assert shared(need, "attendance", figures(need, items=10, attendance=2)) == ("attendance",)
    assert shared(need, "attendance", figures(need, items=10, attendance=3)) == ()


def test_only_what_was_searched_for_is_shared() -> None:
    assert shared("winter attendance", "winter attendance", Figures(items=100, spread={"winter": 1})) == ("winter",)


def test_places_are_of_whole_words_alone() -> None:
    text = "Start the art: ART, arts and art-work. Reading fluency, reading"
    assert [text[a:b] for a, b in places(["art", "Reading Fluency"], text)] == ["art", "ART", "art", "Reading fluency"]
    assert places([], text) == ()


WORDS = st.sampled_from(
    ("art", "arts", "start", "party", "the", "of", "12", "2024", "read", "reader", "Read’s", "É", "é", "naïve", "break")
)
SIDE = st.lists(st.tuples(WORDS, st.sampled_from([" ", "  ", "-", ", ", ". ", "\n"])), max_size=12)


def written(side: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{word}{after}" for word, after in side)


def runs(side: Sequence[tuple[str, str]]) -> list[list[str]]:
    """All neighbours, whatever stands between them."""
    words = [word.casefold().replace("’", "'") for word, _ in side]
    return [words[at : at + length] for at in range(len(words)) for length in (1, 2, 3)]


@given(SIDE, SIDE)
def test_whatever_is_shared_stands_whole_on_both_sides(
    ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    need, text = written(ours), written(theirs)
    for each in shared(need, text, figures(need)):
        words = each.casefold().replace("’", "'").replace("-", " ").split()
        assert words in runs(ours)
        assert words in runs(theirs)
        assert all(map(telling, words))
        assert not each.isdigit()
        assert places([each], need)
        assert places([each], text)


@given(SIDE, st.text(max_size=40))
def test_places_cut_no_word_and_do_not_overlap(side: list[tuple[str, str]], more: str) -> None:
    text = written(side) + more
    end = 0
    for begins, ends in places([word for word, _ in side], text):
        assert end <= begins < ends
        assert not (begins and text[begins - 1].isalnum() and text[begins].isalnum())
        assert not (ends < len(text) and text[ends].isalnum() and text[ends - 1].isalnum())
        end = ends
