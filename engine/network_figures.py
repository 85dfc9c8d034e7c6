"""The network's shape at some time, as one reader may know it: which ties are counted, and every figure of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from sqlite3 import Connection
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct

from domain.refusals import IllegalMove, Malformed
from domain.vocabulary import ENGINE, OPERATOR, Confidentiality, StreamId, TieKind
from engine import divisions, evenness
from engine.cells import large
from engine.divisions import Division
from engine.evenness import Elapsed, Evenness
from engine.followers import Views
from engine.queries import Queries
from engine.when import When, end_of
from models.network_shape import Figures, Graph, figures, graph, hub_dependence, reach_two, without
from projections import tied_members
from projections.network_setting import setting
from projections.reading import Reader
from projections.shape import instant, microseconds
from projections.tied_members import Counted, Use

DIRECTION: Final = "from who gave to who received"
_FEW: Final = "figures of fewer than ten people are told to nobody"
_FIRST, _LAST = date(1900, 1, 1), date(9999, 1, 1)
_LONGEST: Final = 36_500  # days


class Counting(Struct, frozen=True, kw_only=True):
    """Which ties count, and whether staff do."""

    kinds: tuple[TieKind, ...] = tuple(TieKind)
    since: date | None = None  # ties used on this day or later
    window: int | None = None  # days, the one of the time that is asked for included
    without_staff: bool = False


class NetworkShape(Struct, frozen=True, kw_only=True):
    """With all that a number has to be told with: tie types, classes, window, date and direction."""

    network: StreamId
    name: str
    until: datetime | None  # the time for which the figures hold; as things stand, None
    since: datetime | None  # ties used before do not count
    kinds: tuple[TieKind, ...]
    classes: tuple[Confidentiality, ...]  # ties of others do not count
    direction: str
    without_staff: bool
    figures: Figures
    hub_dependence: float | None  # 1 - reach within two steps without staff / with them
    new_ties: int  # pairs that had no tie before the window
    peer_initiated: float | None  # share of them in whose chain no command of staff stands
    cross_site: float | None  # share of ties between two sites, of those whose sites are known
    divisions: tuple[Division, ...]
    evenness: Evenness
    waits: tuple[Elapsed, ...]


class _Sight(Struct, frozen=True, kw_only=True):
    """What one reader's figures are made of."""

    people: list[Counted]
    uses: list[Use]
    since: datetime | None
    until: datetime
    classes: tuple[Confidentiality, ...]


def shape_at(
    queries: Queries, network: StreamId, when: When, counting: Counting, clock: Callable[[], datetime]
) -> tuple[int, NetworkShape]:
    """For the operator, with the position that was reached."""
    with queries.standing(network, when) as connection:
        shape = network_shape(connection, Reader(member=OPERATOR), when, counting, clock)
        return Views.position_in(connection), shape


def network_shape(
    connection: Connection, reader: Reader, when: When, counting: Counting, clock: Callable[[], datetime]
) -> NetworkShape:
    """Whom the reader must not be shown counts in no figure. Raises IllegalMove where too few stand behind one."""
    known = setting(connection)
    until = until_of(connection, when, known.calendar.zone, clock)
    since = _since(counting, until, known.calendar.zone)
    sight = _sight(connection, reader, counting, since, until)
    if not reader.operator:
        _large_enough(connection, reader, counting, sight)
    whole = _graph(sight.people, _within(sight.uses, since))
    staff = np.flatnonzero([each.staff for each in sight.people])
    told, other = (without(whole, staff), whole) if counting.without_staff else (whole, without(whole, staff))
    found, reach = figures(told), reach_two(other)
    hubs = hub_dependence(*(reach, found.reach_two) if counting.without_staff else (found.reach_two, reach))
    counted = [each for each in sight.people if not (counting.without_staff and each.staff)]
    uses = _among(sight.uses, counted)
    new = _new(uses, since)
    return NetworkShape(
        network=known.network,
        name=known.name,
        until=None if when.now else until,
        since=since,
        kinds=counting.kinds,
        classes=sight.classes,
        direction=DIRECTION,
        without_staff=counting.without_staff,
        figures=found,
        hub_dependence=hubs if _staff_told(reader, sight.people) else None,
        new_ties=len(new),
        peer_initiated=_peer_initiated(new, {each.member for each in sight.people if each.staff}),
        cross_site=divisions.cross_share(told, counted),
        divisions=divisions.divisions(connection, told, counted),
        evenness=evenness.evenness(connection, reader, counted, since, until, known.calendar),
        waits=evenness.waits(connection, reader, counted, uses, sight.classes, since, until),
    )


