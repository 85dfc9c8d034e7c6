"""How the network's shape came to be: the same few figures at days between its beginning and some time."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from math import ceil
from sqlite3 import Connection
from typing import Final

import numpy as np
from msgspec import Struct

from domain.calendar import day_of
from domain.vocabulary import OPERATOR, Confidentiality, MemberId, StreamId
from engine.network_figures import Counting, until_of
from engine.queries import Queries
from engine.when import When, end_of
from models.network_shape import Figures, figures, graph, hub_dependence, without
from projections import tied_members
from projections.network_setting import setting
from projections.reading import Reader
from projections.shape import instant, microseconds
from projections.tied_members import Coming, Use

_MOST: Final = 26  # days
_WEEK: Final = 7
_MOMENT: Final = timedelta(microseconds=1)


class Then(Struct, frozen=True, kw_only=True):
    """At the end of a day. Staff are those of the time that is asked for."""

    day: date
    whole: Figures
    without_staff: Figures
    hub_dependence: float | None


class _Material(Struct, frozen=True, kw_only=True):
    comings: list[Coming]
    uses: list[Use]
    staff: frozenset[MemberId]
    window: int | None


def shape_over_time(
    queries: Queries, network: StreamId, when: When, counting: Counting, clock: Callable[[], datetime]
) -> list[Then]:
    """For the operator. From one state: help that was disputed since stands in no day before it either."""
    with queries.standing(network, when) as connection:
        known = setting(connection)
        until = until_of(connection, when, known.calendar.zone, clock)
        material = _material(connection, counting)
    zone, calendar = known.calendar.zone, known.calendar
    comings, uses = [each.at for each in material.comings], [each.at for each in material.uses]
    if not (comings or uses):
        return []
    told = min(comings + uses), max(uses or comings)  # who runs an old network came long after its last tie was used
    first, last, end = (day_of(at, calendar) for at in (*map(instant, told), until - _MOMENT))
    return [_then(material, day, zone) for day in _days(min(first, end), min(last, end))]


def _material(connection: Connection, counting: Counting) -> _Material:
    here = tied_members.counted(connection, Reader(member=OPERATOR))
    return _Material(
        comings=tied_members.comings(connection),
        uses=tied_members.uses(connection, counting.kinds, tuple(Confidentiality)),
        staff=frozenset(each.member for each in here if each.staff),
        window=counting.window,
    )


def _days(first: date, last: date) -> list[date]:
    """Evenly spaced, in whole weeks where there are many; the last day is always there."""
    span = (last - first).days
    step = max(1, ceil(span / (_MOST - 1)))
    if step > 1:
        step = ceil(step / _WEEK) * _WEEK
    return [last - timedelta(days=back) for back in range(0, span + 1, step)][::-1]


def _then(material: _Material, day: date, zone: str) -> Then:
    end = microseconds(end_of(day, zone))
    since = None if material.window is None else microseconds(end_of(day - timedelta(days=material.window), zone))
    members = _there(material.comings, end)
    number = {member: place for place, member in enumerate(members)}
    uses = [each for each in material.uses if each.at < end and (since is None or each.at >= since)]
    ends = [
        (number[each.giver], number[each.receiver]) for each in uses if {each.giver, each.receiver} <= number.keys()
    ]
    givers, receivers = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    whole = graph(len(members), givers, receivers)
    staff = np.array([number[each] for each in material.staff if each in number], dtype=np.int64)
    all_of, others = figures(whole), figures(without(whole, staff))
    hubs = hub_dependence(all_of.reach_two, others.reach_two)
    return Then(day=day, whole=all_of, without_staff=others, hub_dependence=hubs)


def _there(comings: Sequence[Coming], end: int) -> list[MemberId]:
    """Who was in the network then: of what had happened to somebody, what was told last counts."""
    last = {each.member: each.joined for each in comings if each.at < end}
    return sorted(member for member, joined in last.items() if joined)
