"""A long text is read to its end, in windows that the model sees whole."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.encoder import Encoder, spans
from models.vector_index import Vectors
from models.whole_texts import WholeTexts

LONG = " ".join(f"Paragraph {number} tells how attendance was followed up at home." for number in range(80))


class InLines:
    """Sees a line at a time; a line is as many ones as it has letters, and one of its own."""

    fingerprint = "lines"
    width = 4
    ready = True

    def windows(self, text: str) -> list[str]:
        return text.splitlines() or [text]

    def encode(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        if progress is not None:
            progress(len(texts))
        rows = np.array([[1.0, len(text), text.count("a"), 0.5] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.lists(st.lists(st.sampled_from(["a", "bb", "a day"]), min_size=1, max_size=4), min_size=1, max_size=5))
def test_the_vector_of_a_long_text_is_the_mean_of_its_windows(texts: list[list[str]]) -> None:
    model, done = InLines(), list[int]()
    vectors = WholeTexts(model).encode(["\n".join(lines) for lines in texts], done.append)
    for lines, vector in zip(texts, vectors, strict=True):
        mean = model.encode(lines).mean(axis=0)
        assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert done[-1] == len(texts)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-6)


def test_it_has_a_fingerprint_of_its_own() -> None:
    assert WholeTexts(InLines()).fingerprint == "lines-whole"


@given(st.lists(st.integers(1, 5), min_size=1, max_size=40), st.integers(5, 12))
def test_parts_are_no_longer_than_is_seen_and_end_where_words_end(pieces: list[int], most: int) -> None:
    words = [word for word, tokens in enumerate(pieces) for _ in range(tokens)]
    cuts = [0, *spans(words, most), len(words)]
    assert all(0 < end - start <= most for start, end in pairwise(cuts))
    assert all(words[at] != words[at - 1] for at in cuts[1:-1])


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert spans([0] * 10, 4) == [4, 7]


@pytest.mark.slow
def test_windows_are_the_whole_text_and_the_model_sees_each_to_its_end(encoder: Encoder) -> None:
    windows = encoder.windows(LONG)
    assert " ".join(windows) == LONG
    assert len(windows) > 2
    for window in windows:
        assert encoder.windows(window) == [window]


@pytest.mark.slow
def test_letters_that_take_several_tokens_are_not_cut_off(encoder: Encoder) -> None:
    text = " ".join(["한국어 학교 교육"] * 25)
    windows = encoder.windows(text)
    assert len(text) < 254
    assert " ".join(windows) == text
    assert len(windows) == 2


@pytest.mark.slow
def test_what_stands_at_the_end_of_a_long_text_is_seen(encoder: Encoder) -> None:
    late = f"{LONG} Our orchestra rehearses string quartets."
    assert encoder.encode([LONG]) @ encoder.encode([late]).T == pytest.approx(1, abs=1e-5)
    need, without, with_it = WholeTexts(encoder).encode(["a string quartet in the school orchestra", LONG, late])
    assert need @ with_it > need @ without + 0.01


@pytest.mark.slow
def test_a_short_text_keeps_the_vector_that_the_model_gives_it(encoder: Encoder) -> None:
    texts = ["attendance", "  ", "数学の授業", "phonics in grade one"]
    assert WholeTexts(encoder).encode(texts) == pytest.approx(encoder.encode(texts), abs=1e-6)
