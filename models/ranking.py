"""From two raw parts to one score, from pieces of evidence to people."""

import math
from collections.abc import Iterable, Sequence
from operator import mul
from typing import Final

import msgspec
import numpy as np

from models.lexical import NO_EDGE
from models.vector_index import Floats

PLACES: Final = 6  # beyond them machines differ; what is compared is rounded to here
SHARES: Final = (1.0, 1 / 2, 1 / 3)  # of the best, the second, the third piece: one must not decide, many not drown
MINIMAL: Final = 10**-PLACES  # what is less in words is nothing
MISSING: Final = 0.5  # a second or third piece that is not there counts as this much of the one before
PORTIONS: Final = {  # of the pieces there are, with what is missing counted to the last
    1: ((1 + MISSING / 2 + MISSING**2 / 3) / sum(SHARES),),
    2: (1 / sum(SHARES), (1 / 2 + MISSING / 3) / sum(SHARES)),
    3: tuple(share / sum(SHARES) for share in SHARES),
}
WORDS_APART: Final = 0.4  # share of the words in the score where meanings have nothing in common at all …
WORDS_AT_MOST: Final = 0.9  # … and at most, where all means the same
ALIKE_USUALLY: Final = 0.2  # what is taken for the mean cosine where nobody asks for it
SAME_IN_WORDS: Final = 0.3  # lexical score of two texts that say the same, each in its own words
HALF_SAID: Final = 5  # a need with this many telling words gives them half of their share


class Recipe(msgspec.Struct, frozen=True):
    """Which parts of the ranker are on: all of them for members; the evaluation asks what each one pays."""

    words: bool = True
    meaning: bool = True
    whole: bool = True  # a long text is read to its end
    phrases: bool = True  # two words side by side count as one more
    alike: bool = True  # the words' share grows with how much everything means the same
    top_three: bool = True  # of somebody's pieces, and not the best alone


EVERYTHING: Final = Recipe()


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One piece of evidence near a need: both raw parts, and the score made of them."""

    id: str
    person: str
    cosine: float
    lexical: float
    score: float
    weight: float = 1.0

    @property
    def worth(self) -> float:
        """Its score by the strength of its source; what is farther than usual gains nothing by a weak one."""
        return self.score * self.weight if self.score > 0 else self.score


Hits = tuple[Hit, ...]


def edge(hits: Sequence[Hit], limit: int) -> tuple[float, float]:
    """How near the last of the `limit` nearest in meaning was, and of those in words; all is within it of fewer."""
    if len(hits) < limit:
        return NO_EDGE
    cosines, lexical = sorted(hit.cosine for hit in hits), sorted(hit.lexical for hit in hits)
    return cosines[-limit], lexical[-limit]


def within(hit: Hit, edge: tuple[float, float]) -> bool:
    """Whether it would have been found then, whoever went since."""
    near, shared = edge
    return hit.cosine >= near or hit.lexical >= max(shared, MINIMAL)


class Pooled(msgspec.Struct, frozen=True, gc=False):
    """One member, resource or challenge, and the pieces that brought it here, best first."""

    person: str
    score: float
    hits: Hits


def words_share(telling: float, alike: float, recipe: Recipe = EVERYTHING) -> float:
    """How much of a score the words make, the rest being the meaning's.

    `telling` is the number of telling words per text of the need: a word shared by two short texts is often chance,
    twenty shared by two long ones are not. `alike` is the mean cosine of the need with all there is: where all means
    about the same, as among schools that describe themselves, the meaning tells little apart and the words must.
    """
    if not (recipe.words and recipe.meaning):
        return float(recipe.words)
    most = WORDS_APART + (max(0.0, alike) if recipe.alike else ALIKE_USUALLY)
    return min(WORDS_AT_MOST, most) * telling / (telling + HALF_SAID)


def fused(cosine: Floats, lexical: Floats, share: float, alike: float) -> Floats:
    """One score from both parts: 0 for what is no nearer than anything else, about 1 for what says the same.

    What any piece would score is taken off, and the rest measured by what a very good match would have: so scores of
    needs compare, short or long, in a network where all means about the same or not. The same text is beyond 1.
    """
    usual = min(0.99, max(0.0, alike))
    both = (1 - share) * (cosine - usual) + share * lexical
    return np.maximum(-1.0, both / ((1 - share) * (1 - usual) + share * SAME_IN_WORDS))


def top_three(values: Floats) -> Floats:
    """The weighted top three over the first axis, the texts of one need."""
    best = -np.sort(-values, axis=0)[: len(SHARES)]
    shares = np.array(SHARES[: len(best)])
    return np.asarray(shares @ best / shares.sum(), dtype=np.float64)


def pool(hits: Iterable[Hit], recipe: Recipe = EVERYTHING) -> tuple[Pooled, ...]:
    """People by the weighted top three of their evidence, nearest first, equals by id."""
    by_person: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.worth, hit.id)):
        by_person.setdefault(hit.person, []).append(hit)
    counted = len(SHARES) if recipe.top_three else 1
    people = [_pooled(person, tuple(theirs[:counted])) for person, theirs in by_person.items()]
    return tuple(sorted(people, key=lambda each: (-each.score, each.person)))


def _pooled(person: str, best: Hits) -> Pooled:
    return Pooled(person=person, score=weighted_top_three([hit.worth for hit in best]), hits=best)


def weighted_top_three(best: Sequence[float]) -> float:
    """One figure of at most three, the best first; what is missing is made up from the one before."""
    return round(math.fsum(map(mul, PORTIONS[len(best)], best)), PLACES)
