"""Recommending: need → evidence → people → rules → ranking → reasons, one pure function over a snapshot."""

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from domain.eligibility import UNAVAILABLE
from domain.policies import MatchingPolicy
from domain.recommendations import Inputs, Listing, ListKind, NearMiss, Pick, Reason
from domain.vocabulary import OwnerId
from engine.case import Case, Ranked, look_up, nearness
from engine.convening import convened
from engine.lot import drawn
from engine.ordering import judged
from engine.snapshot import STAGES, Need, Snapshot
from models.ranking import Hit, Pooled, pool

LOTTED: Final = frozenset({ListKind.PEERS, ListKind.AHEAD, ListKind.EXPERTS})  # a consultancy is a group, not places


class Chosen(NamedTuple):
    picks: list[Ranked]
    last: float  # the chance with which the last place was given
    near_misses: list[NearMiss]


def recommend(need: Need, policy: MatchingPolicy, snapshot: Snapshot, seed: int) -> Listing:
    """Derive a list. The same position, policy, encoder and seed give the same list on any machine.

    Raises a Refused when the need has no words, the reader is not here, or no consultancy keeps the rules.
    """
    # a group is also judged by what is farther from the need
    floor = -1.0 if need.kind is ListKind.CONSULTANCY else policy.floor
    case = look_up(need, policy, snapshot, floor)
    picks, last, near_misses = choose(case, ranked(case, snapshot, policy.floor), snapshot, seed)
    chances = [*[1.0] * (len(picks) - 1), last]
    return Listing(
        inputs=Inputs(
            position=snapshot.position,
            policy_hash=snapshot.policy_hash,
            encoder=snapshot.encoder,
            seed=seed,
            items=case.figures.items,
            words_share=case.words_share,
            alike=case.figures.alike,
            edge=case.figures.edge,
        ),
        terms=msgspec.json.encode(case.figures.spread, order="deterministic").decode(),
        picks=tuple(_pick(one, case, chance) for one, chance in zip(picks, chances, strict=False)),
        near_misses=tuple(near_misses),
    )


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
        fit=min(1.0, pooled.score),  # the points beside it are measured by this; words alike can lead beyond
        score=pooled.score,
        hits=pooled.hits,
    )


def choose(case: Case, everyone: Sequence[Ranked], snapshot: Snapshot, seed: int) -> Chosen:
    consultancy, length = case.need.kind is ListKind.CONSULTANCY, case.policy.list_length
    found = judged(everyone, case, snapshot, enough=len(everyone) if consultancy else length)
    eligible = [one for one, rule in found if rule is None]
    picks = convened(case, eligible) if consultancy else eligible[:length]
    last = picks[-1].score if len(picks) == length else -math.inf
    missed = [
        NearMiss(candidate=one.candidate, score=clipped(one.score), rule=rule)
        for one, rule in found
        if rule is not None and rule != "oneself" and one.score >= last
    ]
    near_misses = [*_first(missed, case.policy, private=False), *_first(missed, case.policy, private=True)]
    if case.need.kind not in LOTTED or len(picks) < length or not case.policy.newcomer_chance:
        return Chosen(picks, 1.0, near_misses)
    return Chosen(*drawn(picks, _newcomers(everyone, picks, case, snapshot), case.policy, seed), near_misses)


def _newcomers(everyone: Sequence[Ranked], picks: Sequence[Ranked], case: Case, snapshot: Snapshot) -> list[Ranked]:
    """Those who may have the last place by lot: near enough, kept off by no rule, and not on the list before it."""
    *before, _ = picks
    sure = {one.candidate for one in before}
    new = snapshot.newcomers(case.need, [one.candidate for one in everyone if one.candidate not in sure])
    found = [one for one in everyone if one.candidate in new]
    return [one for one, rule in judged(found, case, snapshot, enough=len(found)) if rule is None]


def _first(missed: Sequence[NearMiss], policy: MatchingPolicy, *, private: bool) -> Sequence[NearMiss]:
    """Counted apart: what a reader is shown does not tell how many are hidden."""
    return [miss for miss in missed if (miss.rule == UNAVAILABLE) is private][: policy.near_misses]


def clipped(score: float) -> float:
    return min(1.0, max(0.0, score))


def _pick(one: Ranked, case: Case, propensity: float) -> Pick:
    return Pick(
        candidate=one.candidate,
        score=clipped(one.score),
        parts=one.parts,
        reasons=tuple(_reasons(one.hits, case)),
        propensity=propensity,
    )


def _reasons(hits: Iterable[Hit], case: Case) -> Iterable[Reason]:
    for hit in hits:
        by_words = case.words_share * hit.lexical > (1 - case.words_share) * (hit.cosine - case.figures.alike)
        yield Reason(
            says=case.evidence[hit.id].says,
            evidence=hit.id,
            part="words" if by_words else "meaning",
            value=round(hit.worth, 6),
        )
