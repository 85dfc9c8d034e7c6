"""Files of candidates and queries become a whole table of scores, or a refusal with file and line."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.encoder import Encoder
from models.evaluation import (
    LOWEST,
    BadLine,
    BadScores,
    Candidate,
    Query,
    load_candidates,
    load_queries,
    rank,
    write_scores,
)
from models.ranking import Recipe

CANDIDATES = (
    Candidate(id="ada", texts=("Phonics in first grade", "Small reading groups")),
    Candidate(id="ben", texts=("School buses arrive late",)),
    Candidate(id="nobody", texts=()),
    Candidate(id="blank", texts=("  \n",)),
)


def lines(path: Path, *found: object) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in found), encoding="utf-8")
    return path


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


def test_files_are_read(tmp_path: Path) -> None:
    people = lines(tmp_path / "c.jsonl", {"id": "é", "texts": ["a"]}, {"id": "b", "texts": []})
    people.write_text("\ufeff" + people.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    needs = lines(tmp_path / "q.jsonl", {"id": "q", "texts": ["x"], "candidates": ["b"]}, {"id": "r", "texts": []})
    assert load_candidates(people) == (Candidate(id="é", texts=("a",)), Candidate(id="b", texts=()))
    assert load_queries(needs, {"é", "b"}) == (
        Query(id="q", texts=("x",), candidates=("b",)),
        Query(id="r", texts=(), candidates=None),
    )


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"id": "b", "texts": "no list"}', "not as described"),
        (b'{"id": "b", "texts": [7]}', r"texts\[0\]"),
        (b'{"id": 7, "texts": []}', r"\$\.id"),
        (b'{"id": "b"}', "texts"),
        (b'{"id": "b", "texts": ["\\ud800"]}', "not as described"),
        (b'["b"]', "not as described"),
        (b'{"id": "b", "texts": [', "not as described"),
        (b'{"id": "b\xff", "texts": []}', "not UTF-8"),
        (b'{"id": "a", "texts": []}', "'a' was there before"),
        (b'{"id": "b\\tc", "texts": []}', "without tabs"),
        (b'{"id": "b\\nc", "texts": []}', "without tabs"),
        (b'{"id": "", "texts": []}', "must be a word"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: bytes, why: str) -> None:
    path = tmp_path / "candidates.jsonl"
    path.write_bytes(b'{"id": "a", "texts": []}\n\n' + line + b"\n")
    with pytest.raises(BadLine, match=rf"candidates\.jsonl, line 3: .*{why}"):
        load_candidates(path)


@pytest.mark.parametrize(("named", "why"), [(["a", "c"], "no candidate 'c'"), (["a", "a"], "named twice")])
def test_a_query_names_candidates_that_are_there_once_each(tmp_path: Path, named: list[str], why: str) -> None:
    path = lines(tmp_path / "queries.jsonl", {"id": "q", "texts": ["x"], "candidates": named})
    with pytest.raises(BadLine, match=rf"queries\.jsonl, line 1: .*{why}"):
        load_queries(path, {"a"})


def test_scores_are_plain_decimal_numbers_under_a_header(tmp_path: Path) -> None:
    path = tmp_path / "scores.tsv"
    assert write_scores(path, [("q", "a", 0.5), ("q", "b", 1e-9), ("q", "c", -1.0)]) == 3
    table = "query\tcandidate\tscore\nq\ta\t0.500000\nq\tb\t0.000000\nq\tc\t-1.000000\n"
    assert path.read_bytes() == table.encode()


@pytest.mark.parametrize(
    "bad", [("q", "b", float("nan")), ("q", "b", float("inf")), ("q", "b\tc", 0.1), ("", "b", 0.1)]
)
def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path, bad: tuple[str, str, float]) -> None:
    path = tmp_path / "scores.tsv"
    path.write_text("before", encoding="utf-8")
    with pytest.raises(BadScores):
        write_scores(path, [("q", "a", 0.5), bad])
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_ranking_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str, str, float]]:
        yield "q", "a", 0.5
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_scores(tmp_path / "scores.tsv", rows())
    assert list(tmp_path.iterdir()) == []
