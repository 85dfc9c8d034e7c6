"""One task: our ranking, the baselines on the same queries, and the same without each part of the ranker in turn."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import fields, replace

from benchmarks import baselines
from benchmarks.judge import ROUNDED, Figure, Judge, Parts, Scores
from benchmarks.ranking_tasks import Task
from models.evaluation import Encodes, Progress, rank
from models.ranking import EVERYTHING, Recipe
from models.ranking_files import write_scores

MAY_FALL_BELOW: Final = 0.01  # the better baseline
MAY_DIFFER: Final = 0.002  # a baseline from what the task states of it
POOLING: Final = "top3"  # of the baselines that ours must not fall below
PARTS: Final = tuple(field.name for field in fields(Recipe))


class Verdict(Struct, frozen=True):
    """Something that must hold, and whether it does."""

    words: str
    holds: bool


class Outcome(Struct, frozen=True):
    task: Task
    ours: Figure
    baselines: dict[str, dict[str, Figure]]  # system → pooling
    ahead: dict[str, Figure]  # system, pooled by POOLING → ours less theirs; above zero ours is better
    pays: dict[str, Figure]  # part of the ranker → with it less without it

    @property
    def better(self) -> str:
        """The system that is harder to beat."""
        return min(self.ahead, key=lambda system: self.ahead[system].value)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        below = -self.ahead[self.better].value
        bar = f"{self.task.name}: not more than {MAY_FALL_BELOW} below the better baseline"
        kept = f"{self.task.name}: the baselines come out as the task states them, to {MAY_DIFFER}"
        stated = (Verdict(kept, all(self._reproduced())),) if self.task.stated else ()
        return Verdict(bar, below <= MAY_FALL_BELOW), *stated

    def _reproduced(self) -> Iterator[bool]:
        for system, stated in self.task.stated.items():
            for pooling, value in stated.items():
                figure = self.baselines.get(system, {}).get(pooling)
                yield figure is not None and abs(figure.value - value) <= MAY_DIFFER


def outcome(task: Task, encoder: Encodes, judge: Judge, table: Path, progress: Progress | None = None) -> Outcome:
    """Leaves our scores in `table`."""
    write_scores(table, rank(task.candidates, task.queries, encoder, progress))
    ours = judge.parts(task, judge.read(table))
    printed = judge.figure(task, table)
    assert abs(judge.whole(ours).value - printed.value) < ROUNDED, f"{task.name}: the judge disagrees with itself"
    peers = {system: _parts(task, judge, baselines.scores_of(task, system)) for system in baselines.SYSTEMS}
    without = {part: judge.parts(task, _scores_without(part, task, encoder)) for part in PARTS}
    return Outcome(
        task=task,
        ours=printed,
        baselines={
            system: {pooling: judge.whole(theirs) for pooling, theirs in by_pooling.items()}
            for system, by_pooling in peers.items()
        },
        ahead={system: judge.difference(task, ours, by_pooling[POOLING]) for system, by_pooling in peers.items()},
        pays={part: judge.difference(task, ours, theirs) for part, theirs in without.items()},
    )


def leaving_one_out(values: Sequence[float]) -> tuple[float, ...]:
    """The mean without each in turn; of a single one nothing is left."""
    return tuple((sum(values) - each) / (len(values) - 1) for each in values) if len(values) > 1 else ()


def _parts(task: Task, judge: Judge, by_pooling: dict[str, Scores]) -> dict[str, Parts]:
    return {pooling: judge.parts(task, scores) for pooling, scores in by_pooling.items()}


def _scores_without(part: str, task: Task, encoder: Encodes) -> Scores:
    recipe = replace(EVERYTHING, **{part: False})
    rows = rank(task.candidates, task.queries, encoder, recipe=recipe)
    return {(query, candidate): score for query, candidate, score in rows}
