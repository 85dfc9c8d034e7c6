"""What is looked up for one open need, once for all rungs: what is near it, who fits it, who they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from sqlite3 import Connection
from typing import Final

import numpy as np
from msgspec import Struct

from domain.calendar import day_of
from domain.eligibility import Candidate
from domain.policies import MatchingPolicy
from domain.refusals import IllegalMove
from domain.vocabulary import MemberId, NetworkRole, OwnerId, StreamId
from engine.case import People, nearness, reached
from engine.coaches import Coaches, Fits
from engine.counted import MEMBER, RESOURCE, Counted
from engine.intake import Intake
from engine.live_snapshot import LiveSnapshot
from engine.open_needs import Like
from engine.snapshot import KNOWING, STAGES
from models.lexical import Figures
from models.ranking import Hit
from projections import places, resource_shelf, time_budgets
from projections.network_setting import setting

LOOKED_AT: Final = 12  # of each kind, at once: of whom few are needed
POOL: Final = 16  # members, of whom a consultancy is put together


class Shown(Struct, frozen=True, kw_only=True):
    """What one member shows near the need."""

    member: MemberId
    worth: float  # of the best piece, by the strength of its source
    area: float  # nearness of the best piece that shows knowledge
    dilemma: float  # likeness of their nearest own challenge
    alike: float  # nearness of their nearest own challenge that has come as far, or farther


class Material(Struct, frozen=True, kw_only=True):
    """A resource near the need."""

    resource: StreamId
    nearness: float
    maker: OwnerId  # a member, or the network
    title: str
    used: bool  # by the seeker, already


class Sight(Struct, frozen=True, kw_only=True):
    """One network, as far as it has to do with one need."""

    intake: Intake
    policy: MatchingPolicy
    people: People
    reader: Candidate  # the seeker
    lately: frozenset[str]  # whom the seeker was suggested for another need
    materials: Sequence[Material]  # the nearest first
    members: Sequence[Shown]  # all who show something near
    fitting: Mapping[NetworkRole, Sequence[MemberId]]  # those who fit well enough, the best first
    expert_minutes: int | None  # that the network still has for experts; None: it never set any
    like: Sequence[Like]  # other open needs, the nearest first
    counted: Counted  # what all nearness was measured by


def look(intake: Intake, connection: Connection, snapshot: LiveSnapshot, coaches: Coaches) -> Sight:
    """Raises IllegalMove where nobody has the words any more."""
    people, policy = People(snapshot.people), snapshot.policy
    _, vectors = coaches.needs.vectors([intake.coaching])
    if not len(vectors):
        raise IllegalMove("there are no words to search with", field="coaching")
    near_members, of_members = _search(intake, vectors, snapshot, MEMBER, (*KNOWING, "posted"))
    near_resources, of_resources = _search(intake, vectors, snapshot, RESOURCE, ("is about",))
    members = _members(near_members, intake, snapshot)
    materials = _materials(near_resources, intake, connection, snapshot)
    fits, usual = coaches.fits_exactly(connection, snapshot.position, policy, intake.coaching, snapshot.usual)
    fitting = _fitting(fits, intake.coaching, policy)
    like = coaches.needs.like(intake.coaching, policy.coaching.alike)
    people.look_up(_first_of_all(intake, members, materials, fitting, like))
    reader = people.get(intake.seeker)
    return Sight(
        intake=intake,
        policy=policy,
        people=people,
        reader=reader or Candidate(member=intake.seeker, present=False),
        lately=_lately(intake, connection, snapshot),
        materials=materials,
        members=members,
        fitting=fitting,
        expert_minutes=expert_minutes(connection, snapshot),
        like=like,
        counted=Counted({MEMBER: of_members, RESOURCE: of_resources}, usual),
    )


def _search(
    intake: Intake, vectors: np.ndarray, snapshot: LiveSnapshot, subjects: str, says: Collection[str]
) -> tuple[Sequence[Hit], Figures]:
    search = snapshot.near(subjects, says)
    figures = search.figures((intake.words,), vectors)
    found = search.search((intake.words,), vectors, figures=figures, floor=snapshot.policy.floor)
    return found, reached(figures, found)


def _members(hits: Sequence[Hit], intake: Intake, snapshot: LiveSnapshot) -> list[Shown]:
    """Without what was said under the seeker's own challenge: that they have already."""
    policy = snapshot.policy
    worth = {"claimed": policy.claimed, "endorsed": policy.endorsed, "demonstrated": policy.demonstrated}
    found = [
        (hit, piece)
        for hit, piece in zip(hits, snapshot.shown(hits), strict=True)
        if hit.person != intake.seeker and (piece.challenge is None or piece.challenge != intake.challenge)
    ]
    problems = {piece.challenge for _, piece in found if piece.says == "posted" and piece.challenge}
    stages = snapshot.reached(problems | ({intake.challenge} if intake.challenge else set()))
    theirs = defaultdict[MemberId, dict[str, float]](dict)
    for hit, piece in found:
        one, own = theirs[hit.person], piece.says == "posted"
        _raise(one, "worth", hit.score * worth[piece.strength])
        _raise(one, "dilemma" if own else "area", hit.cosine if own else nearness(hit))
        if own and _as_far(stages.get(intake.challenge or ""), stages.get(piece.challenge or "")):
            _raise(one, "alike", nearness(hit))
    nothing = dict.fromkeys(("worth", "area", "dilemma", "alike"), 0.0)
    return [Shown(member=member, **(nothing | one)) for member, one in theirs.items()]


