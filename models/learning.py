"""Which weights a network's own past answers speak for: numbers to propose as a policy, never applied unasked."""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from models.people import Facts, Weights, favours, gains, mutual
from models.vector_index import Floats

LEARNED: Final = ("context_weight", "tied_weight", "category_weight", "answered_weight")  # as `people.gains` gives them
MOST: Final = 0.3  # points: whatever history says, nothing may drown how well somebody fits
TRUST: Final = 0.05  # points by which a weight is thought to be off before any history is known
SHARPEST: Final = 100.0
ROUNDS: Final = 100
STILL: Final = 1e-5
PLACES: Final = 3


class Choice(msgspec.Struct, frozen=True):
    """A need that somebody answered first of all who could have: a row a candidate, their fit and their favours.

    Only what was so before that answer. Nobody who was asked and declined is one who did not answer: leave them out.
    """

    candidates: Floats
    answered: int  # whose row


def choice(candidates: Sequence[Facts], answered: int, half_life: float) -> Choice:
    """The half-life is that of readiness, in days."""
    rows = [(mutual(facts.fit, facts.back), *favours(facts, half_life)) for facts in candidates]
    return Choice(np.array(rows, dtype=np.float64), answered)


def learned(history: Sequence[Choice], weights: Weights) -> dict[str, float]:
    """The weights in force, moved as far as these choices carry them, by their names in a policy.

    Conditional logit (McFadden 1974): of those who could, one answers with a chance that grows with exp(k × score). Fit
    counts one point a point, as it does in the score; k and the weights are the likeliest, each weight within 0 and
    `MOST` and drawn towards the one in force. Prices are no part of it: what is too often is for the network to say.
    """
    if not history:
        return dict(zip(LEARNED, gains(weights), strict=True))
    choices, before = _Choices(history), np.array(gains(weights))
    now, sharpness = before.clip(0, MOST), 1.0
    for _ in range(ROUNDS):
        last = now.copy()
        sharpness = choices.sharpness(now, sharpness)
        for column in range(len(now)):
            slope, bend = choices.slope(now, sharpness, column)
            step = (slope - (now[column] - before[column]) / TRUST**2) / (bend + 1 / TRUST**2)
            now[column] = np.clip(now[column] + step, 0, MOST)
        if np.abs(now - last).max() < STILL:
            break
    return {name: round(float(value), PLACES) for name, value in zip(LEARNED, now, strict=True)}


class _Choices:
    """All choices below one another."""

    def __init__(self, history: Sequence[Choice]) -> None:
        self._sizes: Final = np.array([len(each.candidates) for each in history])
        self._starts: Final = np.concatenate([[0], np.cumsum(self._sizes)[:-1]])
        self._answered: Final = self._starts + np.array([each.answered for each in history])
        rows = np.concatenate([each.candidates for each in history])
        self._fit: Final = rows[:, 0]
        self._favours: Final = rows[:, 1:]

    def sharpness(self, weights: Floats, before: float) -> float:
        """One Newton step; at most twice or half of before, so that it does not overshoot."""
        score = self._score(weights)
        slope, bend = self._moments(before * score, score)
        return min(SHARPEST, max(before / 2, min(before * 2, before + slope / bend))) if bend > 0 else before

    def slope(self, weights: Floats, sharpness: float, column: int) -> tuple[float, float]:
        """How the log-likelihood changes with one weight, and how that change changes (turned positive)."""
        slope, bend = self._moments(sharpness * self._score(weights), self._favours[:, column])
        return sharpness * slope, sharpness**2 * bend

    def _score(self, weights: Floats) -> Floats:
        return np.asarray(self._fit + self._favours @ weights, dtype=np.float64)

    def _moments(self, utility: Floats, feature: Floats) -> tuple[float, float]:
        """Of those who answered, the feature less what was to be expected, and its variance, both summed."""
        highest = np.repeat(np.maximum.reduceat(utility, self._starts), self._sizes)
        shares = np.exp(utility - highest)
        shares /= np.repeat(np.add.reduceat(shares, self._starts), self._sizes)
        mean = np.add.reduceat(shares * feature, self._starts)
        square = np.add.reduceat(shares * feature**2, self._starts)
        return float((feature[self._answered] - mean).sum()), float((square - mean**2).sum())
