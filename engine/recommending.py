"""Recommending: need → evidence → people → rules → ranking → reasons, one pure function over a snapshot."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.eligibility import UNAVAILABLE, Asking, Candidate, Mode, first_objection
from domain.policies import MatchingPolicy
from domain.recommendations import Inputs, Listing, ListKind, NearMiss, Pick, Reason
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.group_check import broken_rules
from engine.grouping import Consultant, convene
from engine.snapshot import STAGES, Evidence, Need, Snapshot
from models.lexical import need_terms, rarity
from models.ranking import SHARES, WORDS, Hit, Pooled, pool

KNOWING: Final = ("profile", "claims", "endorsed", "answered", "shared", "helped", "site statement")
_SOUGHT: Final[Mapping[ListKind, tuple[str, tuple[str, ...]]]] = {
    ListKind.PEERS: ("member", ("posted",)),
    ListKind.AHEAD: ("member", ("posted",)),
    ListKind.EXPERTS: ("member", KNOWING),
    ListKind.RESOURCES: ("resource", ("is about", "reviewed")),
    ListKind.CHALLENGES: ("challenge", ("is about",)),
    ListKind.CONSULTANCY: ("member", (*KNOWING, "posted")),
}


class Case(Struct, frozen=True, kw_only=True):
    """One need with all that was looked up for it."""

    need: Need
    policy: MatchingPolicy
    asking: Asking
    people: Mapping[MemberId, Candidate]
    evidence: Mapping[str, Evidence]
    hits: tuple[Hit, ...]  # weighted by the strength of their source, without what the reader must not meet
    terms: Mapping[str, float]  # the need's own terms and how rare they are


class Ranked(Struct, frozen=True, kw_only=True):
    """A candidate with what speaks for it, before rules are asked."""

    candidate: StreamId
    person: MemberId | None  # whom the rules are asked about; None for the network's own shelf
    score: float
    parts: dict[str, float]
    hits: tuple[Hit, ...]


def recommend(need: Need, policy: MatchingPolicy, snapshot: Snapshot, seed: int) -> Listing:
    """Derive a list. The same position, policy, encoder and seed give the same list on any machine.

    Raises a Refused when the need has no words, the reader is not here, or no consultancy keeps the rules.
    """
    texts = snapshot.need_texts(need)
    if not texts.texts:
        raise IllegalMove("there are no words yet to search with", field="need", remedy="describe the need first")
    search = snapshot.near(*_SOUGHT[need.kind])
    figures = search.figures(texts.texts)
    hits = search.search(texts.texts, texts.vectors, figures=figures)
    terms = {term: rarity(term, figures) for term in need_terms(texts.texts)}
    case = _case(need, policy, snapshot, hits, terms)
    ranked = [one for one in _ranked(case, snapshot) if one.score >= policy.floor]
    picks, near_misses = _choose(case, ranked)
    return Listing(
        inputs=Inputs(
            position=snapshot.position,
            policy_hash=snapshot.policy_hash,
            encoder=snapshot.encoder,
            seed=seed,
            items=figures.items,
            average_length=figures.length,
        ),
        terms=msgspec.json.encode(figures.spread, order="deterministic").decode(),
        picks=tuple(_pick(one, case) for one in picks),
        near_misses=tuple(near_misses),
    )


def _case(
    need: Need, policy: MatchingPolicy, snapshot: Snapshot, hits: Sequence[Hit], terms: Mapping[str, float]
) -> Case:
    people = snapshot.people()
    asking = _asking(need, policy, snapshot, people)
    evidence = snapshot.evidence(hit.id for hit in hits)
    weights = {"claimed": policy.claimed, "endorsed": policy.endorsed, "demonstrated": policy.demonstrated}
    return Case(
        need=need,
        policy=policy,
        asking=asking,
        people=people,
        evidence=evidence,
        hits=tuple(
            replace(hit, weight=weights[evidence[hit.id].strength])
            for hit in hits
            if _may_count(evidence[hit.id], asking.reader, people)
        ),
        terms=terms,
    )


def _asking(need: Need, policy: MatchingPolicy, snapshot: Snapshot, people: Mapping[MemberId, Candidate]) -> Asking:
    reader = people.get(need.reader)
    if reader is None or not reader.present:
        raise Unknown("there is no such member in this network", field="reader")
    group = need.kind is ListKind.CONSULTANCY
    return Asking(
        reader=reader,
        leads_to_ask=group or need.kind is ListKind.EXPERTS,
        usual_minutes=policy.consultant_minutes if group else policy.introduction_minutes,
        mode=Mode.ANY if group and need.mode is Mode.MIXED_ROLE else need.mode,  # mixed is a trait of the whole group
        suggested_lately=snapshot.suggested_lately(need),
        dismissed=snapshot.dismissed(need),
    )


def _may_count(evidence: Evidence, reader: Candidate, people: Mapping[MemberId, Candidate]) -> bool:
    """Words of a third person whom the reader must not meet explain nothing to this reader."""
    writer = people.get(evidence.owner)
    if writer is None or writer.member == evidence.subject or not evidence.subject.startswith("member-"):
        return True
    apart = reader.conflicts | reader.muted
    return writer.member not in apart and reader.member not in writer.conflicts | writer.muted


def _ranked(case: Case, snapshot: Snapshot) -> list[Ranked]:
    fitting = [one for hit in case.hits if (one := _fitting(hit, case, snapshot)) is not None]
    return [_with_parts(pooled, case.evidence) for pooled in pool(fitting)]


def _fitting(hit: Hit, case: Case, snapshot: Snapshot) -> Hit | None:
    """Peers by their stage, challenges while they are open; everything else fits as it is."""
    challenge = case.evidence[hit.id].challenge
    match case.need.kind:
        case ListKind.CHALLENGES:
            return hit if _reached(challenge, snapshot) in range(len(STAGES) - 1) else None
        case ListKind.PEERS | ListKind.AHEAD:
            ours, theirs = _reached(case.need.subject, snapshot), _reached(challenge, snapshot)
            steps = None if ours is None or theirs is None else theirs - ours
            return _at_distance(hit, case, steps)
        case ListKind.EXPERTS | ListKind.RESOURCES | ListKind.CONSULTANCY:
            return hit


def _reached(challenge: StreamId | None, snapshot: Snapshot) -> int | None:
    """How far a challenge has come, counted in stages; None when it was set aside or merged."""
    problem = None if challenge is None else snapshot.problem(challenge)
    return STAGES.index(problem.reached) if problem is not None and problem.reached in STAGES else None


def _at_distance(hit: Hit, case: Case, steps: int | None) -> Hit | None:
    if steps is None or steps < 0:
        return None
    if case.need.kind is ListKind.PEERS:
        return hit if steps == 0 else None
    return replace(hit, weight=hit.weight * case.policy.step_further ** (steps - 1)) if steps else None


def _with_parts(pooled: Pooled, evidence: Mapping[str, Evidence]) -> Ranked:
    person = pooled.person if pooled.person.startswith("member-") else evidence[pooled.hits[0].id].owner
    return Ranked(
        candidate=pooled.person,
        person=person if person.startswith("member-") else None,
        score=pooled.score,
        parts={
            "meaning": _part(pooled, [hit.cosine for hit in pooled.hits]),
            "words": _part(pooled, [hit.lexical for hit in pooled.hits]),
        },
        hits=pooled.hits,
    )


def _part(pooled: Pooled, values: Sequence[float]) -> float:
    """A raw part pooled as the score is, so that the parts explain it."""
    weighted = [value * hit.weight for value, hit in zip(values, pooled.hits, strict=True)]
    return round(sum(share * value for share, value in zip(SHARES, weighted, strict=False)) / sum(SHARES), 6)


def _choose(case: Case, ranked: Sequence[Ranked]) -> tuple[list[Ranked], list[NearMiss]]:
    rules = {one.candidate: _objection(one, case) for one in ranked}
    eligible = [one for one in ranked if rules[one.candidate] is None]
    consultancy = case.need.kind is ListKind.CONSULTANCY
    picks = _convened(case, eligible) if consultancy else eligible[: case.policy.list_length]
    last = picks[-1].score if len(picks) == case.policy.list_length else 0.0
    missed = [
        NearMiss(candidate=one.candidate, score=one.score, rule=rule)
        for one in ranked
        if (rule := rules[one.candidate]) is not None and rule != "oneself" and one.score >= last
    ]
    return picks, missed[: case.policy.near_misses]


def _objection(one: Ranked, case: Case) -> str | None:
    """The first binding rule as it is stored: private causes are one word."""
    if one.candidate in case.asking.dismissed:
        return "dismissed"
    if one.person is None:
        return None
    who, asking = case.people.get(one.person, Candidate(member=one.person, present=False)), case.asking
    if one.candidate != one.person:  # what they made can be used while they are away
        who = replace(who, away=False, present=True)
        asking = replace(asking, mode=Mode.ANY, suggested_lately=frozenset())
    objection = first_objection(who, asking)
    if objection is None:
        return None
    return UNAVAILABLE if objection.words == UNAVAILABLE else objection.rule


def _convened(case: Case, eligible: Sequence[Ranked]) -> list[Ranked]:
    consultants = {one.candidate: _consultant(one, case) for one in eligible}
    group = convene(case.asking.reader, tuple(consultants.values()), case.terms, case.policy, case.need.mode)
    members = [one.candidate.member for one in group.consultants]
    broken = broken_rules(
        case.need.reader,
        members,
        case.people,
        {member: one.area for member, one in consultants.items()},
        {member: one.dilemma for member, one in consultants.items()},
        case.policy,
        case.need.mode,
    )
    if broken:
        raise RuntimeError(f"a group was convened against its rules: {'; '.join(broken)}")
    return [_as_consultant(one, consultants[one.candidate]) for one in eligible if one.candidate in members]


def _consultant(one: Ranked, case: Case) -> Consultant:
    theirs = [(hit, case.evidence[hit.id]) for hit in case.hits if hit.person == one.candidate]
    spoken = need_terms([evidence.text for _, evidence in theirs])
    return Consultant(
        candidate=case.people[one.candidate],
        score=one.score,
        area=max((hit.score for hit, evidence in theirs if evidence.says in KNOWING), default=0.0),
        dilemma=max((hit.cosine for hit, evidence in theirs if evidence.says == "posted"), default=0.0),
        covers=frozenset(spoken) & case.terms.keys(),
    )


def _as_consultant(one: Ranked, consultant: Consultant) -> Ranked:
    parts = one.parts | {"knows the area": consultant.area, "shares the dilemma": consultant.dilemma}
    return replace(one, parts=parts)


def _pick(one: Ranked, case: Case) -> Pick:
    return Pick(
        candidate=one.candidate, score=one.score, parts=one.parts, reasons=tuple(_reasons(one.hits, case.evidence))
    )


def _reasons(hits: Iterable[Hit], evidence: Mapping[str, Evidence]) -> Iterable[Reason]:
    for hit in hits:
        part = "words" if WORDS * hit.lexical > hit.cosine else "meaning"
        yield Reason(says=evidence[hit.id].says, evidence=hit.id, part=part, value=round(hit.score * hit.weight, 6))
