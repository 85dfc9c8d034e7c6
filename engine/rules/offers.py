"""Rule 3: an offer lapses after the policy's school days, is not taken up later, and frees its minutes when it ends."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told


class Offers:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {
            "introduction.offered": self._introduced,
            "introduction.consented": self._consented,
            "introduction.made": self._made,
            "introduction.declined": self._ended,
            "introduction.expired": self._expired,
            "coaching.coach-offered": self._offered,
            "coaching.offer-time-proposed": self._offered,
            "coaching.offer-accepted": self._accepted,
            "coaching.offer-declined": self._let_go,
            "coaching.offer-expired": self._lapsed,
            "budget.time-released": self._released,
        }
        self._open: Final[dict[str, datetime]] = {}  # introduction or offer → until when
        self._two: Final[dict[str, tuple[str, str]]] = {}  # introduction → the two
        self._owed: Final[dict[str, int]] = {}  # what has to be freed in this save → position

    def _introduced(self, told: Told) -> str | None:
        self._two[told.stream] = told.fields["seeker"], told.fields["helper"]
        return self._begin(told, told.stream)

    def _offered(self, told: Told) -> str | None:
        return self._begin(told, told.fields["offer"])

    def _begin(self, told: Told, key: str) -> str | None:
        expires = told.fields["expires_at"]
        self._open[key] = expires
        count = self._standing.policy["offer_school_days"]
        due = self._standing.days.end_of_school_day(told.around.occurred_at, count)
        if expires == due:
            return None
        return f"{key} is open until {expires:%Y-%m-%d %H:%M}, and {count} school days end at {due:%Y-%m-%d %H:%M} UTC"

    def _consented(self, told: Told) -> str | None:
        return self._in_time(told, told.stream)

    def _accepted(self, told: Told) -> str | None:
        fault = self._in_time(told, told.fields["offer"])
        self._open.pop(told.fields["offer"], None)  # who said yes holds to it
        return fault

    def _in_time(self, told: Told, key: str) -> str | None:
        until = self._open.get(key)
        if until is None:
            return f"{key} is taken up, and is not open"
        late = told.around.occurred_at >= until
        return f"{key} is taken up after it lapsed at {until:%Y-%m-%d %H:%M} UTC" if late else None

    def _made(self, told: Told) -> None:
        self._open.pop(told.stream, None)
        self._two.pop(told.stream, None)

    def _ended(self, told: Told) -> None:
        self._two.pop(told.stream, None)
        self._close(told, told.stream)

    def _let_go(self, told: Told) -> None:
        self._close(told, told.fields["offer"])

    def _lapsed(self, told: Told) -> str | None:
        until = self._close(told, told.fields["offer"])
        early = until is not None and told.around.occurred_at < until and not told.fields.get("let_go", False)
        return f"{told.fields['offer']} lapses before its time" if early else None

    def _expired(self, told: Told) -> str | None:
        until = self._close(told, told.stream)
        here = all(self._standing.person(each).here for each in self._two.pop(told.stream, ()))
        early = until is not None and told.around.occurred_at < until and here
        return f"{told.stream} lapses before its time, and both are here" if early else None

    def _close(self, told: Told, key: str) -> datetime | None:
        self._owed[key] = told.position
        return self._open.pop(key, None)

    def _released(self, told: Told) -> None:
        self._owed.pop(told.fields["reservation"], None)

    def closed(self) -> tuple[int, str] | None:
        if not self._owed:
            return None
        key, position = next(iter(self._owed.items()))
        self._owed.clear()
        return position, f"{key} ends, and the minutes that it holds are not freed"
