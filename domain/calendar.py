"""School time: days, periods and school days in a network's own zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.vocabulary import Name, PeriodKind

SCHOOL_OPENS: Final = time(8)
SCHOOL_CLOSES: Final = time(16)
_SATURDAY: Final = 5


class Term(Struct, frozen=True, kw_only=True):
    name: Name
    first: date
    last: date  # inclusive


class SchoolCalendar(Struct, frozen=True, kw_only=True):
    zone: str = "UTC"
    terms: tuple[Term, ...] = ()  # in order, without overlap
    holidays: tuple[date, ...] = ()
    opens: time = SCHOOL_OPENS  # of every school day
    closes: time = SCHOOL_CLOSES


def day_of(at: datetime, calendar: SchoolCalendar) -> date:
    """The calendar day of an instant where the network lives."""
    return at.astimezone(ZoneInfo(calendar.zone)).date()


def period_of(day: date, kind: PeriodKind, calendar: SchoolCalendar) -> tuple[date, date]:
    """First and last day of the period that holds `day`; the time between two terms is a period of its own."""
    match kind:
        case PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case PeriodKind.MONTH:
            return day.replace(day=1), _next_month(day) - timedelta(days=1)
        case PeriodKind.TERM:
            return _term_of(day, calendar)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _term_of(day: date, calendar: SchoolCalendar) -> tuple[date, date]:
    before = [term.last for term in calendar.terms if term.last < day]
    after = [term.first for term in calendar.terms if term.first > day]
    within = next((term for term in calendar.terms if term.first <= day <= term.last), None)
    if within is not None:
        return within.first, within.last
    first = max(before) + timedelta(days=1) if before else date.min
    last = min(after) - timedelta(days=1) if after else date.max
    return first, last


def is_school_day(day: date, calendar: SchoolCalendar) -> bool:
    """No weekend, no holiday, and not between two terms; before the first and after the last no term is known yet."""
    if day.weekday() >= _SATURDAY or day in calendar.holidays:
        return False
    terms = calendar.terms
    known = bool(terms) and terms[0].first <= day <= terms[-1].last
    return not known or any(term.first <= day <= term.last for term in terms)


def end_of_school_day(at: datetime, days: int, calendar: SchoolCalendar) -> datetime:
    """The end, in UTC, of the `days`-th school day after the day of `at`."""
    day = day_of(at, calendar)
    left = days
    while left:
        day += timedelta(days=1)
        left -= is_school_day(day, calendar)
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(calendar.zone))
    return midnight.astimezone(UTC)