def until_of(connection: Connection, when: When, zone: str, clock: Callable[[], datetime]) -> datetime:
    """The instant for which an answer holds: of a position, when it was recorded."""
    if when.on is not None:
        return end_of(when.on, zone)
    if isinstance(when.as_of, datetime):
        return when.as_of
    (last,) = connection.execute("select max(recorded_at) from timeline").fetchone()
    return clock() if when.now or last is None else instant(last)


def _since(counting: Counting, until: datetime, zone: str) -> datetime | None:
    if counting.since is not None and counting.window is not None:
        raise Malformed("either a first day or a window of days", field="window", remedy="leave one of them out")
    if counting.window is not None:
        if not 1 <= counting.window <= _LONGEST:
            raise Malformed("a window holds 1 day or more", field="window", remedy="for example 90")
        return end_of(_last_day(until, zone) - timedelta(days=counting.window), zone)
    if counting.since is None:
        return None
    if not _FIRST <= counting.since < _LAST:
        raise Malformed("this is no day that counts", field="since", remedy="for example 2026-03-01")
    return end_of(counting.since - timedelta(days=1), zone)


def _last_day(until: datetime, zone: str) -> date:
    return (until - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def _sight(
    connection: Connection, reader: Reader, counting: Counting, since: datetime | None, until: datetime
) -> _Sight:
    classes = classes_of(reader)
    people = tied_members.counted(connection, reader)
    uses = _among(tied_members.uses(connection, counting.kinds, classes), people)
    return _Sight(people=people, uses=uses, since=since, until=until, classes=classes)


def classes_of(reader: Reader) -> tuple[Confidentiality, ...]:
    """Of which ties the reader is told in figures."""
    return tuple(each for each in Confidentiality if reader.operator or each in reader.classes)


def _among(uses: Sequence[Use], people: Sequence[Counted]) -> list[Use]:
    here = {each.member for each in people}
    return [each for each in uses if each.giver in here and each.receiver in here]


def _graph(people: Sequence[Counted], uses: Sequence[Use]) -> Graph:
    number = {each.member: place for place, each in enumerate(people)}
    givers = np.array([number[each.giver] for each in uses], dtype=np.int64)
    return graph(len(people), givers, np.array([number[each.receiver] for each in uses], dtype=np.int64))


def _within(uses: Sequence[Use], since: datetime | None) -> list[Use]:
    return [each for each in uses if since is None or each.at >= microseconds(since)]


def _large_enough(connection: Connection, reader: Reader, counting: Counting, sight: _Sight) -> None:
    """Ten people at least behind what is told and behind what is left out of it: else one gives the other away."""
    if not large(len(sight.people)):
        raise IllegalMove(_FEW, remedy="ask again once more people are in the network")
    within = _within(sight.uses, sight.since)
    if sight.since is not None and not (_told(within) and _told(sight.uses[: len(sight.uses) - len(within)])):
        raise IllegalMove(_FEW, field="window", remedy="choose a longer window, or none")
    if set(counting.kinds) < set(TieKind):
        everything = tied_members.uses(connection, tuple(TieKind), sight.classes)
        if not all(_told([use for use in everything if use.kind is kind]) for kind in TieKind):
            raise IllegalMove(_FEW, field="kind", remedy="ask for all kinds of ties together")
    if counting.without_staff and not _staff_told(reader, sight.people):
        raise IllegalMove(_FEW, field="without_staff", remedy="ask with staff")


def _told(uses: Sequence[Use]) -> bool:
    people = {each.giver for each in uses} | {each.receiver for each in uses}
    return not people or large(len(people))


def _staff_told(reader: Reader, people: Sequence[Counted]) -> bool:
    """Staff and auditors read each tie of these; to others, what goes with so few people would tell of those."""
    return reader.staff or reader.auditor or large(sum(each.staff for each in people))


def _new(uses: Sequence[Use], since: datetime | None) -> list[Use]:
    """The first use of each tie, where that lies in the window."""
    first: dict[tuple[str, str], Use] = {}
    for use in uses:
        pair = use.giver, use.receiver
        if pair not in first or use.at < first[pair].at:
            first[pair] = use
    return _within(list(first.values()), since)


def _peer_initiated(new: Sequence[Use], staff: set[str]) -> float | None:
    """What a case of coaching led to has the staff's triage in its chain."""
    others = staff | {OPERATOR, ENGINE}
    alone = [use for use in new if not use.coached and use.by not in others and use.introduced_by not in others]
    return len(alone) / len(new) if new else None
