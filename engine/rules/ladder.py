"""Rule 23: whoever goes above an introduction says which lower rungs were considered, or that it could not wait."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers
from engine.rules.standing import Standing
from engine.rules.told import Told

_LADDER: Final = (
    *("resource sent", "peer introduced", "consultancy formed", "group coaching offered", "coach assigned"),
    *("expert engaged", "intensive plan opened"),
)
_LOW: Final = 2  # so many rungs need no reason


class Ladder:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._taken: Final = Numbers(width=1)  # of a case: rungs decided on so far, a bit each
        self.of: Final[Mapping[str, Look]] = {
            "coaching.request-triaged": self._look,
            "coaching.request-rerouted": self._look,
        }

    def _look(self, told: Told) -> str | None:
        rung = _LADDER.index(told.fields["disposition"])
        at = self._taken.add(told.stream)
        before = self._taken.values[at]
        self._taken.values[at] = before | 1 << rung
        passed = {_LADDER.index(each) for each in told.fields["passed_over"]}
        if wrong := [each for each in passed if each >= rung]:
            return f"{_LADDER[wrong[0]]} is passed over for {_LADDER[rung]}, which is no higher rung"
        if rung < _LOW or told.fields["urgency"] == "urgent":
            return None
        missing = [each for each in range(rung) if each not in passed and not before & 1 << each]
        if not missing:
            return None
        return f"{_LADDER[rung]} is decided, and it is not said that {_LADDER[missing[0]]} was considered"
