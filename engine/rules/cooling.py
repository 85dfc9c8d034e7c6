"""Rule 14: whom one need suggested, another need of the same reader does not suggest until time has passed."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers, number_of
from engine.rules.pairs import LISTED
from engine.rules.standing import Standing
from engine.rules.told import Told

_DAY_US: Final = 86_400_000_000
_NEED, _AT, _OTHER, _OTHER_AT = range(4)  # of a reader and a candidate: the last need and when, and another one


class Cooling:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._pairs: Final = Numbers(width=4)
        self._listed: Final = Numbers()  # reader, need, candidate: who stands on a list stays on it
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look}

    def _look(self, told: Told) -> str | None:
        fields, at = told.fields, told.occurred_us
        reader, need = fields["reader"], fields["need"]
        since = at - self._standing.policy["cool_down_days"] * _DAY_US
        people = [each for pick in fields["picks"] if (each := pick["candidate"]).startswith("member-")]
        for who in people:
            stands = f"{reader}|{need}|{who}" in self._listed
            if not stands and self._elsewhere(f"{reader}|{who}", number_of(need), since):
                days = self._standing.policy["cool_down_days"]
                return f"{who} was suggested to {reader} for another need less than {days} days before"
        for who in people:
            self._listed.add(f"{reader}|{need}|{who}")
            self._suggested(f"{reader}|{who}", number_of(need), at)
        return None

    def _elsewhere(self, pair: str, need: int, since: int) -> bool:
        start = self._pairs.find(pair)
        if start is None:
            return False
        row = self._pairs.values[start : start + 4]
        last = row[_OTHER_AT] if row[_NEED] == need else row[_AT]
        there = row[_OTHER] != 0 if row[_NEED] == need else True
        return there and last >= since

    def _suggested(self, pair: str, need: int, at: int) -> None:
        start, values = self._pairs.add(pair), self._pairs.values
        if values[start + _NEED] not in {0, need}:
            values[start + _OTHER], values[start + _OTHER_AT] = values[start + _NEED], values[start + _AT]
            values[start + _AT] = 0
        values[start + _NEED] = need
        values[start + _AT] = max(at, values[start + _AT])
