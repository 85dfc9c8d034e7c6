"""Rule 26: the minutes of an expert are the network's too, held, freed and spent together."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told


class Experts:
    """What is held of the network's expert budget is, under the same id, what is held of the expert's."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self._expected: Final[dict[str, int]] = {}  # in this save: offers of experts
        self._own: Final[dict[tuple[str, str], int]] = {}  # in this save, by what and which: minutes of members …
        self._network: Final[dict[tuple[str, str], int]] = {}  # … and of the network
        self._shared: Final[set[str]] = set()  # open reservations that are the network's too
        self._at = 0
        self.of: Final[Mapping[str, Look]] = {
            "coaching.coach-offered": self._offered,
            "budget.time-reserved": self._moved,
            "budget.time-released": self._moved,
            "budget.time-spent": self._moved,
        }

    def _offered(self, told: Told) -> None:
        if told.fields.get("expert", False):
            self._expected[told.fields["offer"]] = told.fields["minutes"]
            self._at = told.position

    def _moved(self, told: Told) -> None:
        of_network = told.fields["member"] == self._standing.network
        side = self._network if of_network else self._own
        side[told.name, told.fields["reservation"]] = told.fields["minutes"]
        self._at = told.position

    def closed(self) -> tuple[int, str] | None:
        if not (self._own or self._network or self._expected):
            return None
        fault = self._unlike()
        for each in (self._expected, self._own, self._network):
            each.clear()
        return None if fault is None else (self._at, fault)

    def _unlike(self) -> str | None:
        for key, minutes in self._expected.items():
            if self._network.get(("budget.time-reserved", key)) != minutes:
                return f"an expert is asked for {minutes} minutes by {key}, which are not held of the expert budget"
        for (what, key), minutes in self._network.items():
            if self._own.get((what, key)) != minutes:
                return f"the expert budget moves by {minutes} minutes for {key}, and no expert's does"
        return self._left_behind()

    def _left_behind(self) -> str | None:
        for what, key in self._own:
            if key in self._shared and (what, key) not in self._network:
                return f"minutes of an expert move for {key}, and the expert budget does not"
        for what, key in self._network:
            (self._shared.add if what == "budget.time-reserved" else self._shared.discard)(key)
        return None
