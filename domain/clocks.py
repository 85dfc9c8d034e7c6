"""School time, and the clocks of a request: when it is to be answered first, heard of again, and settled."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from domain.calendar import SchoolCalendar, day_of, is_school_day
from domain.challenges import ChallengeAnswered
from domain.coaching import events as e
from domain.kernel import Event
from domain.policies import CoachingPolicy, Targets
from domain.vocabulary import ENGINE, MemberId, Tier, Urgency

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


def school_days(start: datetime, end: datetime, calendar: SchoolCalendar) -> float:
    """School time in days as long as the calendar opens them."""
    opens, closes = (timedelta(hours=each.hour, minutes=each.minute) for each in (calendar.opens, calendar.closes))
    return school_time(start, end, calendar) / max(closes - opens, timedelta(minutes=1))


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


class Clocks(Struct, frozen=True, kw_only=True):
    """What a request was promised and when each promise falls due; each runs by itself, none takes another's place."""

    seeker: MemberId
    promised: CoachingPolicy  # in force when they began, or when the request was re-routed
    urgency: Urgency
    intensive: bool = False
    first_time: bool = False  # whether the seeker never asked before
    first_response_due: datetime | None = None  # None once met or over, like the next two
    update_due: datetime | None = None
    resolution_due: datetime | None = None
    paused_since: datetime | None = None  # since when it waits for the seeker

    @property
    def targets(self) -> Targets:
        match self.urgency:
            case Urgency.ROUTINE:
                return self.promised.routine
            case Urgency.SOON:
                return self.promised.soon
            case Urgency.URGENT:
                return self.promised.urgent

    @property
    def resolution(self) -> timedelta:
        return self.targets.resolution * (self.promised.intensive_takes if self.intensive else 1) * _HOUR


def begin(
    request: e.CoachingRequested,
    at: datetime,
    calendar: SchoolCalendar,
    policy: CoachingPolicy,
    *,
    first_time: bool,
) -> Clocks:
    """All run from the submission; who never asked before is answered sooner."""
    clocks = Clocks(seeker=request.seeker, promised=policy, urgency=request.urgency, first_time=first_time)
    share = policy.first_request_takes if first_time else 1
    return replace(
        clocks,
        first_response_due=after(at, clocks.targets.first_response * share, calendar),
        update_due=after(at, clocks.targets.update, calendar),
        resolution_due=later(at, clocks.resolution, calendar),
    )


def move(clocks: Clocks, event: Event, at: datetime, calendar: SchoolCalendar, policy: CoachingPolicy) -> Clocks:
    """After what happened to the case, or to its challenge; `policy` is the one in force at that instant."""
    match event:
        case e.RequestRerouted():
            return _restarted(clocks, event, at, calendar, policy)
        case e.EngagementOpened() | e.RequestResolved() | e.RequestReferredOut() | e.RequestDeferred():
            return _over(clocks)
        case e.RequestDeclined() | e.RequestWithdrawn() | e.EngagementClosed():
            return _over(clocks)
        case e.RequestTriaged():
            return _heard(_decided(clocks, event, calendar), event.member, at, calendar)
        case e.ClarificationAsked(member=member):
            return _paused(_heard(clocks, member, at, calendar), at)
        case e.OfferTimeProposed(member=member) if member != clocks.seeker:
            return _paused(_heard(clocks, member, at, calendar), at)
        case e.RequestClarified() | e.OfferTimeProposed() | e.OfferDeclined() | e.OfferExpired():
            return _resumed(clocks, at, calendar)
        case e.OfferAccepted(member=member):
            return _heard(_resumed(clocks, at, calendar), member, at, calendar)
        case e.RequestAnswered(member=who) | e.GroupResponseOffered(member=who) | e.CoachOffered(offered_by=who):
            return _heard(clocks, who, at, calendar)
        case ChallengeAnswered(member=member):
            return _heard(clocks, member, at, calendar)
        case _:
            return clocks


def under(clocks: Clocks, at: datetime, before: SchoolCalendar, calendar: SchoolCalendar) -> Clocks:
    """From when another calendar is set: the hours that passed stay counted, those that are left run by the new one."""
    since = clocks.paused_since or at
    return _each(clocks, lambda due: later(since, school_time(since, due, before), calendar) if due > since else due)


def _each(clocks: Clocks, turn: Callable[[datetime], datetime]) -> Clocks:
    first, update, resolution = (
        due and turn(due) for due in (clocks.first_response_due, clocks.update_due, clocks.resolution_due)
    )
    return replace(clocks, first_response_due=first, update_due=update, resolution_due=resolution)


def _heard(clocks: Clocks, who: MemberId, at: datetime, calendar: SchoolCalendar) -> Clocks:
    """A human answer, by whatever channel: the first response is met, the time to the next update begins anew."""
    if who in {clocks.seeker, ENGINE} or clocks.update_due is None:
        return clocks
    since = clocks.paused_since or at  # what is left at a pause is left when it ends
    return replace(clocks, first_response_due=None, update_due=after(since, clocks.targets.update, calendar))


def _paused(clocks: Clocks, at: datetime) -> Clocks:
    over = clocks.resolution_due is None
    return clocks if over or clocks.paused_since else replace(clocks, paused_since=at)


def _resumed(clocks: Clocks, at: datetime, calendar: SchoolCalendar) -> Clocks:
    """As much school time is left as was when it paused; what was overdue then stays so."""
    since = clocks.paused_since
    if since is None:
        return clocks
    moved = _each(clocks, lambda due: later(at, school_time(since, due, calendar), calendar) if due > since else due)
    return replace(moved, paused_since=None)


def _decided(clocks: Clocks, triage: e.RequestTriaged, calendar: SchoolCalendar) -> Clocks:
    """The same submission measured by what was decided: only the resolution is still to come then."""
    known = replace(clocks, urgency=triage.urgency, intensive=triage.tier is Tier.INTENSIVE)
    due = clocks.resolution_due
    return replace(known, resolution_due=due and later(due, known.resolution - clocks.resolution, calendar))


def _restarted(
    clocks: Clocks, rerouted: e.RequestRerouted, at: datetime, calendar: SchoolCalendar, policy: CoachingPolicy
) -> Clocks:
    known = Clocks(
        seeker=clocks.seeker,
        promised=policy,
        urgency=rerouted.urgency,
        intensive=rerouted.tier is Tier.INTENSIVE,
        first_time=clocks.first_time,
        first_response_due=clocks.first_response_due,
    )
    return replace(
        known if rerouted.member == ENGINE else replace(known, first_response_due=None),
        update_due=after(at, known.targets.update, calendar),
        resolution_due=later(at, known.resolution, calendar),
    )


def _over(clocks: Clocks) -> Clocks:
    return replace(clocks, first_response_due=None, update_due=None, resolution_due=None, paused_since=None)
