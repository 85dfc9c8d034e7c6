"""Recommending: need → evidence → people → rules → ranking → reasons, one pure function over a snapshot."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from domain.eligibility import UNAVAILABLE, Mode, first_objection, words_of
from domain.policies import MatchingPolicy
from domain.recommendations import Inputs, Listing, ListKind, NearMiss, Pick, Reason
from domain.refusals import IllegalMove
from domain.vocabulary import OwnerId, StreamId
from engine.case import Case, Ranked, look_up, nearness
from engine.convening import convened, presenter_of
from engine.snapshot import STAGES, Need, Snapshot
from models.ranking import Hit, Pooled, pool

AT_ONCE: Final = 16  # candidates looked up together: few are needed beyond the length of a list
NOT_LISTED: Final = "others are nearer, or they are unavailable just now"  # one sentence, so that it tells of neither


def recommend(need: Need, policy: MatchingPolicy, snapshot: Snapshot, seed: int) -> Listing:
    """Derive a list. The same position, policy, encoder and seed give the same list on any machine.

    Raises a Refused when the need has no words, the reader is not here, or no consultancy keeps the rules.
    """
    # a group is also judged by what is farther from the need
    floor = -1.0 if need.kind is ListKind.CONSULTANCY else policy.floor
    case = look_up(need, policy, snapshot, floor)
    picks, near_misses = _choose(case, ranked(case, snapshot, policy.floor))
    return Listing(
        inputs=Inputs(
            position=snapshot.position,
            policy_hash=snapshot.policy_hash,
            encoder=snapshot.encoder,
            seed=seed,
            items=case.figures.items,
            words_share=case.words_share,
        ),
        terms=msgspec.json.encode(case.figures.spread, order="deterministic").decode(),
        picks=tuple(_pick(one, case) for one in picks),
        near_misses=tuple(near_misses),
    )


def why_not(need: Need, policy: MatchingPolicy, snapshot: Snapshot, candidate: StreamId) -> str:
    """In words that the reader may hear, what keeps a candidate off the list as things stand."""
    case = look_up(need, policy, snapshot)
    everyone = ranked(case, snapshot, policy.floor)
    found = next((one for one in everyone if one.candidate == candidate), None)
    if found is None:
        return _why_unknown(case, candidate, snapshot)
    rule = _objection(found, case)
    if rule is not None:
        return NOT_LISTED if rule == UNAVAILABLE else words_of(rule)
    _look_up(everyone, case)
    near = [one for one in everyone if _objection(one, case) is None]
    if need.kind is ListKind.CONSULTANCY:
        return _beside_the_group(candidate, near, case)
    place = near.index(found) + 1
    return f"they are suggested, in place {place}" if place <= policy.list_length else NOT_LISTED


def _why_unknown(case: Case, candidate: StreamId, snapshot: Snapshot) -> str:
    if all(hit.person != candidate for hit in case.hits):
        return "nothing is known of them that is near this need"
    if all(one.candidate != candidate for one in ranked(case, snapshot, floor=0.0)):
        return "what they work on stands at another stage"
    return f"too far from this need: nothing they wrote is as near as {case.policy.floor:.2f}"


def _beside_the_group(candidate: StreamId, near: Sequence[Ranked], case: Case) -> str:
    if case.known(candidate).sites & presenter_of(case).sites:
        return "they are from your own site, and consultants come from others"
    try:
        group = convened(case, near)
    except IllegalMove as none:
        return none.words
    if any(one.candidate == candidate for one in group):
        return "they are suggested, as one of the group"
    return NOT_LISTED


def ranked(case: Case, snapshot: Snapshot, floor: float) -> list[Ranked]:
    """Everybody with fitting evidence that is near enough, nearest first, before any rule is asked."""
    pooled = pool(_fitting([hit for hit in case.hits if nearness(hit) >= floor], case, snapshot))
    makers = snapshot.made_by([each.person for each in pooled if not each.person.startswith("member-")])
    return [_of_person(each, makers.get(each.person, each.person)) for each in pooled]


def _fitting(near: Sequence[Hit], case: Case, snapshot: Snapshot) -> list[Hit]:
    """Peers by their stage, challenges while they are open; everything else fits as it is."""
    if case.need.kind not in {ListKind.CHALLENGES, ListKind.PEERS, ListKind.AHEAD}:
        return list(near)
    about = {hit.id: challenge for hit in near if (challenge := case.evidence[hit.id].challenge) is not None}
    reached = snapshot.reached({case.need.subject, *about.values()})
    stages = {challenge: STAGES.index(stage) for challenge, stage in reached.items() if stage in STAGES}
    found = [(hit, stages.get(about.get(hit.id, ""))) for hit in near]
    if case.need.kind is ListKind.CHALLENGES:
        return [hit for hit, theirs in found if theirs in range(len(STAGES) - 1)]
    ours = stages.get(case.need.subject)
    steps = [(hit, None if ours is None or theirs is None else theirs - ours) for hit, theirs in found]
    return [one for hit, step in steps if (one := _at_distance(hit, case, step)) is not None]


def _at_distance(hit: Hit, case: Case, steps: int | None) -> Hit | None:
    if steps is None or steps < 0:
        return None
    if case.need.kind is ListKind.PEERS:
        return hit if steps == 0 else None
    return replace(hit, weight=hit.weight * case.policy.step_further ** (steps - 1)) if steps else None


def _of_person(pooled: Pooled, person: OwnerId) -> Ranked:
    return Ranked(
        candidate=pooled.person,
        person=person if person.startswith("member-") else None,
        score=pooled.score,
        hits=pooled.hits,
    )


def _choose(case: Case, everyone: Sequence[Ranked]) -> tuple[list[Ranked], list[NearMiss]]:
    consultancy = case.need.kind is ListKind.CONSULTANCY
    judged = _judged(everyone, case, enough=len(everyone) if consultancy else case.policy.list_length)
    eligible = [one for one, rule in judged if rule is None]
    picks = convened(case, eligible) if consultancy else eligible[: case.policy.list_length]
    last = picks[-1].score if len(picks) == case.policy.list_length else 0.0
    missed = [
        NearMiss(candidate=one.candidate, score=one.score, rule=rule)
        for one, rule in judged
        if rule is not None and rule != "oneself" and one.score >= last
    ]
    return picks, [*_first(missed, case.policy, private=False), *_first(missed, case.policy, private=True)]


def _judged(everyone: Sequence[Ranked], case: Case, enough: int) -> list[tuple[Ranked, str | None]]:
    """The nearest with the rule that keeps each off the list, up to where enough are eligible, and their equals."""
    judged: list[tuple[Ranked, str | None]] = []
    eligible, last = 0, 0.0
    for start in range(0, len(everyone), AT_ONCE):
        part = everyone[start : start + AT_ONCE]
        if eligible >= enough and part[0].score < last:
            break
        _look_up(part, case)
        for one in part:
            rule = _objection(one, case)
            judged.append((one, rule))
            if rule is None and eligible < enough:
                eligible, last = eligible + 1, one.score
    return judged


def _look_up(some: Sequence[Ranked], case: Case) -> None:
    case.people.look_up([one.person for one in some if one.person is not None])


def _first(missed: Sequence[NearMiss], policy: MatchingPolicy, *, private: bool) -> Sequence[NearMiss]:
    """Counted apart: what a reader is shown does not tell how many are hidden."""
    return [miss for miss in missed if (miss.rule == UNAVAILABLE) is private][: policy.near_misses]


def _objection(one: Ranked, case: Case) -> str | None:
    """The first binding rule as it is stored: private causes are one word."""
    if one.candidate in case.asking.dismissed:
        return "dismissed"
    if one.person is None:
        return None
    who, asking = case.known(one.person), case.asking
    if one.candidate != one.person:  # a thing of theirs can wait for them
        who, asking = replace(who, away=False), replace(asking, suggested_lately=frozenset())
    if case.need.kind is ListKind.RESOURCES:  # and material is usable without them, whatever their role
        who, asking = replace(who, present=True), replace(asking, mode=Mode.ANY)
    objection = first_objection(who, asking)
    if objection is None:
        return None
    return UNAVAILABLE if objection.words == UNAVAILABLE else objection.rule


def _pick(one: Ranked, case: Case) -> Pick:
    return Pick(candidate=one.candidate, score=one.score, parts=one.parts, reasons=tuple(_reasons(one.hits, case)))


def _reasons(hits: Iterable[Hit], case: Case) -> Iterable[Reason]:
    for hit in hits:
        by_words = case.words_share * hit.lexical > (1 - case.words_share) * hit.cosine
        yield Reason(
            says=case.evidence[hit.id].says,
            evidence=hit.id,
            part="words" if by_words else "meaning",
            value=round(hit.score * hit.weight, 6),
        )
