"""Says in a member's words what moved somebody up or down a list, and by how much."""

import math
from collections.abc import Mapping
from typing import Final

from engine.lot import LIFT
from models.ranking import PLACES

ASKED: Final = "asked lately"  # the one part in which a reader sees load and exposure
# A full calendar is nobody's business but its owner's and the staff's (rule 20). What it costs is therefore told
# together with the places given to them, as one figure and in one sentence; and load itself counts in quarters alone.
_TOGETHER: Final = frozenset({"load", "exposure"})
_SLIGHT, _LITTLE, _MUCH = 0.005, 0.025, 0.075  # points: not worth saying below, a little below, much from here on

_UP: Final[Mapping[str, str]] = {
    "context": "works in a setting like yours",
    "ties": "you two have exchanged before",
    "category": "much of what they answer lies in this area",
    "readiness": "answered somebody lately",
    "mutual": "what you bring is near their problem too",
}
_DOWN: Final[Mapping[str, str]] = {
    "mutual": "what you bring is less near their problem than theirs is to yours",
    ASKED: "asked or suggested often lately",
}
_BY_LOT: Final = "has this place by lot: now and then the last one goes to somebody new"


def told(parts: Mapping[str, float]) -> dict[str, float]:
    """The parts of a score as its reader may see them."""
    asked = round(math.fsum(parts[each] for each in sorted(_TOGETHER & parts.keys())), PLACES)
    seen = {name: value for name, value in parts.items() if name not in _TOGETHER}
    return {**seen, ASKED: asked} if asked else seen


def why_moved(parts: Mapping[str, float]) -> tuple[str, ...]:
    """What besides fit moved somebody, each in a sentence, what weighs most first."""
    seen = told(parts)
    moved = [(name, seen[name]) for name in (*_UP, ASKED) if abs(seen.get(name, 0.0)) >= _SLIGHT]
    moved.sort(key=lambda each: (-abs(each[1]), each[0]))
    sentences = [_sentence(name, points) for name, points in moved]
    return (*([_BY_LOT] if LIFT in parts else []), *sentences)


def _sentence(name: str, points: float) -> str:
    how_far = " a little" if abs(points) < _LITTLE else " much" if abs(points) >= _MUCH else ""
    return f"moved {'up' if points > 0 else 'down'}{how_far}: {(_UP if points > 0 else _DOWN)[name]}"
