"""The gate of the embedding code: if banking77 is not as published, no other figure means anything."""

import csv
from pathlib import Path
from typing import Final

import numpy as np
from sklearn.linear_model import LogisticRegression

from models.encoder import Encoder

PASSES: Final = (0.79, 0.81)
DRAWS, PER_INTENT = 10, 8


def accuracy(folder: Path, encoder: Encoder) -> float:
    """Mean accuracy of logistic regression on the vectors, as the folder's README describes it."""
    texts, intents = zip(*(_rows(folder / name) for name in ("train.csv", "test.csv")), strict=True)
    train, test = (encoder.encode(each) for each in texts)
    known, wanted = map(np.array, intents)
    found = []
    for seed in range(DRAWS):
        rows = _draw(known, np.random.default_rng(seed))
        learned = LogisticRegression(max_iter=100).fit(train[rows], known[rows])
        found.append(learned.score(test, wanted))
    return float(np.mean(found))


def _draw(intents: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A few rows of every intent."""
    rows = [
        random.choice(np.flatnonzero(intents == intent), PER_INTENT, replace=False) for intent in np.unique(intents)
    ]
    return np.concatenate(rows)


def _rows(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [(row["text"], row["category"]) for row in csv.DictReader(lines)]
    return [text for text, _ in rows], [category for _, category in rows]
