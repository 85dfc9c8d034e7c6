"""The burden board: who is near or over the time they offer, who is never asked, how unevenly help is spread."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from domain.budgets import Budget
from domain.calendar import SchoolCalendar, day_of
from domain.refusals import Malformed, NotTheirs
from domain.vocabulary import MemberId, PeriodKind
from projections import asks, time_budgets
from projections.asks import Asked
from projections.concentration import gini, share, top_share
from projections.network_setting import setting
from projections.reading import Reader, listed
from projections.shape import USUAL, Page, bounded
from projections.time_budgets import TimeOffer

LATELY: Final = 30  # days, counted back from the day the board is for
NEAR: Final = 0.8  # of the minutes offered
_EARLIEST: Final = date(1900, 1, 1)
_LATEST: Final = date(3000, 1, 1)


class Strain(StrEnum):
    """How much of the time that somebody offers is taken; minutes run over count, though no budget was charged."""

    ROOM = "room"
    NEAR = "near"
    FULL = "at the limit"
    OVER = "over"


class Burden(Struct, frozen=True, kw_only=True):
    """What is asked of one member who offers time, in the period of the board's day."""

    member: MemberId
    minutes: int
    period: PeriodKind
    first: date
    last: date
    reserved: int
    spent: int
    over: int  # beyond what was reserved, in meetings and sessions of the period
    strain: Strain
    willing: bool  # chose to partner or lead, offers minutes, and did not pause
    asks: int  # lately, by others, whatever came of them
    last_asked: date | None  # ever
    helped: int  # minutes, lately


class Concentration(Struct, frozen=True, kw_only=True):
    """Of all who stand on the board."""

    members: int
    helped: int  # minutes, lately
    gini: float
    top_share: float  # of those minutes, given by the 5 % who gave most
    willing: int
    never_asked: int  # of those who are willing
    never_asked_share: float


class BurdenBoard(Struct, frozen=True, kw_only=True):
    on: date
    since: date  # from when on is lately
    page: Page[Burden]
    concentration: Concentration
    experts: TimeOffer | None  # of the network, where staff set a budget for experts


class _Lately(Struct, frozen=True, kw_only=True):
    """What happened until the end of the board's day, as far as the reader may know."""

    asked: Mapping[MemberId, Asked]
    helped: Mapping[MemberId, int]
    ran_over: Mapping[MemberId, Sequence[tuple[date, int]]]
    calendar: SchoolCalendar


def burden(
    connection: sqlite3.Connection,
    reader: Reader,
    on: date,
    *,
    strain: Strain | None = None,
    never_asked: bool = False,
    cursor: str | None = None,
    limit: int = USUAL,
) -> BurdenBoard:
    """Members who offer time, the fullest first; of one strain, or those willing and never asked, where that is wanted.

    For staff. Whom the reader must not be shown is in no row and no figure, neither as one who helps nor as one who is
    helped. What somebody declined is worded like all that came to nothing: it was asked. Raises NotTheirs, or Malformed
    for a day or a cursor out of place.
    """
    if not reader.staff:
        raise NotTheirs("only facilitators and admins see how time is asked for", remedy="ask one of them")
    if not _EARLIEST <= on <= _LATEST:
        raise Malformed("no board is kept for such a day", field="on")
    known, since = setting(connection), on - timedelta(days=LATELY - 1)
    calendar = known.calendar
    budgets = time_budgets.budgets_seen(connection, reader)
    lately = _lately(connection, reader, since, on, calendar)
    found = [
        _burden(member, willing, offer, lately)
        for member, willing in _there(connection, reader)
        if (offer := time_budgets.offer_of(member, budgets.get(member, Budget()), on, calendar)) is not None
    ]
    board = [each for each in found if each.minutes or each.strain is not Strain.ROOM or each.helped]
    shown = [
        each
        for each in sorted(board, key=lambda each: (-_taken(each), each.member))
        if strain in {None, each.strain} and not (never_asked and not _never_asked(each))
    ]
    return BurdenBoard(
        on=on,
        since=since,
        page=_page(shown, cursor, limit),
        concentration=_concentration(board),
        experts=time_budgets.offer_of(known.network, budgets.get(known.network, Budget()), on, calendar),
    )


_THERE: Final = """
    select owner, standing = 'active' and coalesce(level, '') in ('partner', 'lead') from members
    where standing in ('active', 'paused') and owner not in (select value from json_each(?)) order by owner
"""


def _there(connection: sqlite3.Connection, reader: Reader) -> list[tuple[MemberId, int]]:
    """Who may be on the board, and whether they would be asked at all, were there time."""
    return connection.execute(_THERE, (listed(reader.apart),)).fetchall()


def _lately(connection: sqlite3.Connection, reader: Reader, since: date, on: date, calendar: SchoolCalendar) -> _Lately:
    begin, end = _midnight(since, calendar), _midnight(on + timedelta(days=1), calendar)
    ran_over = asks.ran_over(connection, reader, end)
    return _Lately(
        asked=asks.asked(connection, reader, begin, end),
        helped=asks.helped(connection, reader, begin, end),
        ran_over={who: [(day_of(at, calendar), over) for at, over in each] for who, each in ran_over.items()},
        calendar=calendar,
    )


def _midnight(day: date, calendar: SchoolCalendar) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(calendar.zone)).astimezone(UTC)


def _burden(member: MemberId, willing: int, offer: TimeOffer, lately: _Lately) -> Burden:
    asked = lately.asked.get(member)
    over = sum(minutes for day, minutes in lately.ran_over.get(member, ()) if offer.first <= day <= offer.last)
    return Burden(
        member=member,
        minutes=offer.minutes,
        period=offer.period,
        first=offer.first,
        last=offer.last,
        reserved=offer.reserved,
        spent=offer.spent,
        over=over,
        strain=_strain(offer, over),
        willing=bool(willing) and offer.minutes > 0,
        asks=asked.lately if asked else 0,
        last_asked=day_of(asked.last, lately.calendar) if asked else None,
        helped=lately.helped.get(member, 0),
    )


def _strain(offer: TimeOffer, over: int) -> Strain:
    taken = offer.reserved + offer.spent + over
    if taken > offer.minutes:
        return Strain.OVER
    if taken and taken == offer.minutes:
        return Strain.FULL
    return Strain.NEAR if taken >= NEAR * offer.minutes > 0 else Strain.ROOM


def _taken(each: Burden) -> float:
    return (each.reserved + each.spent + each.over) / max(1, each.minutes)


def _never_asked(each: Burden) -> bool:
    return each.willing and each.last_asked is None


def _concentration(board: Collection[Burden]) -> Concentration:
    helped = [each.helped for each in board]
    willing, never = sum(each.willing for each in board), sum(map(_never_asked, board))
    return Concentration(
        members=len(board),
        helped=sum(helped),
        gini=gini(helped),
        top_share=top_share(helped),
        willing=willing,
        never_asked=never,
        never_asked_share=share(never, willing),
    )


def _page(shown: Sequence[Burden], cursor: str | None, limit: int) -> Page[Burden]:
    """Beyond the member whom the cursor names. Between two pages the order may change, as what is taken changes."""
    order = [each.member for each in shown]
    if cursor is not None and cursor not in order:
        raise Malformed("this marks no place in this list", field="cursor", remedy="begin without one")
    start = 0 if cursor is None else order.index(cursor) + 1
    items = tuple(shown[start : start + bounded(limit)])
    more = start + len(items) < len(shown)
    return Page(items=items, count=len(shown), next=items[-1].member if items and more else None)
