"""Minutes that members offer, and what open and past asks hold of them."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.budgets import Budget, Reservation, TimeBudgetSet, TimeReleased, TimeReserved, TimeSpent
from domain.calendar import SchoolCalendar, period_of
from domain.kernel import Recorded
from domain.vocabulary import MemberId, OwnerId, PeriodKind
from projections import asks
from projections.network_setting import setting
from projections.reading import Reader
from projections.shape import Projection, among

_SCHEMA: Final = """
    create table if not exists time_settings (
        member text not null,
        effective text not null,
        minutes integer not null,
        period text not null,
        primary key (member, effective)
    ) strict, without rowid;
    create table if not exists reservations (
        member text not null,
        reservation text not null,
        minutes integer not null,
        day text not null,
        open integer not null,
        primary key (member, reservation)
    ) strict, without rowid;
"""


class TimeOffer(Struct, frozen=True, kw_only=True):
    """What a member offers in one period, and what is left of it."""

    member: OwnerId
    minutes: int
    period: PeriodKind
    first: date
    last: date
    reserved: int
    spent: int
    free: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case TimeBudgetSet(member=member, minutes=minutes, period=period, effective=effective):
            first = effective.isoformat()
            connection.execute("delete from time_settings where member = ? and effective >= ?", (member, first))
            connection.execute("insert into time_settings values (?, ?, ?, ?)", (member, first, minutes, period))
        case TimeReserved(member=member, reservation=key, minutes=minutes, day=day):
            connection.execute(
                "insert into reservations values (?, ?, ?, ?, 1)", (member, key, minutes, day.isoformat())
            )
        case TimeReleased(member=member, reservation=key):
            connection.execute("delete from reservations where member = ? and reservation = ?", (member, key))
        case TimeSpent(member=member, reservation=key, minutes=minutes):
            connection.execute(
                "update reservations set minutes = ?, open = 0 where member = ? and reservation = ?",
                (minutes, member, key),
            )
        case _:
            pass


PROJECTION: Final = Projection(name="time budgets", schema=_SCHEMA, fill=fill)


def budgets(connection: sqlite3.Connection, members: Collection[MemberId] | None = None) -> dict[MemberId, Budget]:
    """Everybody who ever offered time, or these of them, as the domain knows their budget."""
    theirs, values = among("member", members)
    settings = connection.execute(f"select * from time_settings where {theirs} order by member, effective", values)
    held = connection.execute(f"select * from reservations where {theirs} order by member", values)
    promised = {member: tuple(rows) for member, rows in groupby(held, itemgetter(0))}
    return {member: _budget(rows, promised.get(member, ())) for member, rows in groupby(settings, itemgetter(0))}


def budget(connection: sqlite3.Connection, member: MemberId) -> Budget:
    """One member's; an empty one when no time was ever offered."""
    settings = connection.execute("select * from time_settings where member = ? order by effective", (member,))
    return _budget(settings, connection.execute("select * from reservations where member = ?", (member,)))


def _budget(settings: Iterable[tuple[str, str, int, str]], held: Iterable[tuple[str, str, int, str, int]]) -> Budget:
    return Budget(
        settings=tuple(
            TimeBudgetSet(
                member=member, minutes=minutes, period=PeriodKind(period), effective=date.fromisoformat(effective)
            )
            for member, effective, minutes, period in settings
        ),
        reservations={
            reservation: Reservation(minutes, date.fromisoformat(day), open=bool(is_open))
            for _, reservation, minutes, day, is_open in held
        },
    )


def budgets_seen(
    connection: sqlite3.Connection, reader: Reader, members: Collection[MemberId] | None = None
) -> dict[MemberId, Budget]:
    """The same without the minutes held for or spent on whom the reader must not be shown; their own are whole."""
    found, unseen = budgets(connection, members), asks.unseen(connection, reader)
    return {member: _without(found[member], unseen if member != reader.member else frozenset()) for member in found}


def _without(whole: Budget, keys: frozenset[str]) -> Budget:
    if whole.reservations.keys().isdisjoint(keys):
        return whole
    return replace(whole, reservations={key: held for key, held in whole.reservations.items() if key not in keys})


def offered(connection: sqlite3.Connection, reader: Reader, member: MemberId, on: date) -> TimeOffer | None:
    """In the period of a day, to the member themselves and to staff. None also where no time was ever offered."""
    if not reader.staff and reader.member != member:
        return None
    seen = budgets_seen(connection, reader, [member]).get(member, Budget())
    return offer_of(member, seen, on, setting(connection).calendar)


def offer_of(owner: OwnerId, whole: Budget, on: date, calendar: SchoolCalendar) -> TimeOffer | None:
    """What is offered in the period of a day, by a member or, for experts, by the network."""
    in_force = whole.setting_on(on)
    if in_force is None:
        return None
    first, last = period_of(on, in_force.period, calendar)
    here = [each for each in whole.reservations.values() if first <= each.day <= last]
    counted = [each for each in here if whole.setting_on(each.day) == in_force]
    reserved, spent = (sum(each.minutes for each in counted if each.open is still) for still in (True, False))
    return TimeOffer(
        member=owner,
        minutes=in_force.minutes,
        period=in_force.period,
        first=first,
        last=last,
        reserved=reserved,
        spent=spent,
        free=in_force.minutes - reserved - spent,
    )


def breaches(connection: sqlite3.Connection) -> int:
    """In how many periods, of anybody, more is promised and spent than was offered. There must be none."""
    calendar, found = setting(connection).calendar, 0
    for whole in budgets(connection).values():
        totals: Counter[tuple[TimeBudgetSet, date]] = Counter()
        for held in whole.reservations.values():
            if (in_force := whole.setting_on(held.day)) is not None:
                totals[in_force, period_of(held.day, in_force.period, calendar)[0]] += held.minutes
        found += sum(total > in_force.minutes for (in_force, _), total in totals.items())
    return found
