"""Whom a waiting request is offered to: the oldest first, each to the one asked least of those who fit about best."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from domain.policies import CoachingPolicy

T = TypeVar("T")


class Able(Struct, frozen=True, kw_only=True, gc=False):
    """A coach with room for the ask and no rule against it."""

    coach: str
    fit: float
    asked: int  # minutes reserved for anything in the last `asks_count_days`, whatever came of them
    load: float  # the share of the minutes offered in the period that is promised or spent


def choose(able: Sequence[Able], policy: CoachingPolicy) -> str | None:
    """Equals in minutes asked go by load, then by fit, then by id; nobody where all fit below the floor."""
    fitting = [each for each in able if each.fit >= policy.fit_floor]
    if not fitting:
        return None
    near = policy.good_enough * max(each.fit for each in fitting)
    return min((each for each in fitting if each.fit >= near), key=_burden).coach


def matches(
    waiting: Iterable[T], able: Callable[[T], Sequence[Able]], policy: CoachingPolicy
) -> Iterator[tuple[T, str]]:
    """Each request that somebody can be asked for, with whom; `waiting` is in the order of submission.

    Who is able is looked up only once the caller has recorded the match before, so that nobody is promised twice.
    """
    for request in waiting:
        coach = choose(able(request), policy)
        if coach is not None:
            yield request, coach


def _burden(one: Able) -> tuple[int, float, float, str]:
    return one.asked, one.load, -one.fit, one.coach
