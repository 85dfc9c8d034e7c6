"""Checks a convened group against rules 9–13 once more, sharing no code with what found it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy
from domain.vocabulary import MemberId


def broken_rules(
    presenter: MemberId,
    consultants: Sequence[MemberId],
    people: Mapping[MemberId, Candidate],
    knowledge: Mapping[MemberId, float],
    likeness: Mapping[MemberId, float],
    policy: MatchingPolicy,
    mode: Mode,
) -> tuple[str, ...]:
    """In words, every rule that the group breaks; () for a sound one.

    `knowledge` is the nearness of what a member knows, `likeness` that of their own challenges.
    """
    everyone = [people[member] for member in (presenter, *consultants)]
    broken = [
        *_size(consultants, policy),
        *_pairs(everyone),
        *_places(everyone, policy),
        *_roles(everyone, policy, mode),
    ]
    if max((knowledge.get(member, 0.0) for member in consultants), default=0.0) < policy.knows_the_area:
        broken.append("12: nobody knows the problem area")
    if min((likeness.get(member, 0.0) for member in consultants), default=1.0) >= policy.shares_the_dilemma:
        broken.append("12: everybody shares the dilemma")
    return tuple(broken)


def _size(consultants: Sequence[MemberId], policy: MatchingPolicy) -> list[str]:
    sound = policy.consultants_least <= len(set(consultants)) == len(consultants) <= policy.consultants_most
    return [] if sound else ["size: too few, too many, or one twice"]


def _pairs(everyone: Sequence[Candidate]) -> list[str]:
    found = []
    for one in everyone:
        for other in everyone:
            if one is other:
                continue
            if one.member == other.member or other.member in one.same_as or not one.same_as.isdisjoint(other.same_as):
                found.append("9: one person twice")
            if other.member in one.conflicts or other.member in one.muted:
                found.append("10: a pair that must not meet")
    return found


def _places(everyone: Sequence[Candidate], policy: MatchingPolicy) -> list[str]:
    presenter, *consultants = everyone
    found = []
    home = {site for site in presenter.sites if site}
    if any(home.intersection(one.sites) for one in consultants):
        found.append("11: a consultant from the presenter's site")
    counts = Counter(district for one in consultants for district in one.districts)
    if counts and max(counts.values()) > policy.consultants_per_district:
        found.append("11: too many consultants from one district")
    return found


def _roles(everyone: Sequence[Candidate], policy: MatchingPolicy, mode: Mode) -> list[str]:
    counts = Counter(min(one.families) if one.families else "unspecified" for one in everyone)
    largest = max(counts.values()) / len(everyone)
    if mode is Mode.ROLE_ALIKE and len(counts) > 1:
        return ["13: more than one role family"]
    if mode is Mode.MIXED_ROLE and (len(counts) == 1 or largest > policy.one_family_at_most):
        return ["13: one role family is too large for a mixed group"]
    return []
