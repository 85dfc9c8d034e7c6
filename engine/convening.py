"""A consultancy I could convene: from ranked members to a group that keeps rules 9–13, checked twice."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from domain.eligibility import Candidate
from domain.vocabulary import WaivableRule
from engine.case import Case, Ranked, nearness
from engine.group_check import broken_rules
from engine.grouping import Consultant, convene
from engine.snapshot import KNOWING
from models.ranking import Hit


def convened(case: Case, eligible: Sequence[Ranked]) -> list[Ranked]:
    """The consultants, nearest first; refused in words when no group keeps the rules."""
    theirs = defaultdict[str, list[Hit]](list)
    for hit in case.hits:
        theirs[hit.person].append(hit)
    consultants = {one.candidate: _consultant(one, theirs[one.candidate], case) for one in eligible}
    presenter = presenter_of(case)
    group = convene(presenter, tuple(consultants.values()), case.rarity, case.policy, case.need.mode)
    members = [one.candidate.member for one in group.consultants]
    broken = broken_rules(
        case.need.reader,
        members,
        {**case.people.known(), presenter.member: presenter},
        {member: one.area for member, one in consultants.items()},
        {member: one.dilemma for member, one in consultants.items()},
        case.policy,
        case.need.mode,
    )
    if broken:
        raise RuntimeError(f"a group was convened against its rules: {'; '.join(broken)}")
    return [_with_part(one, consultants[one.candidate]) for one in eligible if one.candidate in members]


def presenter_of(case: Case) -> Candidate:
    """The reader; where a colleague was asked for and allowed, as one without a site to keep away from."""
    reader = case.asking.reader
    return replace(reader, sites=frozenset()) if WaivableRule.OWN_SITE in case.waived else reader


def _consultant(one: Ranked, theirs: Sequence[Hit], case: Case) -> Consultant:
    says = {hit.id: case.evidence[hit.id].says for hit in theirs}
    return Consultant(
        candidate=case.known(one.candidate),
        score=one.score,
        area=max((nearness(hit) for hit in theirs if says[hit.id] in KNOWING), default=0.0),
        dilemma=max((hit.cosine for hit in theirs if says[hit.id] == "posted"), default=0.0),
        covers=frozenset[str]().union(*(case.spoken[hit.id] for hit in theirs)),
    )


def _with_part(one: Ranked, consultant: Consultant) -> Ranked:
    return replace(one, more={"knows the area": consultant.area, "shares the dilemma": consultant.dilemma})
