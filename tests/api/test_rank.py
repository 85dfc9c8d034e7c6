import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from models.encoder import PACKAGE, WEIGHTS, packaged
from tests.api.shell import Shell

PEOPLE = [
    {"id": "p1", "texts": ["Absences of ninth graders after winter break"]},
    {"id": "p2", "texts": ["Menus for the school kitchen", "Feeding large groups"]},
    {"id": "p3", "texts": []},
]
NEEDS = [
    {"id": "n1", "texts": ["Attendance in grade nine fell after winter break"], "candidates": None},
    {"id": "n2", "texts": ["What to cook for two hundred"], "candidates": ["p1", "p2"]},
]
SCRIPT = Path(sys.executable).with_name("confrere")


def written(folder: Path, people: object = None, needs: object = None) -> list[str]:
    files = {"candidates": PEOPLE if people is None else people, "queries": NEEDS if needs is None else needs}
    words = []
    for name, lines in files.items():
        text = lines if isinstance(lines, str) else "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
        words += [f"--{name}", str(folder / f"{name}.jsonl")]
    return ["rank", *words, "--output", str(folder / "scores.tsv")]


def test_every_pair_gets_a_score_and_the_nearest_the_highest(empty: Shell) -> None:
    done = empty.run(*written(empty.folder))
    assert done.stdout.startswith("5 scores in ")
    header, *rows = (line.split("\t") for line in (empty.folder / "scores.tsv").read_text("utf-8").splitlines())
    assert header == ["query", "candidate", "score"]
    scores = {(query, candidate): float(score) for query, candidate, score in rows}
    assert scores.keys() == {("n1", "p1"), ("n1", "p2"), ("n1", "p3"), ("n2", "p1"), ("n2", "p2")}
    assert scores["n1", "p1"] > scores["n1", "p2"] > scores["n1", "p3"]
    assert scores["n2", "p2"] > scores["n2", "p1"]
    assert not empty.recorded()  # no network is needed, and none begun


@pytest.mark.parametrize(
    ("people", "needs", "words"),
    [
        ("{not json", None, "candidates.jsonl, line 1"),
        ([*PEOPLE, PEOPLE[0]], None, "candidates.jsonl, line 4"),
        (None, [{"id": "n1", "texts": ["x"], "candidates": ["nobody"]}], "queries.jsonl, line 1"),
        (None, [{"id": "n1", "texts": "a secret"}], "queries.jsonl, line 1"),
    ],
)
def test_a_faulty_line_is_named_and_nothing_written(empty: Shell, people: object, needs: object, words: str) -> None:
    refused = empty.refused(*written(empty.folder, people, needs))
    assert words in refused
    assert "secret" not in refused
    assert not (empty.folder / "scores.tsv").exists()


def test_files_that_are_not_there_are_refused(empty: Shell) -> None:
    words = written(empty.folder)
    (empty.folder / "queries.jsonl").unlink()
    assert "queries.jsonl" in empty.refused(*words)
    words = written(empty.folder)
    words[-1] = str(empty.folder / "nowhere" / "scores.tsv")
    empty.refused(*words)


def test_another_model_is_used_where_the_settings_name_one(empty: Shell) -> None:
    nothing = empty.folder / "model"
    nothing.mkdir()
    assert "is missing" in empty.refused(*written(empty.folder), CONFRERE_MODEL=str(nothing))


@pytest.mark.slow
def test_a_packaged_model_that_was_altered_is_refused(empty: Shell) -> None:
    """One bit is flipped in a copy of the package that is found first."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    package = empty.folder / "packages" / PACKAGE
    shutil.copytree(packaged().parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    weights = package / "model" / WEIGHTS
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    environment = empty.environment | {"PYTHONPATH": str(empty.folder / "packages"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [SCRIPT, *written(empty.folder)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Refused: ")
    assert "was altered: expected sha256" in done.stderr
    assert not (empty.folder / "scores.tsv").exists()
