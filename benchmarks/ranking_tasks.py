"""The ranking tasks in a data folder: any folder with a task.json, whatever its name."""

import json
import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from models.ranking_files import Candidate, Query, load_candidates, load_queries

SHARED: Final = Path(os.environ.get("CONFRERE_SHARED") or Path(__file__).resolve().parents[2] / "shared")


class Task(Struct, frozen=True):
    folder: Path
    metric: str  # the main one, by its name in the judge's output
    candidates: tuple[Candidate, ...]
    queries: tuple[Query, ...]
    stated: dict[str, dict[str, float]]  # main metric of each baseline by pooling, as the task gives it
    source: str  # origin, licence, attribution

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def pairs(self) -> int:
        return sum(len(self.candidates if query.candidates is None else query.candidates) for query in self.queries)


def tasks_in(data: Path) -> tuple[Task, ...]:
    return tuple(_task(found.parent) for found in sorted(data.glob("tasks/*/task.json")))


def turned_round(task: Task, folder: Path) -> Task | None:
    """The same judgments asked from the other side: which of the queries are for this candidate?

    Written to a folder of its own. None where queries name whom to rank: nobody judged the other pairs.
    """
    if any(query.candidates is not None for query in task.queries):
        return None
    there = folder / f"{task.name}, turned round"
    there.mkdir()
    lines = {"candidates": task.queries, "queries": task.candidates}
    for name, those in lines.items():
        body = "".join(json.dumps({"id": each.id, "texts": each.texts, "candidates": None}) + "\n" for each in those)
        (there / f"{name}.jsonl").write_text(body, encoding="utf-8")
    header, *judged = (task.folder / "judgments.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in judged)
    rows = [header, *(f"{candidate}\t{query}\t{grade}" for query, candidate, grade in pairs)]
    (there / "judgments.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    settings = json.loads((task.folder / "task.json").read_text(encoding="utf-8"))
    turned = {**settings, "baselines": {}, "n_queries": len(task.candidates), "n_candidates": len(task.queries)}
    (there / "task.json").write_text(json.dumps(turned), encoding="utf-8")
    return _task(there)


def source_of(folder: Path) -> str:
    """What the folder's README says from `Source:` on to the end of that paragraph; nothing where it says nothing."""
    readme = folder / "README.md"
    paragraphs = readme.read_text(encoding="utf-8").split("\n\n") if readme.is_file() else []
    return next((" ".join(each.split()) for each in paragraphs if each.startswith("Source:")), "")


def _task(folder: Path) -> Task:
    settings = json.loads((folder / "task.json").read_text(encoding="utf-8"))
    candidates = load_candidates(folder / "candidates.jsonl")
    return Task(
        folder=folder,
        metric=settings["metric"].partition(":")[0],
        candidates=candidates,
        queries=load_queries(folder / "queries.jsonl", {candidate.id for candidate in candidates}),
        stated={name: _by_pooling(value) for name, value in settings.get("baselines", {}).items()},
        source=source_of(folder) or f"Source: {settings['source']}",
    )


def _by_pooling(value: dict[str, float] | float) -> dict[str, float]:
    """Where everybody has one text there is nothing to pool, and one figure is given."""
    return value if isinstance(value, dict) else {"top3": value}
