"""The judge that lies beside the tasks: run as a program for what is printed, asked for single queries to compare."""

import json
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from benchmarks.ranking_tasks import Task

LOWER_IS_BETTER = ("kendall_loss",)
ROUNDED = 6e-5  # the judge gives four places

Floats = npt.NDArray[np.float64]
Scores = dict[tuple[str, str], float]  # query, candidate → score


class Figure(Struct, frozen=True):
    """A value with its 95 % bootstrap interval over queries."""

    value: float
    low: float
    high: float


class Parts(Struct, frozen=True):
    """Of every query: the metric's numerator and denominator. The metric is the ratio of their sums."""

    numerator: Floats
    denominator: Floats


class Judge:
    def __init__(self, program: Path) -> None:
        self._program = program
        spec = spec_from_file_location("judge_beside_the_tasks", program)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(program)
        self._module = module_from_spec(spec)
        spec.loader.exec_module(self._module)

    def figure(self, task: Task, scores: Path) -> Figure:
        """The task's main metric of a table of scores, as the program prints it."""
        words = [sys.executable, str(self._program), str(task.folder), str(scores)]
        ended = subprocess.run(words, capture_output=True, check=True)  # noqa: S603 - of the folder the caller chose
        return Figure(**json.loads(ended.stdout)[task.metric])

    def read(self, scores: Path) -> Scores:
        return self._module.read_pairs(scores, "score")

    def parts(self, task: Task, scores: Scores) -> Parts:
        parts, missing = self._module.per_query(task.folder, scores)
        assert not missing, f"{task.name}: {missing} pairs have no score"
        return Parts(*parts[task.metric])

    def whole(self, parts: Parts) -> Figure:
        return Figure(**self._module.interval(parts.numerator, parts.denominator))

    def difference(self, task: Task, ours: Parts, theirs: Parts) -> Figure:
        """Ours less theirs on the same queries, each draw with the same queries of both; above zero ours is better."""
        assert np.array_equal(ours.denominator, theirs.denominator)
        sign = -1 if task.metric in LOWER_IS_BETTER else 1
        return self.whole(Parts(sign * (ours.numerator - theirs.numerator), ours.denominator))
