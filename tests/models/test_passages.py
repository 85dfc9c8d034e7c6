import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import Encoder
from models.lexical import Figures, terms
from models.passages import LONGEST, LOOKED_AT, Pair, Passages, best_pair, looked_at, sentences
from models.vector_index import Vectors

NOTHING = Figures(items=10, spread={})


def cut(text: str) -> list[str]:
    return [text[begins:ends] for begins, ends in sentences(text)]


def test_sentences_and_lines_are_cut_apart() -> None:
    assert cut("A title\nIt began. Did it?  Yes! ") == ["A title", "It began.", "Did it?", "Yes!"]
    assert cut('He said: "Stop." Then he left… Well') == ['He said: "Stop."', "Then he left…", "Well"]
    assert cut("Mr. Ode asked, e.g. Dr. Wu. St. Paul vs. us.") == ["Mr. Ode asked, e.g. Dr. Wu.", "St. Paul vs. us."]
    assert cut("第一句。第二句?") == ["第一句。", "第二句?"]
    assert cut("version 2.5 of 3.6") == ["version 2.5 of 3.6"]


@pytest.mark.parametrize("text", ["", "  \n ", "1.\n2.\n---", "…"])
def test_what_has_no_letter_is_no_sentence(text: str) -> None:
    assert sentences(text) == ()


def test_what_goes_on_without_an_end_is_cut_between_words_into_parts_of_about_one_length() -> None:
    parts = cut("word " * 250)
    assert [len(part) for part in parts] == [419, 414, 414]
    assert cut("word " * 100) == [("word " * 100).strip()]
    assert cut("x" * 2 * LONGEST) == ["x" * 2 * LONGEST]  # nowhere to cut


@given(st.text(st.sampled_from("ab1é .!?\n。”'\t"), max_size=60) | st.text(max_size=60), st.integers(1, 40))
def test_every_sentence_lies_in_its_text_in_order_and_cuts_no_word(text: str, times: int) -> None:
    text = text * times
    end = 0
    for begins, ends in sentences(text):
        assert end <= begins < ends <= len(text)
        assert text[begins:ends] == text[begins:ends].strip()
        assert not (begins > end and text[begins - 1].isalnum() and text[begins].isalnum())
        assert not (ends < len(text) and text[ends].isalnum() and text[ends - 1].isalnum())
        assert ends - begins <= LONGEST + len(text.split(maxsplit=1)[0]) or " " not in text[begins:ends]
        assert not any(each.isalpha() for each in text[end:begins])  # nothing that was said is passed over
        end = ends
    assert not any(each.isalpha() for each in text[end:])


def test_of_many_sentences_those_are_looked_at_that_have_the_needs_words() -> None:
    text = " ".join(f"Sentence {number}." for number in range(20)) + " Attendance fell. Snow came."
    known = Figures(items=100, spread={"attendance": 2, "snow": 50})
    chosen = [text[begins:ends] for begins, ends in looked_at(text, known)]
    first = [f"Sentence {number}." for number in range(LOOKED_AT - 2)]
    assert chosen == [*first, "Attendance fell.", "Snow came."]
    assert looked_at("One. Two.", known) == sentences("One. Two.")


def passages(text: str, *vectors: list[float]) -> Passages:
    known = np.array(vectors or [[1.0, 0.0]] * len(sentences(text)), dtype=np.float32)
    return Passages(text=text, spans=sentences(text), vectors=known)


def pair(need: Passages, piece: Passages, figures: Figures = NOTHING) -> tuple[str, str]:
    found = best_pair([need], piece, figures)
    assert found is not None
    return need.text[slice(*found.ours)], piece.text[slice(*found.theirs)]


def test_of_equal_pairs_the_first_is_taken() -> None:
    need, piece = passages("Red doors open. Big doors open."), passages("Six gates shut. Ten gates shut.")
    assert pair(need, piece) == ("Red doors open.", "Six gates shut.")


def test_shared_rare_words_make_a_pair_where_meanings_are_alike() -> None:
    need = "Cold halls hurt singing. Fluency stalls each dark winter."
    known = Figures(items=100, spread=dict.fromkeys(terms(need), 3))
    piece = passages("Painted gyms look nice. Pairs practise fluency daily.", [0.8, 0.6], [0.8, 0.6])
    assert pair(passages(need), piece, known) == ("Fluency stalls each dark winter.", "Pairs practise fluency daily.")


def test_what_says_next_to_nothing_is_not_the_best_that_fits() -> None:
    need = passages("Any ideas? Attendance of ninth graders fell in January.", [1.0, 0.0], [0.0, 1.0])
    piece = passages("Any ideas? Ninth graders stayed away after winter break.", [1.0, 0.0], [0.3, 0.95])
    assert pair(need, piece)[1] == "Ninth graders stayed away after winter break."


def test_the_best_of_several_texts_of_a_need_is_named_by_its_number() -> None:
    piece = passages("Ninth graders stayed away.", [0.0, 1.0])
    texts = [passages("Menus for kitchens.", [1.0, 0.0]), passages("Teenagers kept missing.", [0.1, 0.99])]
    assert best_pair(texts, piece, NOTHING) == Pair(1, (0, 23), (0, 26))


def test_where_one_side_says_nothing_there_is_no_pair() -> None:
    nothing = Passages(text="1.", spans=(), vectors=np.zeros((0, 2), dtype=np.float32))
    assert best_pair([passages("Something said.")], nothing, NOTHING) is None
    assert best_pair([nothing], passages("Something said."), NOTHING) is None
    assert best_pair([nothing, passages("A thing.")], passages("A thing."), NOTHING) == Pair(1, (0, 8), (0, 8))


NEED = "We have a new canteen. Too many ninth graders stay at home since the winter holidays. Parents like our choir."
PIECE = (
    "Soup is on the menu twice a week. The gym was painted. In January a third of our freshmen were absent for days."
)


def test_sentences_that_mean_the_same_fit_though_they_share_no_word(encoder: Encoder) -> None:
    def meant(text: str) -> Vectors:
        return encoder.encode(cut(text))

    need, piece = (Passages(text=text, spans=sentences(text), vectors=meant(text)) for text in (NEED, PIECE))
    known = Figures(items=100, spread=dict.fromkeys(terms(NEED), 3), alike=0.2)
    assert pair(need, piece, known) == (
        "Too many ninth graders stay at home since the winter holidays.",
        "In January a third of our freshmen were absent for days.",
    )
