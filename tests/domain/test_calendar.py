from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import SchoolCalendar, Term, day_of, end_of_school_day, period_of
from domain.vocabulary import PeriodKind

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "America/Havana", "Pacific/Apia", "Asia/Kathmandu")
DAY = timedelta(days=1)
days = st.dates(date(1990, 1, 1), date(2100, 1, 1))
instants = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@st.composite
def calendars(draw: st.DrawFn) -> SchoolCalendar:
    cuts = sorted(draw(st.sets(st.dates(date(2024, 1, 1), date(2027, 1, 1)), max_size=8)))
    terms = [Term(name="term", first=first, last=last - DAY) for first, last in pairwise(cuts)]
    kept = [term for term in terms if draw(st.booleans())]
    return SchoolCalendar(
        zone=draw(st.sampled_from(ZONES)),
        terms=tuple(kept),
        holidays=tuple(sorted(draw(st.sets(st.dates(date(2024, 1, 1), date(2027, 1, 1)), max_size=20)))),
    )


@given(days | st.dates(date(2023, 12, 1), date(2027, 2, 1)), st.sampled_from(PeriodKind), calendars())
def test_every_day_lies_in_one_period_and_periods_leave_no_gap(
    day: date, kind: PeriodKind, calendar: SchoolCalendar
) -> None:
    first, last = period_of(day, kind, calendar)
    assert first <= day <= last
    for within in {first, last, day}:
        if within not in (date.min, date.max):
            assert period_of(within, kind, calendar) == (first, last)
    if last < date.max:
        assert period_of(last + DAY, kind, calendar)[0] == last + DAY
    if first > date.min:
        assert period_of(first - DAY, kind, calendar)[1] == first - DAY


def test_a_week_runs_from_monday_to_sunday_and_a_month_to_its_last_day() -> None:
    plain = SchoolCalendar()
    assert period_of(date(2025, 9, 3), PeriodKind.WEEK, plain) == (date(2025, 9, 1), date(2025, 9, 7))
    assert period_of(date(2024, 2, 10), PeriodKind.MONTH, plain) == (date(2024, 2, 1), date(2024, 2, 29))


def test_the_time_between_two_terms_is_a_period_of_its_own() -> None:
    autumn = Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19))
    spring = Term(name="spring", first=date(2026, 1, 5), last=date(2026, 5, 29))
    calendar = SchoolCalendar(terms=(autumn, spring))
    kind = PeriodKind.TERM
    assert period_of(date(2025, 12, 19), kind, calendar) == (autumn.first, autumn.last)
    assert period_of(date(2025, 12, 24), kind, calendar) == (date(2025, 12, 20), date(2026, 1, 4))
    assert period_of(date(2025, 1, 1), kind, calendar) == (date.min, date(2025, 8, 24))
    assert period_of(date(2026, 7, 1), kind, calendar) == (date(2026, 5, 30), date.max)


@given(instants, st.integers(1, 30), calendars())
def test_school_days_skip_weekends_holidays_and_the_time_between_terms(
    at: datetime, count: int, calendar: SchoolCalendar
) -> None:
    end = end_of_school_day(at, count, calendar)
    zone = ZoneInfo(calendar.zone)
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    first = at.astimezone(zone).date() + DAY
    between = [first + DAY * n for n in range((last - first).days + 1)]
    gaps = [(one.last, next_.first) for one, next_ in pairwise(calendar.terms)]
    free = {day for day in between if any(last < day < first for last, first in gaps)} | {*calendar.holidays}
    school = [day for day in between if day.isoweekday() <= 5 and day not in free]
    assert len(school) == count
    assert school[-1] == last, "it ends with a school day"
    assert at < end
    assert end.astimezone(zone).date() == last + DAY, "and with the whole of it"


@pytest.mark.parametrize(
    ("zone", "at", "days", "end"),
    [
        ("UTC", "2025-09-03T12:00Z", 3, "2025-09-09T00:00Z"),
        ("UTC", "2025-09-05T23:59Z", 1, "2025-09-09T00:00Z"),
        ("America/New_York", "2025-10-31T12:00Z", 1, "2025-11-04T05:00Z"),  # clocks went back on Sunday
        ("America/New_York", "2026-03-06T12:00Z", 1, "2026-03-10T04:00Z"),  # clocks went forward on Sunday
        ("America/New_York", "2025-09-04T03:30Z", 1, "2025-09-05T04:00Z"),  # there it is still Wednesday
        ("Pacific/Apia", "2011-12-29T12:00Z", 1, "2011-12-30T10:00Z"),
    ],
)
def test_a_school_day_ends_at_midnight_where_the_network_lives(zone: str, at: str, days: int, end: str) -> None:
    calendar = SchoolCalendar(zone=zone)
    assert end_of_school_day(datetime.fromisoformat(at), days, calendar) == datetime.fromisoformat(end)


def test_a_holiday_counts_for_nobody() -> None:
    thanksgiving = SchoolCalendar(holidays=(date(2025, 11, 27), date(2025, 11, 28)))
    wednesday = datetime(2025, 11, 26, 12, tzinfo=UTC)
    assert end_of_school_day(wednesday, 1, thanksgiving) == datetime(2025, 12, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", 3), ("America/New_York", 2), ("Asia/Kathmandu", 3), ("Pacific/Kiritimati", 3)],
)
def test_one_instant_is_another_day_elsewhere(zone: str, day: int) -> None:
    assert day_of(datetime(2025, 9, 3, 3, 30, tzinfo=UTC), SchoolCalendar(zone=zone)) == date(2025, 9, day)


def test_an_offer_made_on_the_last_day_of_a_term_waits_for_the_next_one() -> None:
    terms = (
        Term(name="autumn", first=date(2025, 8, 25), last=date(2025, 12, 19)),
        Term(name="spring", first=date(2026, 1, 5), last=date(2026, 5, 29)),
    )
    friday = datetime(2025, 12, 19, 15, tzinfo=UTC)
    assert end_of_school_day(friday, 3, SchoolCalendar(terms=terms)) == datetime(2026, 1, 8, tzinfo=UTC)
    assert end_of_school_day(friday, 3, SchoolCalendar(terms=terms[:1])) == datetime(2025, 12, 25, tzinfo=UTC)
