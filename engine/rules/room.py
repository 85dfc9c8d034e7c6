"""Rule 3, of lists that lead to asks: nobody stands on them whose time is full."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from engine.rules.budgets import Budgets
from engine.rules.checker import Look
from engine.rules.numbers import Numbers
from engine.rules.pairs import GROUP, LISTED
from engine.rules.standing import Standing
from engine.rules.told import Told

MINUTES: Final = {"experts": "introduction_minutes", GROUP: "consultant_minutes"}  # what is asked for next, by policy
_MOVED: Final = "lists of people whose time changed while these were made"


class Room:
    """By its own books; a list is judged where none of them has moved since the position that it was made of."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._books: Final = Budgets(standing)
        self._changed: Final = Numbers(width=1)  # member → position
        self._recut = 0  # at which position the calendar changed
        self.left: Final = Counter[str]()
        self.of: Final[Mapping[str, Look]] = {
            **dict.fromkeys(self._books.of, self._moved),
            "network.school-calendar-set": self._calendar,
            LISTED: self._listed,
        }

    def _moved(self, told: Told) -> None:
        self._books.of[told.name](told)
        self._changed.put(told.fields["member"], told.position)

    def _calendar(self, told: Told) -> None:
        self._recut = told.position

    def _listed(self, told: Told) -> str | None:
        asked, inputs = MINUTES.get(told.fields["kind"]), told.fields["inputs"]
        if asked is None:
            return None
        minutes = self._standing.policies.get(inputs["policy_hash"], self._standing.policy)[asked]
        for pick in told.fields["picks"]:
            who, day = pick["candidate"], self._standing.days.of(told.around.occurred_at)
            if max(self._since(who), self._recut) > inputs["position"]:
                self.left[_MOVED] += 1
                continue
            free = self._books.free(who, day)
            if free is not None and free < minutes:
                return f"{who} is suggested for an ask of {minutes} minutes, and has {free} left"
        return None

    def _since(self, who: str) -> int:
        at = self._changed.find(who)
        return 0 if at is None else self._changed.values[at]
