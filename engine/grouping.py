"""Consultancy groups: three to five consultants who keep rules 10–13 together and cover the need; greedy for now."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from msgspec import Struct

from domain.eligibility import Candidate, Mode, must_not_meet, same_person
from domain.policies import MatchingPolicy
from domain.refusals import IllegalMove

_LOOKED_AT: Final = 200  # best candidates; a group is small and the rest are farther from the need
_STEPS: Final = 200  # attempts at completing a group before it is given up


class Consultant(Struct, frozen=True, kw_only=True):
    """An eligible member as a possible consultant for one need."""

    candidate: Candidate
    score: float  # relevance of their evidence, 0–1
    area: float  # nearness of the best piece that shows knowledge
    dilemma: float  # likeness of their nearest own challenge
    covers: frozenset[str]  # the need's terms that their evidence speaks of


class Group(Struct, frozen=True):
    consultants: tuple[Consultant, ...]
    coverage: float  # share of the need's terms, weighted by rarity, that somebody speaks of
    value: float


class _Wanted(Struct, frozen=True, kw_only=True):
    """What a group of one size is measured by."""

    presenter: Candidate
    rarity: Mapping[str, float]
    policy: MatchingPolicy
    mode: Mode
    size: int


def convene(
    presenter: Candidate,
    pool: Sequence[Consultant],
    rarity: Mapping[str, float],
    policy: MatchingPolicy,
    mode: Mode,
) -> Group:
    """A good group of members who are all eligible for the presenter; refused in words when none was found.

    The value of a group is the mean relevance of its consultants plus the coverage of the need: each next
    consultant is the one who adds most, as in greedy maximum coverage (Nemhauser, Wolsey and Fisher 1978); where
    that leads nowhere the next best one is tried.
    """
    usable = [one for one in pool if not one.candidate.sites & presenter.sites - {""}][:_LOOKED_AT]
    groups = []
    for size in range(policy.consultants_least, policy.consultants_most + 1):
        wanted = _Wanted(presenter=presenter, rarity=rarity, policy=policy, mode=mode, size=size)
        found = _grown((), usable, wanted, iter(range(_STEPS)))
        if found is not None:
            groups.append(Group(found, _coverage(found, rarity), _value(found, rarity)))
    if not groups:
        raise IllegalMove(_why_none(usable, policy), field="kind", remedy="widen the circle or ask for any roles")
    return max(groups, key=lambda group: (group.value, -len(group.consultants)))


def _grown(
    group: tuple[Consultant, ...], usable: Sequence[Consultant], wanted: _Wanted, steps: Iterator[int]
) -> tuple[Consultant, ...] | None:
    """The group with those who add most to it; None when it cannot be completed, or not within the steps left."""
    if len(group) == wanted.size:
        return group
    if next(steps, None) is None:
        return None
    open_to = [one for one in usable if one not in group and _holds_together((*group, one), wanted)]
    open_to.sort(key=lambda one: (-_value((*group, one), wanted.rarity), -one.score, one.candidate.member))
    grown = (_grown((*group, one), usable, wanted, steps) for one in open_to)
    return next((found for found in grown if found is not None), None)


def _holds_together(group: tuple[Consultant, ...], wanted: _Wanted) -> bool:
    """Whether this can still become a group of that size that keeps every rule."""
    policy = wanted.policy
    missing = (not any(_knows(one, policy) for one in group)) + (not any(_outside(one, policy) for one in group))
    return (
        missing <= wanted.size - len(group)
        and all(_compatible(one.candidate, other.candidate) for one, other in combinations(group, 2))
        and _districts_hold(group, policy)
        and _families_hold(group, wanted)
    )


def _knows(one: Consultant, policy: MatchingPolicy) -> bool:
    return one.area >= policy.knows_the_area


def _outside(one: Consultant, policy: MatchingPolicy) -> bool:
    return one.dilemma < policy.shares_the_dilemma


def _compatible(one: Candidate, other: Candidate) -> bool:
    return not must_not_meet(one, other) and not same_person(one, other)


def _districts_hold(group: tuple[Consultant, ...], policy: MatchingPolicy) -> bool:
    districts = [district for one in group for district in one.candidate.districts]
    return all(districts.count(district) <= policy.consultants_per_district for district in set(districts))


def _families_hold(group: tuple[Consultant, ...], wanted: _Wanted) -> bool:
    """Role-alike: one family with the presenter; mixed: none above its share of presenter and consultants."""
    if wanted.mode is Mode.ANY:
        return True
    families = [family_of(wanted.presenter), *(family_of(one.candidate) for one in group)]
    if wanted.mode is Mode.ROLE_ALIKE:
        return len(set(families)) == 1
    whole = wanted.size + 1
    if len(families) == whole and len(set(families)) == 1:
        return False
    return all(families.count(family) / whole <= wanted.policy.one_family_at_most for family in families)


def family_of(candidate: Candidate) -> str:
    """One role family a person: the first by name where they hold several."""
    return min(candidate.families, default="unspecified")


def _coverage(group: tuple[Consultant, ...], rarity: Mapping[str, float]) -> float:
    covered = frozenset[str]().union(*(one.covers for one in group))
    total = sum(rarity.values())
    return sum(rarity[term] for term in sorted(covered & rarity.keys())) / total if total else 0.0


def _value(group: tuple[Consultant, ...], rarity: Mapping[str, float]) -> float:
    return round(sum(one.score for one in group) / len(group) + _coverage(group, rarity), 9)


def _why_none(usable: Sequence[Consultant], policy: MatchingPolicy) -> str:
    least = policy.consultants_least
    if len(usable) < least:
        return f"a consultancy takes {least} consultants from other sites, and only {len(usable)} fit this need"
    if not any(_knows(one, policy) for one in usable):
        return "nobody who is available knows this problem area well enough"
    if not any(_outside(one, policy) for one in usable):
        return "everybody who is available shares this very dilemma, and one has to look from outside"
    return "no group was found that keeps the rules on roles, districts and conflicts all at once"
