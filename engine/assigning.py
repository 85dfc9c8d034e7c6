"""Whom a waiting request is offered to: the oldest first, each to the one asked least of those who fit about best."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from domain.policies import CoachingPolicy
from domain.vocabulary import MemberId


class Waits(Protocol):
    """A request that a coach may be offered to."""

    @property
    def seeker(self) -> MemberId: ...


W = TypeVar("W", bound=Waits)


class Able(Struct, frozen=True, kw_only=True, gc=False):
    """A coach with room for the ask and no rule against it."""

    coach: str
    fit: float
    shown: bool  # whether they fit above the floor by what was endorsed or shown by doing alone
    asked: int  # minutes reserved for anything in the last `asks_count_days`, whatever came of them
    load: float  # the share of the minutes offered in the period that is promised or spent


def choose(able: Sequence[Able], policy: CoachingPolicy) -> str | None:
    """Nobody where all fit below the floor; equals in minutes asked go by load, then by fit, then by id.

    Mere claims come to bear only where nobody with room has shown what they can do.
    """
    fitting = [each for each in able if each.fit >= policy.fit_floor]
    trusted = [each for each in fitting if each.shown] or fitting
    near = policy.good_enough * max((each.fit for each in trusted), default=0.0)
    chosen = min((each for each in trusted if each.fit >= near), key=_burden, default=None)
    return None if chosen is None else chosen.coach


def matches(
    waiting: Iterable[W], asking: Collection[MemberId], able: Callable[[W], Sequence[Able]], policy: CoachingPolicy
) -> Iterator[tuple[W, str]]:
    """Each request that somebody can be asked for, with whom; `waiting` is in the order of submission.

    One coach at a time is asked on a seeker's behalf, so that who posts a need twice is not heard sooner; `asking` are
    the seekers for whom an offer is open. Who is able is looked up only once the caller has recorded the match before,
    so that nobody is promised twice.
    """
    busy = set(asking)
    for request in waiting:
        coach = None if request.seeker in busy else choose(able(request), policy)
        if coach is not None:
            busy.add(request.seeker)
            yield request, coach


def _burden(one: Able) -> tuple[int, float, float, str]:
    return one.asked, one.load, -one.fit, one.coach
