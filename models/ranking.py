"""From two raw parts to one score, from pieces of evidence to people."""

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import Final

import msgspec
import numpy as np

from models.vector_index import Floats

PLACES: Final = 6  # beyond them machines differ; what is compared is rounded to here
SHARES: Final = (1.0, 1 / 2, 1 / 3)  # of the best, the second, the third piece: one must not decide, many not drown
MISSING: Final = 0.7  # a second or third piece that is not there counts as this much of the one before
PORTIONS: Final = {  # of the pieces there are, with what is missing counted to the last
    1: ((1 + MISSING / 2 + MISSING**2 / 3) / sum(SHARES),),
    2: (1 / sum(SHARES), (1 / 2 + MISSING / 3) / sum(SHARES)),
    3: tuple(share / sum(SHARES) for share in SHARES),
}
WORDS_AT_MOST: Final = 0.7  # share of the words in the score of a need with very many telling words
HALF_SAID: Final = 10  # a need with this many telling words gives them half of that share


class Recipe(msgspec.Struct, frozen=True):
    """Which parts of the ranker are on: all of them for members; the evaluation asks what each one pays."""

    words: bool = True
    meaning: bool = True


EVERYTHING: Final = Recipe()


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence near a need: both raw parts, and the score made of them."""

    id: str
    person: str
    cosine: float
    lexical: float
    score: float
    weight: float = 1.0


Hits = tuple[Hit, ...]


class Pooled(msgspec.Struct, frozen=True, gc=False):
    """One member, resource or challenge, and the pieces that brought it here, best first."""

    person: str
    score: float
    hits: Hits


def words_share(telling: float) -> float:
    """A word shared by two short texts is often chance, twenty shared by two long ones are not."""
    return WORDS_AT_MOST * telling / (telling + HALF_SAID)


def fused(cosine: Floats, lexical: Floats, telling: float, recipe: Recipe = EVERYTHING) -> Floats:
    """One score of at most 1 from both parts; `telling` is the number of telling words per text of the need."""
    share = words_share(telling) if recipe.words and recipe.meaning else float(recipe.words)
    return (1 - share) * cosine + share * lexical


def top_three(values: Floats) -> Floats:
    """The weighted top three over the first axis, the texts of one need."""
    best = -np.sort(-values, axis=0)[: len(SHARES)]
    shares = np.array(SHARES[: len(best)])
    return np.asarray(shares @ best / shares.sum(), dtype=np.float64)


def pool(hits: Iterable[Hit]) -> tuple[Pooled, ...]:
    """People by the weighted top three of their evidence, nearest first, equals by id; at most 1 where weights are."""
    by_person: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.score * hit.weight, hit.id)):
        by_person.setdefault(hit.person, []).append(hit)
    people = [_pooled(person, tuple(theirs[: len(SHARES)])) for person, theirs in by_person.items()]
    return tuple(sorted(people, key=lambda each: (-each.score, each.person)))


def _pooled(person: str, best: Hits) -> Pooled:
    return Pooled(person=person, score=weighted_top_three([hit.score * hit.weight for hit in best]), hits=best)


def weighted_top_three(best: Sequence[float]) -> float:
    """One figure of at most three, the best first; what is missing is made up from the one before."""
    return round(math.fsum(map(mul, PORTIONS[len(best)], best)), PLACES)
