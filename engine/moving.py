"""Says in a member's words what moved somebody up or down a list, and by how much."""

import math
from collections.abc import Mapping
from typing import Final

from engine.lot import LIFT
from models.people import FAVOURS
from models.ranking import PLACES

# A full calendar is nobody's business but its owner's and the staff's (rule 20). What it costs is therefore told in one
# sentence with what places given to them cost, and in no figure: places alone never cost the whole of their price, nor
# often just a quarter of it, so that even the sum of both would tell which of the two it is.
_PRICES: Final = ("load", "exposure")
_POINTS: Final = ("fit", "mutual", *FAVOURS)  # what a score is made of besides
_SLIGHT, _LITTLE, _MUCH = 0.005, 0.025, 0.075  # points: not worth saying below, a little below, much from here on

_ASKED: Final = "asked lately"
_UP: Final[Mapping[str, str]] = {
    "context": "works in a setting like yours",
    "ties": "you two have exchanged before",
    "category": "much of what they answer lies in this area",
    "readiness": "answered somebody lately",
    "mutual": "what you bring is near their problem too",
}
_DOWN: Final[Mapping[str, str]] = {
    "mutual": "what you bring is less near their problem than theirs is to yours",
    _ASKED: "asked or suggested often lately",
}
_BY_LOT: Final = "has this place by lot: now and then the last one goes to somebody new"


def told(parts: Mapping[str, float]) -> dict[str, float]:
    """The parts of a score as its reader may see them."""
    return {name: value for name, value in parts.items() if name not in _PRICES}


def score_told(score: float, parts: Mapping[str, float]) -> float:
    """The score without its prices, from 0 to 1: the order of a list alone shows that there were some."""
    if not any(price in parts for price in _PRICES):
        return score
    return min(1.0, max(0.0, round(math.fsum(parts.get(each, 0.0) for each in _POINTS), PLACES)))


def why_moved(parts: Mapping[str, float]) -> tuple[str, ...]:
    """What besides fit moved somebody, each in a sentence, what weighs most first."""
    points = {**parts, _ASKED: math.fsum(parts.get(price, 0.0) for price in _PRICES)}
    moved = [(name, points[name]) for name in (*_UP, _ASKED) if abs(points.get(name, 0.0)) >= _SLIGHT]
    moved.sort(key=lambda each: (-abs(each[1]), each[0]))
    sentences = [_sentence(name, points) for name, points in moved]
    return (*([_BY_LOT] if LIFT in parts else []), *sentences)


def _sentence(name: str, points: float) -> str:
    how_far = " a little" if abs(points) < _LITTLE else " much" if abs(points) >= _MUCH else ""
    return f"moved {'up' if points > 0 else 'down'}{how_far}: {(_UP if points > 0 else _DOWN)[name]}"
