"""How long requests of a tier waited for a coach, and where one stands in the queue."""

import sqlite3
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from math import ceil
from statistics import median
from typing import Final

from msgspec import Struct

from domain.calendar import SchoolCalendar
from domain.clocks import school_days
from domain.coaching import Coaching
from domain.coaching.events import EngagementOpened, OfferDeclined, OfferExpired
from domain.coaching.states import Accepted, Engaged
from domain.kernel import Recorded
from domain.vocabulary import MemberId, Tier
from projections.coaching_history import Told
from projections.network_setting import setting
from projections.reading import listed
from projections.shape import instant, microseconds

SCHEMA: Final = """
    create table if not exists coaching_entries (
        position integer primary key,
        tier text not null,
        since integer not null,
        at integer not null
    ) strict;
    create index if not exists coaching_entries_of_tier on coaching_entries (tier, position);
    create table if not exists coaching_places (
        tier text not null,
        part integer not null,
        cases integer not null,
        primary key (tier, part)
    ) strict, without rowid;
    create table if not exists coaching_waits (
        coaching text primary key,
        tier text not null,
        days real not null
    ) strict, without rowid;
"""
_NINE_TENTHS: Final = 0.9
_NOTICES: Final = 20  # the latest


class Wait(Struct, frozen=True, kw_only=True):
    """School days from submission to the first accepted offer, in this network so far."""

    median: float
    p90: float
    requests: int  # that it is known from


class Notice(Struct, frozen=True, kw_only=True):
    at: datetime
    words: str


class CaseStanding(Struct, frozen=True, kw_only=True):
    """Where a case stands, for its seeker and staff."""

    place: int | None  # in the queue of its tier; None where it waits for no coach
    wait: Wait | None  # None: not enough history yet
    words: str
    notices: tuple[Notice, ...]  # the oldest first


