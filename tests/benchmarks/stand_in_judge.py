"""A judge with the face of the one that lies beside real tasks: one metric, and an interval as wide as its value."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def read_pairs(path: Path, value: str) -> dict[tuple[str, str], float]:
    with path.open(encoding="utf-8", newline="") as lines:
        return {(row["query"], row["candidate"]): float(row[value]) for row in csv.DictReader(lines, delimiter="\t")}


def per_query(task: Path, scores: dict[tuple[str, str], float]) -> tuple[dict[str, Any], int]:
    """`hit@1`: is the right one first? `kendall_loss`: is it not?"""
    right = read_pairs(task / "judgments.tsv", "grade")
    hits = []
    for query in sorted({query for query, _ in scores}):
        theirs = {candidate: score for (of, candidate), score in scores.items() if of == query}
        hits.append(float(right.get((query, max(theirs, key=theirs.__getitem__)), 0) > 0))
    values, ones = np.array(hits), np.ones(len(hits))
    return {"hit@1": (values, ones), "kendall_loss": (1 - values, ones)}, 0


def interval(numerator: Any, denominator: Any) -> dict[str, float]:
    value = float(numerator.sum() / denominator.sum())
    return {"value": value, "low": value - abs(value), "high": value + abs(value)}


if __name__ == "__main__":
    found, _ = per_query(Path(sys.argv[1]), read_pairs(Path(sys.argv[2]), "score"))
    sys.stdout.write(json.dumps({name: interval(*parts) for name, parts in found.items()}))
