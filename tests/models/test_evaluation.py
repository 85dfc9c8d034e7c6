"""Every query and each of its candidates get a finite score, whatever their texts are."""

from collections.abc import Sequence

import numpy as np
import pytest

from models import evaluation
from models.encoder import Encoder
from models.evaluation import LOWEST, rank
from models.ranking import Recipe
from models.ranking_files import Candidate, Query
from models.vector_index import Vectors, WrongVectors
from models.whole_texts import WholeTexts

CANDIDATES = (
    Candidate(id="ada", texts=("Phonics in first grade", "Small reading groups")),
    Candidate(id="ben", texts=("School buses arrive late",)),
    Candidate(id="nobody", texts=()),
    Candidate(id="blank", texts=("  \n",)),
)


@pytest.fixture
def encoder(encoder: Encoder) -> WholeTexts:
    """What ranks reads texts whole."""
    return WholeTexts(encoder)


@pytest.mark.slow
def test_every_pair_gets_a_score_and_who_has_no_text_the_lowest(encoder: Encoder) -> None:
    queries = (
        Query(id="reading", texts=("How do I teach children to read?",)),
        Query(id="some", texts=("late buses",), candidates=("nobody", "ben")),
        Query(id="silent", texts=()),
        Query(id="none", texts=("late buses",), candidates=()),
    )
    steps: list[tuple[int, int]] = []
    rows = list(rank(CANDIDATES, queries, encoder, lambda done, whole: steps.append((done, whole))))
    assert [row[:2] for row in rows[:4]] == [("reading", name) for name in ("ada", "ben", "nobody", "blank")]
    assert [row[:2] for row in rows[4:6]] == [("some", "nobody"), ("some", "ben")]
    assert len(rows) == 10
    scores = {row[:2]: row[2] for row in rows}
    assert scores["reading", "ada"] > scores["reading", "ben"] > scores["reading", "nobody"]
    assert scores["reading", "nobody"] == scores["reading", "blank"] == scores["silent", "ada"] == LOWEST
    assert steps[-1] == (9, 9)
    assert steps == sorted(steps)


@pytest.mark.slow
def test_whom_else_a_query_names_does_not_change_a_score(encoder: Encoder) -> None:
    texts = ("late buses", "reading")
    alone, together = (
        {row[1]: row[2] for row in rank(CANDIDATES, (Query(id="q", texts=texts, candidates=named),), encoder)}
        for named in (("ben",), None)
    )
    assert alone["ben"] == together["ben"]


@pytest.mark.slow
def test_what_is_switched_off_has_no_part_in_a_score(encoder: Encoder) -> None:
    need, texts = "School buses arrive late", ("Pupils miss the first lesson", "Roses in June", "Old school buses")
    candidates = tuple(Candidate(id=text, texts=(text,)) for text in texts)

    def scores(recipe: Recipe) -> list[float]:
        return [row[2] for row in rank(candidates, (Query(id="q", texts=(need,)),), encoder, recipe=recipe)]

    by_words, by_meaning = scores(Recipe(meaning=False)), scores(Recipe(words=False))
    near = encoder.encode(texts) @ encoder.encode([need])[0]
    assert by_words[0] == by_words[1] < by_words[2]  # neither shares a word
    assert np.argsort(by_meaning).tolist() == np.argsort(near).tolist()
    assert by_meaning[0] != by_meaning[1]


@pytest.mark.slow
def test_strange_and_very_long_texts_get_a_score(encoder: Encoder) -> None:
    texts = ("数学の授業", "مدرسة", "\x00\x07", "a", "word " * 200_000)
    candidates = tuple(Candidate(id=str(number), texts=(text,)) for number, text in enumerate(texts))
    queries = tuple(Query(id=str(number), texts=(text,)) for number, text in enumerate(texts))
    rows = list(rank(candidates, queries, encoder))
    assert len(rows) == 25
    best = {query: max((row for row in rows if row[0] == query), key=lambda row: row[2]) for query, _, _ in rows}
    assert all(query == found[1] for query, found in best.items())


@pytest.mark.slow
def test_what_lies_beyond_what_is_read_has_no_part_in_a_score(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blanks before it do not count."""
    monkeypatch.setattr(evaluation, "READ", 100)
    beginning = "Reading in grade 1. ".ljust(100, "x")
    texts = (beginning, f"\n{beginning} attendance", f"attendance {beginning}")
    candidates = tuple(Candidate(id=str(number), texts=(text,)) for number, text in enumerate(texts))
    same, beyond, within = (row[2] for row in rank(candidates, (Query(id="q", texts=("attendance",)),), encoder))
    assert same == beyond < within


def test_a_model_that_gives_no_numbers_is_refused_before_anything_is_scored() -> None:
    class Broken:
        def encode(self, texts: Sequence[str], progress: object = None, **_: object) -> Vectors:
            return np.full((len(texts), 4), np.nan, dtype=np.float32)

    with pytest.raises(WrongVectors, match="length 1"):
        list(rank(CANDIDATES, (Query(id="q", texts=("reading",)),), Broken()))
