import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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
    (empty.folder / "queries.jsonl").unlink()
    (empty.folder / "queries.jsonl").symlink_to("queries.jsonl")
    assert "queries.jsonl" in empty.refused(*words)


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
    assert done.stderr.splitlines()[-1].startswith("Refused: ")
    assert "was altered: expected sha256" in done.stderr
    assert not (empty.folder / "scores.tsv").exists()


MANY = [{"id": f"p{number}", "texts": [f"Reading in grade {number} " * 50]} for number in range(2000)]


def begun(empty: Shell, words: list[str], **more: Any) -> subprocess.Popen[bytes]:
    """A real process, whose standard error is no terminal unless it is given one."""
    environment = empty.environment | {"PATH": "/usr/bin:/bin", "TERM": "xterm"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [SCRIPT, *words],
        env=environment,
        preexec_fn=_to_be_interrupted,  # noqa: PLW1509 - it takes no lock
        **(pipes | more),
    )


def _to_be_interrupted() -> None:
    """Also where these tests run in the background of a shell, which has all that it begins there ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"candidates.jsonl", "queries.jsonl"}


def test_lines_that_are_read_badly_are_noted_the_first_few_of_them_and_nothing_else_is_said(empty: Shell) -> None:
    people = [{"id": f"p{number}", "texts": ["数学の授業"]} for number in range(7)]
    done = empty.run(*written(empty.folder, people, [{"id": "n1", "texts": ["Mathematics"]}]))
    *notes, more = done.stderr.splitlines()
    assert [note.partition(": ")[0].partition(", ")[2] for note in notes] == [
        f"line {number}" for number in range(1, 6)
    ]
    assert all("candidates.jsonl" in note and "English" in note for note in notes)
    assert more == "and 2 more such notes"
    assert done.stdout.startswith("7 scores in ")


@pytest.mark.parametrize("people", [[], [{"id": "p1", "texts": []}]])
@pytest.mark.parametrize("needs", ["", [{"id": "n1", "texts": []}]])
def test_nobody_and_nothing_to_rank_is_no_error(empty: Shell, people: Any, needs: Any) -> None:
    empty.run(*written(empty.folder, people, needs))
    rows = (empty.folder / "scores.tsv").read_text("utf-8").splitlines()
    assert len(rows) == 1 + len(people) * len(needs)


@pytest.mark.slow
def test_interrupted_it_leaves_nothing_behind(empty: Shell) -> None:
    process = begun(empty, written(empty.folder, MANY))
    deadline = time.monotonic() + 300
    while not left(empty.folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert b"ranking" not in stderr  # nobody watches
    assert not left(empty.folder)


@pytest.mark.slow
def test_progress_is_shown_to_who_watches(empty: Shell) -> None:
    """Nothing is said in these texts, so that no model need be loaded."""
    words = written(
        empty.folder, [{"id": "p1", "texts": []}], [{"id": f"n{number}", "texts": []} for number in range(3)]
    )
    watched, terminal = pty.openpty()
    with begun(empty, words, stderr=terminal, stdout=subprocess.DEVNULL):
        os.close(terminal)
        shown = b"".join(iter(partial(_read, watched), b""))
    os.close(watched)
    assert b"ranking" in shown
    assert b"3/3" in shown


def _read(terminal: int) -> bytes:
    """What is shown; nothing once nobody writes there any more, which Linux tells as a fault."""
    try:
        return os.read(terminal, 2**16)
    except OSError:
        return b""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["accents", "one word", "words"])
def test_ten_million_letters_get_their_score_within_seconds(empty: Shell, kind: str) -> None:
    text = {
        "accents": "a" + "\u0315\u0300" * 1_000_000,
        "one word": "a" * 10**7,
        "words": "Reading in grade 1. " * 500_000,
    }
    start = time.process_time()
    done = empty.run(*written(empty.folder, [*PEOPLE, {"id": "long", "texts": [text[kind]]}]))
    assert "candidates.jsonl, line 4: has a text of " in done.stderr
    assert time.process_time() - start < 60
    assert len((empty.folder / "scores.tsv").read_text("utf-8").splitlines()) == 7
