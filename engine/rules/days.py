"""Days, periods and school days, reckoned in day numbers and apart from the calendar that decisions use."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_EVER: Final = (date.min.toordinal(), date.max.toordinal())
_zone: Final = lru_cache(maxsize=8)(ZoneInfo)


class Days(NamedTuple):
    """How a network counts days: its zone, its terms in order, and the days without school, as day numbers."""

    zone: str = "UTC"
    terms: tuple[tuple[int, int], ...] = ()
    holidays: frozenset[int] = frozenset()

    def of(self, at: datetime) -> int:
        """The number of the day where the network lives."""
        return at.astimezone(_zone(self.zone)).toordinal()

    def period(self, day: int, kind: str) -> tuple[int, int]:
        """First and last day of the week, month or term that holds a day."""
        if kind == "week":
            monday = day - (day - 1) % 7  # day 1 was a Monday
            return monday, monday + 6
        if kind == "month":
            first = date.fromordinal(day).replace(day=1)
            later = first + timedelta(days=31)
            return first.toordinal(), later.replace(day=1).toordinal() - 1
        return self._term(day)

    def _term(self, day: int) -> tuple[int, int]:
        first, last = _EVER
        for begins, ends in self.terms:
            if begins <= day <= ends:
                return begins, ends
            first, last = (ends + 1, last) if ends < day else (first, min(last, begins - 1))
        return first, last

    def has_school(self, day: int) -> bool:
        """Between the first and the last term that are known only within a term."""
        if (day - 1) % 7 >= 5 or day in self.holidays:
            return False
        if not self.terms or not self.terms[0][0] <= day <= self.terms[-1][1]:
            return True
        return any(begins <= day <= ends for begins, ends in self.terms)

    def end_of_school_day(self, at: datetime, count: int) -> datetime:
        """Midnight after the `count`-th school day that follows the day of `at`."""
        day = self.of(at)
        while count > 0 and day < _EVER[1]:
            day += 1
            count -= self.has_school(day)
        after = date.fromordinal(day) + _DAY
        return datetime(after.year, after.month, after.day, tzinfo=_zone(self.zone)).astimezone(UTC)


def days_of(calendar: Mapping[str, Any]) -> Days:
    """As a calendar stands in the log."""
    terms = sorted((number(term["first"]), number(term["last"])) for term in calendar.get("terms", ()))
    return Days(calendar.get("zone", "UTC"), tuple(terms), frozenset(map(number, calendar.get("holidays", ()))))


def number(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def written(day: int) -> str:
    return date.fromordinal(day).isoformat()
