"""Rule 32: history is only added to. Places follow on one another, time never steps back, a save stays together."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import EVERY, Look
from engine.rules.numbers import Numbers
from engine.rules.standing import Standing
from engine.rules.told import Told

_SECOND: Final = 1_000_000  # in microseconds
_AHEAD: Final = 60 * _SECOND  # clocks may differ by so much


class Appending:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {EVERY: self._look}
        self._last: Told | None = None
        self._versions: Final = Numbers(width=1)

    def _look(self, told: Told) -> str | None:
        last, self._last = self._last, told
        return self._after(told, last) or self._version(told) or self._save(told, last) or self._future(told)

    def _after(self, told: Told, last: Told | None) -> str | None:
        if last is None:
            return None if told.name == "network.chartered" else f"the history begins with {told.name}, not a charter"
        if told.position <= last.position:
            return f"it stands after position {last.position}"
        if told.recorded_us < last.recorded_us:
            return f"it was recorded before position {last.position}, which comes before it"
        if told.network != last.network:
            return f"it belongs to {told.network}, and what comes before it to {last.network}"
        return None

    def _version(self, told: Told) -> str | None:
        at = self._versions.add(told.stream)
        expected = self._versions.values[at] + 1
        self._versions.values[at] = told.version
        if told.version == expected:
            return None
        return f"{told.stream} goes on with version {told.version}, and {expected} should follow"

    def _save(self, told: Told, last: Told | None) -> str | None:
        """One command is one save: its events stand together, recorded at one instant, said by one actor."""
        around = told.around
        if last is None or around.command != last.around.command:
            again = around.command in self._standing.commands
            return f"{around.command} was carried out before, and again here" if again else None
        same = (last.recorded_us, last.around.actor, last.around.causation) == (
            told.recorded_us,
            around.actor,
            around.causation,
        )
        return None if same else f"what {around.command} led to was not recorded at once, or not for one cause"

    def _future(self, told: Told) -> str | None:
        if told.around.occurred_at.timestamp() * _SECOND <= told.recorded_us + _AHEAD:
            return None
        return f"it happened at {told.around.occurred_at:%Y-%m-%d %H:%M} UTC, after it was recorded"
