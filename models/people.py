"""From how well somebody fits, and what else is known of them, to one score whose parts can be told in points."""

import math
from collections.abc import Iterable, Mapping
from operator import mul
from typing import Final, Protocol, TypeVar

import msgspec
import numpy as np

from models.ranking import PLACES
from models.vector_index import Floats

T = TypeVar("T", float, Floats)

FAVOURS: Final = ("context", "ties", "category", "readiness")  # what speaks for somebody besides their fit
MOVING: Final = (*FAVOURS, "load", "exposure")
ROUNDED: Final = 1e-5  # more than what rounding adds to a score
FEW_PLACES: Final = 5.0  # on lists: who has been given this many pays half of the exposure price


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is known of one candidate for one need at one position, besides the rules.

    `tied`, `in_category`, `answered` and `exposure` are sums that `decayed` gives, the last with the half-life of
    exposure, the others with that of habits. Nothing under the need itself is counted.
    """

    fit: float  # the weighted top three of their evidence: about 1 for what says the same
    back: float | None = (
        None  # of peers: how well the reader's own evidence fits their problem; None where nobody asked
    )
    context: float | None = None  # what `agreement` says of both settings
    tied: float = 0.0  # exchanges between candidate and reader, either way
    in_category: float = 0.0  # their answers in the need's category
    answered: float = 0.0  # all their answers, those in the category among them
    since_answered: float | None = None  # days since their last answer, anywhere; None: they never answered
    load: float = 0.0  # minutes reserved or spent this period ÷ minutes offered
    exposure: float = 0.0  # places given to them on lists for other needs


class Done(msgspec.Struct, frozen=True):
    """Of many candidates at once what of their facts is known from what they did and were given: one row each."""

    tied: Floats
    in_category: Floats
    answered: Floats
    since_answered: Floats  # infinite for those who never answered
    exposure: Floats

    def of(self, row: int, fit: float) -> Facts:
        since = float(self.since_answered[row])
        return Facts(
            fit=fit,
            tied=float(self.tied[row]),
            in_category=float(self.in_category[row]),
            answered=float(self.answered[row]),
            since_answered=since if math.isfinite(since) else None,
            exposure=float(self.exposure[row]),
        )


class Weights(Protocol):
    """Points of score: a weight is what a feature adds at most, a price what it takes away at most."""

    @property
    def context_weight(self) -> float: ...
    @property
    def tied_weight(self) -> float: ...
    @property
    def category_weight(self) -> float: ...
    @property
    def answered_weight(self) -> float: ...
    @property
    def readiness_half_life_days(self) -> float: ...
    @property
    def load_price(self) -> float: ...
    @property
    def exposure_price(self) -> float: ...


class Scored(msgspec.Struct, frozen=True):
    score: float
    parts: dict[str, float]  # signed points that add up to the score: "fit", and each other that moved it


def scored(facts: Facts, weights: Weights) -> Scored:
    """Fit first; what else is known adds or takes a bounded number of points.

    How much somebody answered earns nothing: only what share of it lies near the need, and how lately it was.
    """
    points = (
        *map(mul, gains(weights), favours(facts, weights.readiness_half_life_days)),
        -weights.load_price * min(1.0, facts.load),
        -weights.exposure_price * saturated(facts.exposure / FEW_PLACES),
    )
    parts = {"fit": round(mutual(facts.fit, facts.back), PLACES)}
    for name, value in zip(MOVING, points, strict=True):
        if told := round(value, PLACES) if value else 0.0:
            parts[name] = told
    return Scored(round(math.fsum(parts.values()), PLACES), parts)


def reach(fit: Floats, done: Done, weights: Weights, *, mutually: bool) -> Floats:
    """The highest score that each may come to, whatever context, load and (of peers) the other direction add."""
    half_life = weights.readiness_half_life_days
    positive = np.maximum(fit, 0)
    most = 2 * positive / (positive + 1) if mutually else fit  # as if the reader fitted them in everything
    context, tied, in_category, answered = gains(weights)
    return (
        np.maximum(most, fit)
        + (context + ROUNDED)
        + tied * saturated(done.tied)
        + in_category * share_of(done.in_category, done.answered)
        + answered * half_life / (half_life + done.since_answered)
        - weights.exposure_price * saturated(done.exposure / FEW_PLACES)
    )


def gains(weights: Weights) -> tuple[float, ...]:
    """The points for each of the `FAVOURS` at its strongest."""
    return weights.context_weight, weights.tied_weight, weights.category_weight, weights.answered_weight


def favours(facts: Facts, half_life: float) -> tuple[float, ...]:
    """How strongly each of the `FAVOURS` speaks for somebody, from 0 to 1; the half-life is that of readiness."""
    return (
        facts.context or 0.0,
        saturated(facts.tied),
        share_of(facts.in_category, facts.answered),
        readiness(facts.since_answered, half_life),
    )


def mutual(fit: float, back: float | None) -> float:
    """The harmonic mean of both directions: one who gains nothing is no peer, however much they could give."""
    if back is None:
        return fit
    return 2 * fit * back / (fit + back) if fit > 0 and back > 0 else 0.0


def saturated(count: T) -> T:
    """From 0 towards 1: the first of a kind tells most."""
    return count / (count + 1)


def share_of(part: T, whole: T) -> T:
    """From 0 towards 1, and as if there were one more of another kind: a single one is no habit yet."""
    return part / (whole + 1)


def readiness(days: float | None, half_life: float) -> float:
    """From 0 to 1: half after a half-life, a third after two.

    Waiting times between a person's actions are heavy-tailed (Barabási 2005, Nature 435), so that a hyperbola tells an
    hour from a day and still a week from a month, where an exponential has forgotten both.
    """
    return 0.0 if days is None else half_life / (half_life + max(0.0, days))


def decayed(ages: Iterable[float], half_life: float) -> float:
    """How many, when each counts half as much after every `half_life`; both in days."""
    return math.fsum(2.0 ** (-age / half_life) for age in ages)


def agreement(ours: Mapping[str, str], theirs: Mapping[str, str]) -> float | None:
    """The share of the traits both gave in which they agree; None where they gave none in common."""
    common = ours.keys() & theirs.keys()
    return sum(ours[trait] == theirs[trait] for trait in common) / len(common) if common else None
