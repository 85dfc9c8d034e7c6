"""The evaluation over tasks made up here: what it says, when it ends badly, and what it leaves alone."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from benchmarks import baselines, evaluate
from benchmarks.figures import BEGIN, END, NoMarks, page
from benchmarks.judge import Judge, Parts
from benchmarks.outcomes import PARTS, leaving_one_out
from benchmarks.ranking_tasks import tasks_in, turned_round
from benchmarks.remembering import Remembering
from models.encoder import Encoder
from models.whole_texts import WholeTexts

PEOPLE = {
    "ada": ["Phonics in first grade", "Small reading groups", "Reading aloud"],
    "ben": ["School buses arrive late"],
    "cleo": ["Menus for the school kitchen", "Feeding large groups"],
    "dan": [],
}
NEEDS = {"reading": ("Children who cannot read", "ada"), "buses": ("The bus is late", "ben")}
PROSE = f"# Matching\n\nSome prose.\n\n{BEGIN}\nold figures\n{END}\n\nMore prose.\n"


@pytest.fixture
def encoder(encoder: Encoder) -> WholeTexts:
    """What ranks reads texts whole."""
    return WholeTexts(encoder)


def written(shared: Path, name: str, metric: str = "hit@1", **stated: float) -> Path:
    folder = shared / "data" / "tasks" / name
    folder.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("stand_in_judge.py"), shared / "data" / "rank_metrics.py")
    settings = {"metric": f"{metric}: what it means", "source": "made up", "baselines": stated}
    people = [{"id": name, "texts": texts} for name, texts in PEOPLE.items()]
    needs = [{"id": name, "texts": [text], "candidates": None} for name, (text, _) in NEEDS.items()]
    (folder / "task.json").write_text(json.dumps(settings), "utf-8")
    (folder / "candidates.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in people), "utf-8")
    (folder / "queries.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in needs), "utf-8")
    right = [f"{name}\t{person}\t1\n" for name, (_, person) in NEEDS.items()]
    (folder / "judgments.tsv").write_text("".join(["query\tcandidate\tgrade\n", *right]), "utf-8")
    (folder / "README.md").write_text("# A task\n\nWords.\n\nSource: nobody,\nmade up, CC0.\n\nRest.\n", "utf-8")
    return folder


class Done(NamedTuple):
    code: int
    page: str


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One run over a task that is as it says, and one whose baseline is stated wrong."""
    shared = tmp_path_factory.mktemp("shared")
    written(shared, "as-stated", minilm=1.0)
    written(shared, "stated-wrong", minilm=0.25)
    (shared / "page.md").write_text(PROSE, "utf-8")
    code = evaluate.main(shared, shared / "page.md")
    return Done(code, (shared / "page.md").read_text("utf-8"))


@pytest.mark.slow
def test_it_ends_badly_and_says_so_where_one_thing_does_not_hold(done: Done) -> None:
    assert done.code == 1
    verdicts = [line for line in done.page.splitlines() if line.endswith((": yes", ": **no**"))]
    assert [line for line in verdicts if line.endswith("**no**")] == [
        "- stated-wrong: the baselines come out as the task states them, to 0.002: **no**"
    ]
    assert "- as-stated: the baselines come out as the task states them, to 0.002: yes" in verdicts
    assert any("confrere rank" in line for line in verdicts)


@pytest.mark.slow
def test_the_page_shows_every_task_every_baseline_every_part_and_where_the_texts_come_from(done: Done) -> None:
    rows = [line for line in done.page.splitlines() if line.startswith("| ")]
    for task in ("as-stated", "stated-wrong"):
        assert any(row.startswith(f"| {task} | 2 | hit@1 | ") for row in rows)
        assert any(row.startswith(f"| {task} | TF-IDF | hit@1 | ") for row in rows)
        assert any(row.startswith(f"| {task} | MiniLM | hit@1 | ") for row in rows)
        assert f"- {task}: Source: nobody, made up, CC0." in done.page.splitlines()
    for part in PARTS:
        assert any(row.startswith(f"| {part} | ") for row in rows)
    assert done.page.startswith("# Matching\n\nSome prose.\n")
    assert done.page.endswith("\n\nMore prose.\n")
    assert "old figures" not in done.page


