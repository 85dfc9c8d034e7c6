"""Rule 35: a chain of causes ends at a command by a known actor."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import EVERY, Look
from engine.rules.standing import Standing
from engine.rules.told import Told

_WORKING: Final = frozenset({"operator", "confrere"})  # who acts without being a member


class Causes:
    """Every cause is an earlier command of the same network, or the command itself: so each chain has an end."""

    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {EVERY: self._look}
        self._last = ""

    def _look(self, told: Told) -> str | None:
        around = told.around
        if around.command == self._last:
            return None
        self._last = around.command
        return self._who(told) or self._why(told)

    def _who(self, told: Told) -> str | None:
        actor, person = told.around.actor, self._standing.people.get(told.around.actor)
        if actor in _WORKING or (told.stream == actor and told.name == "member.joined"):  # known from then on
            return None
        return None if person is not None else f"{actor} acts, and is no member of this network"

    def _why(self, told: Told) -> str | None:
        around = told.around
        for what, which in (("cause", around.causation), ("beginning", around.correlation)):
            if which != around.command and which not in self._standing.commands:
                return f"the {what} of {around.command} is {which}, which did not happen before it"
        return self._end(told)

    def _end(self, told: Told) -> str | None:
        """What the engine does in a coaching case follows from what somebody said of it."""
        around = told.around
        if around.actor != "confrere" or not told.stream.startswith("coaching-") or told.version == 1:
            return None
        return "it follows by itself, and from nothing" if around.causation == around.command else None
