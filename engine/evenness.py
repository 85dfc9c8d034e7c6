"""How evenly help, exposure and asks are spread over a network's members, and how long they wait for one another."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from math import ceil
from sqlite3 import Connection
from statistics import median
from typing import Final

from msgspec import Struct

from domain.calendar import SchoolCalendar, day_of
from domain.vocabulary import OPERATOR, Confidentiality, TieKind
from engine.cells import large
from projections import tied_members
from projections.burden import Concentration, burden
from projections.concentration import gini, top_share
from projections.reading import Reader
from projections.shape import DAY, microseconds
from projections.tied_members import CONFIRMED, Counted, Use
from projections.time_budgets import breaches

_BEFORE_ALL: Final = datetime(1900, 1, 1, tzinfo=UTC)
_NINE_TENTHS: Final = 0.9
_THIRD: Final = 3


class Evenness(Struct, frozen=True, kw_only=True):
    """Within the window. None where a figure would tell of fewer than ten people."""

    help_minutes: int | None  # in meetings, and to staff in coaching sessions too
    help_gini: float | None
    help_top_share: float | None  # of the 5 % who gave most
    exposure_gini: float | None  # of places on lists
    never_asked_share: float | None  # of those who are willing, ever
    budget_breaches: int  # must be 0


class Elapsed(Struct, frozen=True, kw_only=True):
    """In days; only of those that ended, `cases` in number."""

    of: str
    cases: int | None
    median: float | None
    p90: float | None


def evenness(
    connection: Connection,
    reader: Reader,
    people: Sequence[Counted],
    since: datetime | None,
    until: datetime,
    calendar: SchoolCalendar,
) -> Evenness:
    first, here = since or _BEFORE_ALL, {each.member for each in people}
    met = tied_members.helped(connection, first, until, coached=reader.staff)
    told = [each for each in met if each[0] in here and each[1] not in reader.apart]
    given = Counter[str]()
    for helper, _, spent in told:
        given[helper] += spent
    shown = {who: times for who, times in tied_members.shown(connection, first, until).items() if who in here}
    helpers, minutes = _enough(reader, given), [given[each] for each in here]
    board = burden(connection, Reader(member=OPERATOR, apart=reader.apart), day_of(until, calendar), limit=1)
    return Evenness(
        help_minutes=sum(minutes) if helpers else None,
        help_gini=gini(minutes) if helpers else None,
        help_top_share=top_share(minutes) if helpers else None,
        exposure_gini=gini([shown.get(each, 0) for each in here]) if _enough(reader, shown) else None,
        never_asked_share=_never_asked(reader, board.concentration),
        budget_breaches=breaches(connection),
    )


def _enough(reader: Reader, people: Collection[str]) -> bool:
    """Nobody at all is no cell."""
    return reader.operator or not people or large(len(people))


def _never_asked(reader: Reader, found: Concentration) -> float | None:
    parts = found.never_asked, found.willing - found.never_asked
    small = not reader.operator and not all(not part or large(part) for part in parts)
    return None if small or not found.willing else found.never_asked_share


def waits(
    connection: Connection,
    reader: Reader,
    people: Sequence[Counted],
    uses: Sequence[Use],
    classes: Collection[Confidentiality],
    since: datetime | None,
    until: datetime,
) -> tuple[Elapsed, ...]:
    """From a challenge to its first answer and to the first help confirmed; from joining to being part of it."""
    first, here = since or _BEFORE_ALL, {each.member for each in people}
    answered, helped = (
        tied_members.waits(connection, here, kind, classes, first, until)
        for kind in (TieKind.EXCHANGED, TieKind.ADVISED)
    )
    return (
        _wait(reader, "first response to a challenge", answered),
        _wait(reader, "first useful connection by a challenge", helped),
        _wait(reader, "third cross-site confirmed tie after joining", _integrated(people, uses)),
    )


def _wait(reader: Reader, of: str, days: list[float]) -> Elapsed:
    if not days or not (reader.operator or large(len(days))):
        return Elapsed(of=of, cases=None if days else 0, median=None, p90=None)
    return Elapsed(of=of, cases=len(days), median=median(days), p90=sorted(days)[ceil(_NINE_TENTHS * len(days)) - 1])


def _integrated(people: Sequence[Counted], uses: Sequence[Use]) -> list[float]:
    """Days from joining until somebody was tied to three others of other sites."""
    known = {each.member: each for each in people}
    first: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for use in uses:
        for one, other in ((use.giver, use.receiver), (use.receiver, use.giver)):
            if use.kind in CONFIRMED and _elsewhere(known[one], known[other]):
                first[one][other] = min(use.at, first[one].get(other, use.at))
    third = {member: sorted(met.values())[_THIRD - 1] for member, met in first.items() if len(met) >= _THIRD}
    return [max(0, at - microseconds(known[member].joined_at)) / DAY for member, at in third.items()]


def _elsewhere(one: Counted, other: Counted) -> bool:
    return bool(one.site and other.site) and one.site != other.site
