"""A consultancy I could convene: from ranked members to a group that keeps rules 9–13, checked twice."""

from collections.abc import Sequence

from msgspec.structs import replace

from domain.eligibility import Candidate
from domain.vocabulary import WaivableRule
from engine.case import Case, Ranked, nearness
from engine.group_check import broken_rules
from engine.grouping import Consultant, convene
from engine.snapshot import KNOWING
from models.lexical import terms


def convened(case: Case, eligible: Sequence[Ranked]) -> list[Ranked]:
    """The consultants, nearest first; refused in words when no group keeps the rules."""
    consultants = {one.candidate: _consultant(one, case) for one in eligible}
    presenter = presenter_of(case)
    group = convene(presenter, tuple(consultants.values()), case.rarity, case.policy, case.need.mode)
    members = [one.candidate.member for one in group.consultants]
    broken = broken_rules(
        case.need.reader,
        members,
        {**case.people, presenter.member: presenter},
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


def _consultant(one: Ranked, case: Case) -> Consultant:
    theirs = [(hit, case.evidence[hit.id]) for hit in case.hits if hit.person == one.candidate]
    spoken = {term for _, piece in theirs for term in terms(piece.text)}
    return Consultant(
        candidate=case.people[one.candidate],
        score=one.score,
        area=max((nearness(hit) for hit, piece in theirs if piece.says in KNOWING), default=0.0),
        dilemma=max((hit.cosine for hit, piece in theirs if piece.says == "posted"), default=0.0),
        covers=frozenset(spoken & case.figures.spread.keys()),
    )


def _with_part(one: Ranked, consultant: Consultant) -> Ranked:
    parts = one.parts | {"knows the area": consultant.area, "shares the dilemma": consultant.dilemma}
    return replace(one, parts=parts)
