"""Rules about issued lists that need nothing but the list: 5, 20 and 21."""

from collections.abc import Mapping
from typing import Any, Final

from engine.rules.checker import Look
from engine.rules.pairs import GROUP, LISTED
from engine.rules.standing import Standing
from engine.rules.told import Told

_PARTS: Final = frozenset(
    {"meaning", "words", "fit", "mutual", "context", "ties", "category", "readiness", "load", "exposure"}
    | {"newcomer", "knows the area", "shares the dilemma"}
)
_TOLD: Final = frozenset(
    {"gone", "light_touch", "no_time_offered", "other_company", "suggested_lately", "dismissed"}
    | {"unavailable"}  # what is private, all of it
)
_WITHOUT_LOT: Final = frozenset({GROUP, "resources", "challenges I could help with"})


class Declining:
    """Rule 5: nothing that moves a score tells of having said no."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    def _look(self, told: Told) -> str | None:
        for pick in told.fields["picks"]:
            if other := pick["parts"].keys() - _PARTS:
                return f"the score of {pick['candidate']} has a part that is none of the known ones: {min(other)}"
        return None


class Alike:
    """Rule 20: a mute, a full calendar and a conflict are stored as one word."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    def _look(self, told: Told) -> str | None:
        for miss in told.fields.get("near_misses", ()):
            if miss["rule"] not in _TOLD:
                return f"why {miss['candidate']} is left out is told apart: {miss['rule']}"
        return None


class Chance:
    """Rule 21: where a lot decides, its chance stands with the place that it decides on, and nowhere else."""

    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    def _look(self, told: Told) -> str | None:
        picks = told.fields["picks"]
        for pick in picks[:-1]:
            if pick["propensity"] != 1:
                return f"{pick['candidate']} has a place by chance that is not the last one"
        return self._last(told, picks[-1]) if picks else None

    def _last(self, told: Told, pick: Mapping[str, Any]) -> str | None:
        who, chance = pick["candidate"], pick["propensity"]
        if not 0 < chance <= 1:
            return f"{who} has a place with a chance of {chance:g}"
        if "newcomer" in pick["parts"] and chance == 1:
            return f"{who} has a place by lot, and its chance is not told"
        if chance < 1 and told.fields["kind"] in _WITHOUT_LOT:
            return f"{who} has a place by chance on a list without a lot"
        return None
