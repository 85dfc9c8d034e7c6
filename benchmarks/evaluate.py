"""`make eval`: rank every task that is at hand, judge it, and set it beside the baselines."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from models.encoder import Encoder
from models.evaluation import load_candidates, load_queries, rank, write_scores

SHARED = Path(os.environ.get("CONFRERE_SHARED") or Path(__file__).resolve().parents[2] / "shared")
DATA = SHARED / "data"
POOLING = "top3"  # of the baselines that have several
MAY_FALL_BELOW = 0.01  # the better baseline
LOWER_IS_BETTER = ("kendall_loss",)
GATE = (0.79, 0.81)
DRAWS, PER_INTENT = 10, 8

Report = dict[str, Any]


def judged(task: Path, scores: Path) -> Report:
    """What the judge beside the tasks says of a table of scores."""
    answer = subprocess.run(  # noqa: S603 - the judge is part of the data folder that the caller chose
        [sys.executable, str(DATA / "rank_metrics.py"), str(task), str(scores)], capture_output=True, check=True
    )
    return json.loads(answer.stdout)


def evaluated(task: Path, encoder: Encoder, folder: Path) -> Report:
    candidates = load_candidates(task / "candidates.jsonl")
    queries = load_queries(task / "queries.jsonl", {candidate.id for candidate in candidates})
    scores = folder / f"{task.name}.tsv"
    write_scores(scores, rank(candidates, queries, encoder))
    return judged(task, scores)


def baselines(settings: Report) -> dict[str, float]:
    given = settings.get("baselines", {})
    return {name: value[POOLING] if isinstance(value, dict) else value for name, value in given.items()}


def row_of(task: Path, report: Report) -> tuple[list[str], bool]:
    """The cells of one task, and whether it is near enough to the better baseline or above it."""
    settings = json.loads((task / "task.json").read_text(encoding="utf-8"))
    metric = settings["metric"].split(":")[0]
    ours, known = report[metric], baselines(settings)
    sign = -1 if metric in LOWER_IS_BETTER else 1
    best = max(known.values(), key=lambda value: sign * value, default=ours["value"])
    difference = sign * (ours["value"] - best)
    others = [f"{known[name]:.3f}" if name in known else "–" for name in ("tfidf", "minilm")]
    interval = f"[{ours['low']:.3f}, {ours['high']:.3f}]"
    cells = [task.name, metric, f"{ours['value']:.4f}", interval, *others, f"{difference:+.3f}"]
    return cells, difference >= -MAY_FALL_BELOW


def draw(intents: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A few rows of every intent."""
    rows = [
        random.choice(np.flatnonzero(intents == intent), PER_INTENT, replace=False) for intent in np.unique(intents)
    ]
    return np.concatenate(rows)


def gate(task: Path, encoder: Encoder) -> float:
    """Mean accuracy of logistic regression on the vectors, as the task's README describes it."""
    texts, intents = zip(*(rows_of(task / name) for name in ("train.csv", "test.csv")), strict=True)
    train, test = (encoder.encode(each) for each in texts)
    known, wanted = map(np.array, intents)
    accuracies = []
    for seed in range(DRAWS):
        rows = draw(known, np.random.default_rng(seed))
        learned = LogisticRegression(max_iter=100).fit(train[rows], known[rows])
        accuracies.append(learned.score(test, wanted))
    return float(np.mean(accuracies))


def rows_of(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(lines)]
    return [text for text, _ in rows], [category for _, category in rows]


def main() -> int:
    console = Console(width=120)
    if not (DATA / "rank_metrics.py").is_file():
        console.print(
            f"Skipped: there are no tasks in {DATA / 'tasks'}; set CONFRERE_SHARED to the folder that has them."
        )
        return 0
    encoder = Encoder()
    table = Table("task", "metric", "confrere", "95 % interval", "TF-IDF", "MiniLM", "to the better")
    fine = True
    with tempfile.TemporaryDirectory() as folder, console.status("") as status:
        for task in sorted(path.parent for path in DATA.glob("tasks/*/task.json")):
            status.update(task.name)
            cells, passes = row_of(task, evaluated(task, encoder, Path(folder)))
            table.add_row(*cells, style=None if passes else "red")
            fine &= passes
        status.update("banking77")
        accuracy = gate(DATA / "tasks" / "banking77", encoder)
    console.print(table)
    passes = GATE[0] <= accuracy <= GATE[1]
    console.print(f"banking77 gate: accuracy {accuracy:.4f}, passes between {GATE[0]} and {GATE[1]}: {passes}")
    return 0 if fine and passes else 1


if __name__ == "__main__":
    sys.exit(main())