def test_a_task_is_asked_from_its_other_side_too(tmp_path: Path) -> None:
    written(tmp_path, "ours")
    (task,) = tasks_in(tmp_path / "data")
    turned = turned_round(task, tmp_path)
    assert turned is not None
    assert {each.id for each in turned.queries} == PEOPLE.keys()
    assert {each.id for each in turned.candidates} == NEEDS.keys()
    right = {f"{person}\t{name}\t1" for name, (_, person) in NEEDS.items()}
    assert set((turned.folder / "judgments.tsv").read_text("utf-8").splitlines()[1:]) == right


def test_a_task_whose_queries_name_whom_to_rank_has_no_other_side(tmp_path: Path) -> None:
    folder = written(tmp_path, "ours")
    one = {"id": "reading", "texts": ["Children who cannot read"], "candidates": ["ada", "ben"]}
    (folder / "queries.jsonl").write_text(json.dumps(one) + "\n", "utf-8")
    (task,) = tasks_in(tmp_path / "data")
    assert turned_round(task, tmp_path) is None


@pytest.mark.slow
def test_without_tasks_nothing_is_shown_to_hold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main(tmp_path, tmp_path / "page.md") == 2
    assert "CONFRERE_SHARED" in capsys.readouterr().out


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    once = page(PROSE, "new figures")
    assert once == f"# Matching\n\nSome prose.\n\n{BEGIN}\n\nnew figures\n\n{END}\n\nMore prose.\n"
    assert page(once, "new figures") == once


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_both_marks_once_is_left_alone(text: str) -> None:
    with pytest.raises(NoMarks):
        page(text, "figures")


def test_a_page_without_marks_is_refused_before_anything_is_ranked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "ours")
    (tmp_path / "page.md").write_text("# Matching\n", "utf-8")
    with pytest.raises(NoMarks):
        evaluate.main(tmp_path, tmp_path / "page.md")
    assert "ours" not in capsys.readouterr().err


def test_our_own_page_has_the_marks() -> None:
    assert "figures" in page(evaluate.PAGE.read_text("utf-8"), "figures")


def test_a_difference_is_above_zero_where_ours_is_better_also_where_lower_is_better(tmp_path: Path) -> None:
    ours, theirs = (Parts(np.array(hits), np.ones(2)) for hits in ([1.0, 1.0], [1.0, 0.0]))
    written(tmp_path, "higher", "hit@1")
    written(tmp_path, "lower", "kendall_loss")
    higher, lower = tasks_in(tmp_path / "data")
    judge = Judge(tmp_path / "data" / "rank_metrics.py")
    assert judge.difference(higher, ours, theirs).value == 0.5
    assert judge.difference(lower, ours, theirs).value == -0.5


def test_pooling_takes_of_the_pairs_that_are_there(tmp_path: Path) -> None:
    pairs = np.array([[0.1, 0.6, 0.3, 0.9], [0.4, 0.2, baselines.ABSENT, baselines.ABSENT]])
    assert baselines.mean(pairs) == pytest.approx([0.475, 0.3])
    assert baselines.highest(pairs) == pytest.approx([0.9, 0.4])
    assert baselines.top3(pairs) == pytest.approx([(0.9 + 0.6 / 2 + 0.3 / 3) / (11 / 6), (0.4 + 0.2 / 2) / 1.5])


def test_who_has_no_text_comes_last_in_a_baseline(tmp_path: Path) -> None:
    written(tmp_path, "task")
    (task,) = tasks_in(tmp_path / "data")
    for scores in baselines.scores_of(task, "tfidf").values():
        assert len(scores) == 8
        assert scores["buses", "dan"] < min(scores["buses", name] for name in ("ada", "ben", "cleo"))
        assert scores["buses", "ben"] > scores["buses", "cleo"]


def test_each_is_left_out_in_turn() -> None:
    assert leaving_one_out([1.0, 2.0, 6.0]) == (4.0, 3.5, 1.5)
    assert leaving_one_out([1.0]) == ()


@pytest.mark.slow
def test_a_text_that_was_encoded_before_is_remembered(encoder: Encoder) -> None:
    class Counting:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def encode(self, texts: list[str], progress: object = None, *, whole: bool = True) -> object:
            self.asked += texts
            return encoder.encode(texts)

    counting = Counting()
    remembering = Remembering(counting)  # type: ignore[arg-type]
    first, again = remembering.encode(["a bus", "a book", "a bus"]), remembering.encode(["a book", "a pen"])
    assert counting.asked == ["a bus", "a book", "a pen"]
    assert np.array_equal(first[1], again[0])
    assert np.array_equal(first[0], first[2])
    assert remembering.encode([]).shape == (0, encoder.width)
