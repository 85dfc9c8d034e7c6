"""Rule 2: every ask states its minutes, and just those are held with it in one save."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told


class Asks:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {
            "introduction.offered": self._introduced,
            "coaching.coach-offered": self._coached,
            "coaching.session-planned": self._planned,
            "coaching.offer-time-proposed": self._proposed,
            "budget.time-reserved": self._held,
        }
        self._asked: Final[dict[str, tuple[str, int]]] = {}  # in this save: reservation → whose, how many
        self._planned_for: Final[set[int]] = set()  # minutes of sessions
        self._moved: Final[set[str]] = set()  # offers
        self._reserved: Final[dict[str, tuple[str, int]]] = {}
        self._at = 0

    def _introduced(self, told: Told) -> str | None:
        return self._ask(told, told.stream, told.fields["helper"])

    def _coached(self, told: Told) -> str | None:
        return self._ask(told, told.fields["offer"], told.fields["coach"])

    def _ask(self, told: Told, key: str, who: str) -> str | None:
        minutes = told.fields["minutes"]
        self._asked[key], self._at = (who, minutes), told.position
        return None if minutes > 0 else f"{who} is asked without saying for how many minutes"

    def _planned(self, told: Told) -> str | None:
        self._planned_for.add(told.fields["minutes"])
        return None if told.fields["minutes"] > 0 else "a session is planned without saying how many minutes it takes"

    def _proposed(self, told: Told) -> None:
        self._moved.add(told.fields["offer"])

    def _held(self, told: Told) -> None:
        if told.fields["member"] != self._standing.network:  # what experts get of the network's is rule 26
            self._reserved[told.fields["reservation"]] = told.fields["member"], told.fields["minutes"]
            self._at = told.position

    def closed(self) -> tuple[int, str] | None:
        if not (self._asked or self._reserved):
            return None
        fault = self._unlike()
        for each in (self._asked, self._planned_for, self._moved, self._reserved):
            each.clear()
        return None if fault is None else (self._at, fault)

    def _unlike(self) -> str | None:
        for key, asked in self._asked.items():
            if self._reserved.get(key) != asked:
                return f"{asked[0]} is asked for {asked[1]} minutes by {key}, which are not held"
        for key, (who, minutes) in self._reserved.items():
            if key not in self._asked and key not in self._moved and minutes not in self._planned_for:
                return f"{minutes} minutes of {who} are held for {key}, and nobody asked for them"
        return None
