"""Consultancy groups: three to five consultants who keep rules 10–13 together and cover the need; greedy for now."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

from msgspec import Struct

from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy
from domain.refusals import IllegalMove

_LOOKED_AT: Final = 200  # best candidates; a group is small and the rest are farther from the need


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


def convene(
    presenter: Candidate,
    pool: Sequence[Consultant],
    rarity: Mapping[str, float],
    policy: MatchingPolicy,
    mode: Mode,
) -> Group:
    """The best group found greedily; refused in words when there is none.

    The value of a group is the mean relevance of its consultants plus the coverage of the need: each next
    consultant is the one who adds most, as in greedy maximum coverage (Nemhauser, Wolsey and Fisher 1978).
    """
    usable = [one for one in pool if not one.candidate.sites & presenter.sites - {""}][:_LOOKED_AT]
    sizes = range(policy.consultants_least, policy.consultants_most + 1)
    groups = [group for size in sizes if (group := _greedy(presenter, usable, rarity, policy, mode, size))]
    if not groups:
        raise IllegalMove(_why_none(usable, policy), field="kind", remedy="widen the circle or ask for any roles")
    return max(groups, key=lambda group: (group.value, -len(group.consultants)))


def _greedy(
    presenter: Candidate,
    usable: Sequence[Consultant],
    rarity: Mapping[str, float],
    policy: MatchingPolicy,
    mode: Mode,
    size: int,
) -> Group | None:
    group: tuple[Consultant, ...] = ()
    while len(group) < size:
        open_to = [
            one for one in usable if one not in group and _holds_together(presenter, (*group, one), policy, mode, size)
        ]
        if not open_to:
            return None
        best = max(open_to, key=lambda one: (_value((*group, one), rarity), one.score, one.candidate.member))
        group = (*group, best)
    return Group(group, _coverage(group, rarity), _value(group, rarity))


def _holds_together(
    presenter: Candidate, group: tuple[Consultant, ...], policy: MatchingPolicy, mode: Mode, size: int
) -> bool:
    """Whether this can still become a group of `size` that keeps every rule."""
    missing = (not any(_knows(one, policy) for one in group)) + (not any(_outside(one, policy) for one in group))
    return (
        missing <= size - len(group)
        and all(_compatible(one.candidate, other.candidate) for one, other in combinations(group, 2))
        and _districts_hold(group, policy)
        and _families_hold(presenter, group, policy, mode, size)
    )


def _knows(one: Consultant, policy: MatchingPolicy) -> bool:
    return one.area >= policy.knows_the_area


def _outside(one: Consultant, policy: MatchingPolicy) -> bool:
    return one.dilemma < policy.shares_the_dilemma


def _compatible(one: Candidate, other: Candidate) -> bool:
    clash = other.member in one.conflicts | one.muted or one.member in other.conflicts | other.muted
    same = other.member in one.same_as or one.member in other.same_as or bool(one.same_as & other.same_as)
    return not clash and not same


def _districts_hold(group: tuple[Consultant, ...], policy: MatchingPolicy) -> bool:
    districts = [district for one in group for district in one.candidate.districts]
    return all(districts.count(district) <= policy.consultants_per_district for district in set(districts))


def _families_hold(
    presenter: Candidate, group: tuple[Consultant, ...], policy: MatchingPolicy, mode: Mode, size: int
) -> bool:
    """Role-alike: one family with the presenter; mixed: none above its share of presenter and consultants."""
    if mode is Mode.ANY:
        return True
    families = [family_of(presenter), *(family_of(one.candidate) for one in group)]
    if mode is Mode.ROLE_ALIKE:
        return len(set(families)) == 1
    if len(families) == size + 1 and len(set(families)) == 1:
        return False
    return all(families.count(family) / (size + 1) <= policy.one_family_at_most for family in families)


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
    return "no group keeps the rules on roles, districts and conflicts all at once"
