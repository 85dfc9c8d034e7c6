"""From two raw parts to one score, from pieces of evidence to people."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

PLACES: Final = 6  # beyond them machines differ; what is compared is rounded to here
SHARES: Final = (1.0, 1 / 2, 1 / 3)  # best, second, third
WORDS: Final = 0.5


class Hit(msgspec.Struct, frozen=True):
    """One piece of evidence near a need: both raw parts, and the score made of them."""

    id: str
    person: str
    cosine: float
    lexical: float
    score: float
    weight: float = 1.0


Hits = tuple[Hit, ...]


class Pooled(msgspec.Struct, frozen=True):
    """One member, resource or challenge, and the pieces that brought it here, best first."""

    person: str
    score: float
    hits: Hits


def fused(cosine: Scores, lexical: Scores) -> Scores:
    """Nearness in meaning and in words, each at most 1."""
    return (cosine + WORDS * lexical) / (1 + WORDS)


def top_three(values: npt.NDArray[np.float64]) -> Scores:
    """Best + second/2 + third/3 over the first axis, over the sum of these shares: how several needs make one."""
    best = -np.sort(-values, axis=0)[: len(SHARES)]
    shares = np.array(SHARES[: len(best)])
    return np.asarray(shares @ best / shares.sum(), dtype=np.float64)


def pool(hits: Iterable[Hit]) -> tuple[Pooled, ...]:
    """People by the weighted top three of their evidence, nearest first, equals by id."""
    by_person = groupby(sorted(hits, key=lambda hit: hit.person), key=lambda hit: hit.person)
    people = [_pool(person, tuple(sorted(theirs, key=_strength))) for person, theirs in by_person]
    return tuple(sorted(people, key=lambda each: (-each.score, each.person)))


def _pool(person: str, hits: Sequence[Hit]) -> Pooled:
    best = tuple(hits[: len(SHARES)])
    score = sum(share * hit.score * hit.weight for share, hit in zip(SHARES, best, strict=False)) / sum(SHARES)
    return Pooled(person=person, score=round(score, PLACES), hits=best)


def _strength(hit: Hit) -> tuple[float, str]:
    return -round(hit.score * hit.weight, PLACES), hit.id
