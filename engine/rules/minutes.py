"""Rule 6: one person's minutes are logged once, for what took place, and no two of them overlap."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers
from engine.rules.standing import Standing
from engine.rules.told import Told

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


class _Times:
    """Of one person: when each meeting began and ended, in seconds, the earliest first."""

    def __init__(self) -> None:
        self.starts: Final = array("q")
        self.ends: Final = array("q")


class Minutes:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._times: Final[dict[str, _Times]] = {}
        self._once: Final = Numbers()
        self._held: Final[dict[str, tuple[datetime, int]]] = {}  # in this save: what took place → when, how long
        self.of: Final[Mapping[str, Look]] = {
            "introduction.meeting-held": self._met,
            "coaching.session-held": self._session,
            "budget.time-logged": self._logged,
        }

    def _met(self, told: Told) -> None:
        self._held[told.stream] = told.fields["at"], told.fields["minutes"]

    def _session(self, told: Told) -> None:
        self._held[told.fields["session"]] = told.fields["at"], told.fields["minutes"]

    def _logged(self, told: Told) -> str | None:
        member, source = told.fields["member"], told.fields["source"]
        start, minutes = told.fields["start"], told.fields["minutes"]
        if self._held.get(source) != (start, minutes):
            return f"{minutes} minutes of {member} are logged for {source}, which did not take place so"
        if (key := f"{member}|{source}") in self._once:
            return f"the minutes of {member} for {source} are logged twice"
        self._once.add(key)
        begins = (start - _EPOCH) // _SECOND
        return self._between(member, begins, begins + minutes * 60)

    def _between(self, member: str, begins: int, ends: int) -> str | None:
        times = self._times.setdefault(member, _Times())
        place = bisect_left(times.starts, begins)
        before = place > 0 and times.ends[place - 1] > begins
        after = place < len(times.starts) and times.starts[place] < ends
        times.starts.insert(place, begins)
        times.ends.insert(place, ends)
        return f"{member} is in two meetings at once" if before or after else None

    def closed(self) -> None:
        self._held.clear()