def queued(
    connection: sqlite3.Connection, recorded: Recorded, before: tuple[Tier, int] | None, now: tuple[Tier, int] | None
) -> None:
    """A case begins to wait in the queue of a tier, or no longer waits there. Its place is that of its submission."""
    if before == now:
        return
    for queue, by in ((before, -1), (now, 1)):
        if queue is not None:
            tier, since = queue
            connection.execute(
                "insert into coaching_places values (?, ?, ?) on conflict do update set cases = cases + excluded.cases",
                (tier, since // _PART, by),
            )
            connection.execute(
                "delete from coaching_places where tier = ? and part = ? and cases = 0", (tier, since // _PART)
            )
    if now is not None:
        at = microseconds(recorded.envelope.occurred_at)
        connection.execute("insert into coaching_entries values (?, ?, ?, ?)", (recorded.position, *now, at))


_PART: Final = 512  # positions of the log whose cases are counted together


def found_coach(
    connection: sqlite3.Connection,
    recorded: Recorded,
    tier: Tier | None,
    submitted_at: datetime | None,
    calendar: SchoolCalendar,
) -> None:
    """What counts is the first coach who accepts."""
    if submitted_at is not None:
        days = school_days(submitted_at, recorded.envelope.occurred_at, calendar)
        connection.execute("insert or ignore into coaching_waits values (?, ?, ?)", (recorded.stream, tier, days))


def wait(connection: sqlite3.Connection, tier: Tier) -> Wait | None:
    """None where fewer requests of the tier found a coach so far than the policy wants to foretell a wait."""
    known = connection.execute("select days from coaching_waits where tier = ? order by days", (tier,))
    days = [day for (day,) in known]
    if not days or len(days) < setting(connection).policy.coaching.waits_known:
        return None
    return Wait(median=median(days), p90=days[ceil(_NINE_TENTHS * len(days)) - 1], requests=len(days))


def places(
    connection: sqlite3.Connection,
    wanting: Sequence[int],
    tier: Tier | None = None,
    *,
    unseen: Collection[MemberId] = (),
) -> dict[int, int]:
    """For each of these that wait (since when they count) its place: one more than those before it in its tier.

    Quicker where all are of one tier that is named. Requests of the `unseen` are not counted: who is shown the queue
    without them would find them in its gaps.
    """
    if not wanting:
        return {}
    first, last = min(wanting), max(wanting)
    part = first // _PART
    so_far = defaultdict[Tier, int](int)
    for before, cases in connection.execute(_BEFORE, (part, part * _PART, first)):
        so_far[before] += cases
    found, left_out = {}, _left_out(connection, unseen)
    for of, since in connection.execute(_AMONG, (first, last, tier)):
        so_far[of] += 1
        found[since] = so_far[of] - bisect_left(left_out[of], since)
    return found


def _left_out(connection: sqlite3.Connection, unseen: Collection[MemberId]) -> dict[Tier, list[int]]:
    """Since when those of them count who wait in each tier, in that order."""
    found = defaultdict[Tier, list[int]](list)
    if unseen:
        sql = """select tier, since from coaching_cases where wants = 1
            and owner in (select value from json_each(?)) order by since"""
        for tier, since in connection.execute(sql, (listed(unseen),)):
            found[tier].append(since)
    return found


_BEFORE: Final = """select tier, sum(cases) from coaching_places where part < ? group by tier
    union all select tier, count(*) from coaching_cases where wants = 1 and since >= ? and since < ? group by tier"""
_AMONG: Final = """select tier, since from coaching_cases where wants = 1 and since between ?1 and ?2
    and (?3 is null or tier = ?3) order by since"""


def standing(
    connection: sqlite3.Connection,
    state: Coaching,
    told: Sequence[Told],
    tier: Tier | None,
    place: int | None,
    *,
    unseen: Collection[MemberId] = (),
) -> CaseStanding:
    known = None if tier is None or place is None else wait(connection, tier)
    return CaseStanding(
        place=place,
        wait=known,
        words=_words(connection, state, place, known),
        notices=tuple(_notices(connection, told, tier, place, unseen)),
    )


def _words(connection: sqlite3.Connection, state: Coaching, place: int | None, known: Wait | None) -> str:
    if place is not None:
        waited = (
            "not enough history yet to say how long it takes"
            if known is None
            else f"half of such requests waited {known.median:.0f} school days or less, nine of ten {known.p90:.0f}"
        )
        return f"place {place} in the queue of its tier; {waited}"
    return _of_coach(connection, state)


def _of_coach(connection: sqlite3.Connection, state: Coaching) -> str:
    """What keeps a coach who said yes from working."""
    match state:
        case Accepted(offer=offer):
            coach = offer.offered.coach
        case Engaged(engagement=engagement):
            coach = engagement.coach
        case _:
            return ""
    found = connection.execute("select standing from members where owner = ?", (coach,)).fetchone()
    return _GONE.get(found[0] if found else "left", "")


_GONE: Final = {
    "paused": "the coach is away for now",
    "left": "the coach has left the network; a facilitator may offer another one",
}


def _notices(
    connection: sqlite3.Connection,
    told: Sequence[Told],
    tier: Tier | None,
    place: int | None,
    unseen: Collection[MemberId],
) -> Iterable[Notice]:
    """An offer that came to nothing, whoever ended it, and older requests that came into the queue."""
    opened = next((each.position for each in told if isinstance(each.event, EngagementOpened)), None)
    over = [
        Notice(at=each.at, words=_OVER if opened is None or each.position < opened else _OVER_WHILE_COACHED)
        for each in told
        if isinstance(each.event, OfferDeclined | OfferExpired)
    ]
    grown = [] if place is None else [Notice(at=at, words=_GREW) for at in _came_before(connection, told, tier, unseen)]
    return sorted([*over, *grown], key=lambda each: each.at)[-_NOTICES:]


_OVER: Final = "an offer came to nothing; the request is back in its old place"
_OVER_WHILE_COACHED: Final = "an offer to another coach came to nothing"
_GREW: Final = "the queue grew before you: an older request came into it"


def _came_before(
    connection: sqlite3.Connection, told: Sequence[Told], tier: Tier | None, unseen: Collection[MemberId]
) -> list[datetime]:
    sql = """select later.at from coaching_entries as own join coaching_entries as later
        on later.tier = own.tier and later.position > own.position and later.since < own.since
        where own.position = (
            select max(position) from coaching_entries where tier = ?1
            and position in (select value from json_each(?2))
        ) and later.since not in (
            select since from coaching_cases where owner in (select value from json_each(?4))
        ) order by later.position desc limit ?3"""
    own = "[" + ", ".join(str(each.position) for each in told) + "]"
    return [instant(at) for (at,) in connection.execute(sql, (tier, own, _NOTICES, listed(unseen)))]
