"""How unevenly something is spread over people: pure figures, each with the source of its formula."""

import math
from collections.abc import Sequence
from typing import Final

TOP: Final = 0.05  # of people: those whose share of the whole is told


def gini(amounts: Sequence[float]) -> float:
    """From 0, where all have the same, to (n - 1) / n, where one has everything; 0 where nobody has anything.

    G = Σ (2i - n - 1) x_i / (n Σ x), with the amounts x, none below 0, in rising order and i from 1 (Gini 1912, in the
    form of Sen 1973, On Economic Inequality): half of the mean difference of all pairs, by the mean.
    """
    n, whole = len(amounts), math.fsum(amounts)
    if not whole:
        return 0.0
    parts = ((2 * place - n - 1) / n * (amount / whole) for place, amount in enumerate(sorted(amounts), 1))
    return min(1.0, max(0.0, math.fsum(parts)))


def top_share(amounts: Sequence[float], top: float = TOP) -> float:
    """The share of the whole that the top 5 % have, one person at least: a point of the curve of Lorenz (1905)."""
    whole = math.fsum(amounts)
    if not whole:
        return 0.0
    most = sorted(amounts, reverse=True)[: max(1, math.ceil(round(top * len(amounts), 9)))]
    return min(1.0, math.fsum(amount / whole for amount in most))


def share(part: int, whole: int) -> float:
    """0 of nothing."""
    return part / whole if whole else 0.0
