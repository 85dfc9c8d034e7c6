"""The addresses of why, then: what was ever decided, and what one decision stands on, told in structure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.questions import Since
from domain.kernel import Recorded
from domain.recommendations import RecommendationsIssued
from domain.refusals import Unknown
from domain.vocabulary import Disposition, MemberId, StreamId, Tier
from engine.access import Seen
from engine.gone import Decision
from engine.rederiving import Rederived, Verdict, decision_of
from engine.why import Differing, Missed, Placed, RungTold, Why, differing, why
from projections import coaching_cases, decisions, recommendation_lists
from projections.reading import Reader

_SOMETHING: Final = ("something that it was derived from is not kept any more",)  # whose would tell who was listed


class Decided(Struct, frozen=True, kw_only=True):
    """That something was decided, and not for whom."""

    decision: StreamId
    what: str
    recorded: int
    at: datetime


class Derivation(Struct, frozen=True, kw_only=True):
    """Why, and what was compared: figures, pointers and rules. What is private is nobody's."""

    decision: StreamId
    what: str
    recorded: int
    at: datetime
    position: int
    policy_hash: str
    encoder: str
    items: tuple[Placed, ...]
    near_misses: tuple[Missed, ...]
    disposition: Disposition | None
    tier: Tier | None
    reason: str | None
    ladder: tuple[RungTold, ...]
    outcome: Verdict
    gone: tuple[str, ...]  # to a list's reader what and whose; to all others only that something is
    differing: int
    differences: tuple[Differing, ...]


def _derivations(call: Call) -> Answer:
    position, (reader, found) = call.read_at(
        lambda connection, reader: (
            reader,
            decisions.decisions(connection, reader, after=call.query.after, limit=call.limit),
        )
    )
    seen = _others([each for each in found if each.concerned != reader.member])
    call.record(seen)
    told = [Decided(decision=each.decision, what=each.what, recorded=each.recorded, at=each.at) for each in found]
    return read(told, position=position, by_office=seen is not None)


def _others(found: Sequence[decisions.Decision]) -> Seen | None:
    """Those of others are seen by office."""
    if not found:
        return None
    members = frozenset(each.concerned for each in found if each.concerned)
    return Seen(subjects=frozenset(each.decision for each in found), members=members)


def _derivation(call: Call) -> Answer:
    """To whom it concerns; whoever else reads it does so by office, which is on record."""
    position, reader = call.read_at(lambda _, reader: reader)
    recorded = _decision(call)
    concerned = _concerned(call, recorded)
    own = concerned == reader.member
    if not own and not _by_office(reader, concerned):
        raise absent("decision")
    if not own:
        members = frozenset({concerned} - {""})
        call.record(Seen(subjects=frozenset({recorded.stream}), members=members))
    found = call.system.rederiving.again(call.network, recorded)
    stands_on = why(_shown(call, recorded), own=own)
    return read(_told(found, stands_on, own=own), position=position, by_office=not own)


def _decision(call: Call) -> Recorded:
    try:
        return call.system.rederiving.latest(call.network, call.path["decision"], call.when)
    except Unknown:
        raise absent("decision") from None


def _concerned(call: Call, recorded: Recorded) -> MemberId:
    if isinstance(recorded.event, RecommendationsIssued):
        return recorded.event.reader
    seekers = call.read(lambda connection, _: coaching_cases.seekers_of(connection, {recorded.stream}))
    return next(iter(seekers), "")


def _by_office(reader: Reader, concerned: MemberId) -> bool:
    return (reader.staff or reader.auditor) and concerned not in reader.apart


def _shown(call: Call, recorded: Recorded) -> Decision:
    """Without whom, and whose words, the one who asks must not be shown."""
    event = decision_of(recorded)
    if not isinstance(event, RecommendationsIssued):
        return event
    return call.read(lambda connection, reader: recommendation_lists.without(connection, event, reader.apart))


def _told(found: Rederived, stands_on: Why, *, own: bool) -> Derivation:
    named = own and stands_on.disposition is None  # a suggestion names nobody, to its seeker either
    return Derivation(
        decision=found.decision,
        what=found.what,
        recorded=found.recorded,
        at=found.at,
        position=found.position,
        policy_hash=found.policy_hash,
        encoder=found.encoder,
        **asdict(stands_on),
        outcome=found.outcome,
        gone=found.gone if named or not found.gone else _SOMETHING,
        differing=sum(not each.gone for each in found.differences),
        differences=tuple(differing(found.differences, stands_on.names, own=own)),
    )


EXPLAINING: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/derivations",
        name="list_derivations",
        tag="recommendations",
        access=Access.DECISIONS,
        summary="Every list and suggestion that was recorded, in the order of the log",
        about="Without whose they are, and without those of whom the reader must not be shown. Whom they concern reads "
        "of the look. Go on with the `recorded` of the last one as `after`; as_of that position one is told as it was "
        "decided then.",
        gives=list[Decided],
        query=Since,
        answer=_derivations,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/derivations/{{decision}}",
        name="derive_again",
        tag="recommendations",
        access=Access.MEMBER,
        summary="Why a list, or what was suggested for a coaching case, is as it is, and whether it follows from then",
        about="One's own; facilitators, admins and auditors ask about any, which is recorded. What it stands on is "
        "told in structure, without texts. It is derived again by the policy and encoder of then, and compared with "
        "what is stored.",
        gives=Derivation,
        query=Fresh,
        slow=True,
        answer=_derivation,
    ),
)
