"""School time, and the clocks of a request: when it is to be answered first, heard of again, and settled."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.calendar import SchoolCalendar, day_of, is_school_day

_HOUR: Final = timedelta(hours=1)
_NONE: Final = timedelta(0)


class _Year(Struct, frozen=True):
    """The school days of one year where the network lives."""

    opens: tuple[datetime, ...]  # UTC
    passed: tuple[timedelta, ...]  # school time of the year before each of them, and last of all of it

    @property
    def whole(self) -> timedelta:
        return self.passed[-1]

    def until(self, at: datetime) -> timedelta:
        """School time of this year before an instant."""
        place = bisect_right(self.opens, at)
        if place == 0:
            return _NONE
        begun = self.passed[place - 1]
        return min(begun + (at - self.opens[place - 1]), self.passed[place])

    def at(self, passed: timedelta) -> datetime:
        """The first instant at which so much of it has passed, which is more than none."""
        place = bisect_left(self.passed, passed) - 1
        return self.opens[place] + (passed - self.passed[place])


@lru_cache(maxsize=64)
def _year(calendar: SchoolCalendar, year: int) -> _Year:
    zone = ZoneInfo(calendar.zone)
    first = date(year, 1, 1)
    days = (first + timedelta(days=number) for number in range((date(year, 12, 31) - first).days + 1))
    school = [day for day in days if is_school_day(day, calendar)]
    opens = [datetime.combine(day, calendar.opens, zone).astimezone(UTC) for day in school]
    closes = [datetime.combine(day, calendar.closes, zone).astimezone(UTC) for day in school]
    lengths = [max(_NONE, end - begin) for begin, end in zip(opens, closes, strict=True)]
    return _Year(tuple(opens), tuple(accumulate(lengths, initial=_NONE)))


def school_time(start: datetime, end: datetime, calendar: SchoolCalendar) -> timedelta:
    """How long school was open between two instants; below zero when the end comes first."""
    if end < start:
        return -school_time(end, start, calendar)
    first, last = day_of(start, calendar).year, day_of(end, calendar).year
    years = sum((_year(calendar, year).whole for year in range(first, last)), _NONE)
    return years + _year(calendar, last).until(end) - _year(calendar, first).until(start)


def school_hours(start: datetime, end: datetime, calendar: SchoolCalendar) -> float:
    return school_time(start, end, calendar) / _HOUR


def after(start: datetime, hours: float, calendar: SchoolCalendar) -> datetime:
    """The first instant, in UTC, at which so many school hours have passed; below zero: that many before."""
    return later(start, timedelta(hours=hours), calendar)


def later(start: datetime, time: timedelta, calendar: SchoolCalendar) -> datetime:
    """The same for a span of school time."""
    if not time:
        return start
    year = day_of(start, calendar).year
    left = time + _year(calendar, year).until(start)
    while left > _year(calendar, year).whole:
        left -= _year(calendar, year).whole
        year += 1
    while left <= _NONE:
        year -= 1
        left += _year(calendar, year).whole
    return _year(calendar, year).at(left)
