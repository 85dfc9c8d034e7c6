"""From how well somebody fits, and what is known of them besides, to one score whose parts can be told in points."""

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from models.ranking import PLACES


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one candidate for one need at one position, besides the rules.

    `tied`, `in_category`, `answered` and `exposure` are sums that `decayed` gives.
    """

    fit: float  # the weighted top three of their evidence, at most 1
    back: float | None = (
        None  # of peers: how well the reader's own evidence fits their problem; None where nobody asked
    )
    context: float | None = None  # what `agreement` says of both settings
    tied: float = 0.0  # exchanges between candidate and reader, either way
    in_category: float = 0.0  # their answers in the need's category
    answered: float = 0.0  # their answers anywhere, to anybody
    load: float = 0.0  # minutes reserved or spent this period ÷ minutes offered
    exposure: float = 0.0  # places given to them on lists for other needs


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
    def load_price(self) -> float: ...
    @property
    def exposure_price(self) -> float: ...


class Scored(msgspec.Struct, frozen=True):
    score: float
    parts: dict[str, float]  # signed points that add up to the score: "fit", and each other that moved it


def scored(facts: Facts, weights: Weights) -> Scored:
    """Fit first; what else is known adds or takes a bounded number of points, the more the less each time."""
    points = {
        "fit": mutual(facts.fit, facts.back),
        "context": weights.context_weight * (facts.context or 0.0),
        "ties": weights.tied_weight * saturated(facts.tied),
        "category": weights.category_weight * saturated(facts.in_category),
        "readiness": weights.answered_weight * saturated(facts.answered),
        "load": -weights.load_price * min(1.0, facts.load),
        "exposure": -weights.exposure_price * saturated(facts.exposure),
    }
    parts = {name: round(value, PLACES) for name, value in points.items()}
    told = {name: value for name, value in parts.items() if value or name == "fit"}
    return Scored(score=round(math.fsum(told.values()), PLACES), parts=told)


def mutual(fit: float, back: float | None) -> float:
    """The harmonic mean of both directions: one who gains nothing is no peer, however much they could give."""
    if back is None:
        return fit
    return 2 * fit * back / (fit + back) if fit > 0 and back > 0 else 0.0


def saturated(count: float) -> float:
    """From 0 towards 1: the first of a kind tells most."""
    return count / (count + 1)


def decayed(ages: Iterable[float], half_life: float) -> float:
    """How many, when each counts half as much after every `half_life`; both in days."""
    return math.fsum(2.0 ** (-age / half_life) for age in ages)


def agreement(ours: Mapping[str, str], theirs: Mapping[str, str]) -> float | None:
    """The share of the traits both gave in which they agree; None where they gave none in common."""
    common = ours.keys() & theirs.keys()
    return sum(ours[trait] == theirs[trait] for trait in common) / len(common) if common else None