def _raise(one: dict[str, float], what: str, value: float) -> None:
    one[what] = max(value, one.get(what, 0.0))


def _as_far(ours: str | None, theirs: str | None) -> bool:
    """A peer is in the same boat or ahead; where the need has no challenge, whoever works on one like it."""
    if theirs not in STAGES:
        return False
    return ours not in STAGES or STAGES.index(theirs) >= STAGES.index(ours)


def _materials(hits: Sequence[Hit], intake: Intake, connection: Connection, snapshot: LiveSnapshot) -> list[Material]:
    nearest = sorted(hits, key=lambda hit: (-nearness(hit), hit.person))[:LOOKED_AT]
    makers = snapshot.made_by([hit.person for hit in nearest])
    texts = snapshot.pieces([hit.id for hit in nearest])
    used = resource_shelf.used_by(connection, intake.seeker, [hit.person for hit in nearest])
    return [
        Material(
            resource=hit.person,
            nearness=nearness(hit),
            maker=makers.get(hit.person, hit.person),
            title=texts[hit.id].text.partition("\n")[0],
            used=hit.person in used,
        )
        for hit in nearest
    ]


def _fitting(fits: Fits, coaching: StreamId, policy: MatchingPolicy) -> dict[NetworkRole, list[MemberId]]:
    row = fits.of.get(coaching, np.zeros(len(fits.people)))
    near = [each for each in zip(row.tolist(), fits.people, strict=True) if each[0] >= policy.coaching.fit_floor]
    best = [who for _, who in sorted(near, key=lambda each: (-each[0], each[1]))]
    return {role: [who for who in best if who in holders] for role, holders in fits.holding.items()}


def _first_of_all(
    intake: Intake,
    members: Sequence[Shown],
    materials: Sequence[Material],
    fitting: Mapping[NetworkRole, Sequence[MemberId]],
    like: Sequence[Like],
) -> set[MemberId]:
    """Those whom some rung will ask about first, so that all are looked up at one go."""
    makers = {each.maker for each in materials if each.maker.startswith("member-")}
    able = {who for each in fitting.values() for who in each[:LOOKED_AT]}
    near = {each.member for each in (*peers_of(members)[:LOOKED_AT], *consultants_of(members)[:POOL])}
    return {intake.seeker} | makers | able | near | {each.seeker for each in like[:LOOKED_AT]}


def peers_of(members: Sequence[Shown]) -> list[Shown]:
    """Those who work on a problem near the need, the nearest first."""
    return sorted((each for each in members if each.alike), key=lambda each: (-each.alike, each.member))


def consultants_of(members: Sequence[Shown]) -> list[Shown]:
    return sorted(members, key=lambda each: (-each.worth, each.member))


def _lately(intake: Intake, connection: Connection, snapshot: LiveSnapshot) -> frozenset[str]:
    since = snapshot.at - timedelta(days=snapshot.policy.cool_down_days)
    return places.suggested_lately(connection, intake.seeker, intake.challenge or intake.coaching, since)


def expert_minutes(connection: Connection, snapshot: LiveSnapshot) -> int | None:
    """What the network can still spend on experts in this period; None where it never set anything apart."""
    now = setting(connection)
    budget = time_budgets.budget(connection, now.network)
    return budget.free_on(day_of(snapshot.at, now.calendar), now.calendar)
