"""The address of why, then: whether a list or a suggestion follows from the history as it stood, told in structure."""

from typing import Final

from msgspec import Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, absent
from api.http.endpoints import NETWORK, Endpoint
from domain.kernel import Recorded
from domain.recommendations import RecommendationsIssued
from domain.refusals import Unknown
from domain.vocabulary import MemberId, StreamId
from engine.access import Seen
from engine.rederiving import Rederived, Verdict
from projections import coaching_cases
from projections.reading import Reader


class Derivation(Struct, frozen=True, kw_only=True):
    """What was compared, without who stands where: that is its reader's, and what is private is nobody's."""

    decision: StreamId
    what: str
    recorded: int
    position: int
    policy_hash: str
    encoder: str
    outcome: Verdict
    gone: tuple[str, ...]  # to its reader what and whose; by office only that something is
    differing: int


_SOMETHING: Final = ("something that it was derived from is not kept any more",)  # whose would tell who was listed


def _derivation(call: Call) -> Answer:
    """Its reader's own; whoever else reads it does so by office, which is on record."""
    position, reader = call.read_at(lambda _, reader: reader)
    recorded = _decision(call)
    concerned = _concerned(call, recorded)
    own = concerned == reader.member and isinstance(recorded.event, RecommendationsIssued)
    if not own and not _by_office(reader, concerned):
        raise absent("decision")
    if not own:
        call.record(Seen(subjects=frozenset({recorded.stream}), members=frozenset({concerned})))
    found = call.system.rederiving.again(call.network, recorded)
    return read(_told(found, own=own), position=position, by_office=not own)


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
    return (reader.staff or reader.auditor) and concerned != reader.member and concerned not in reader.apart


def _told(found: Rederived, *, own: bool) -> Derivation:
    return Derivation(
        decision=found.decision,
        what=found.what,
        recorded=found.recorded,
        position=found.position,
        policy_hash=found.policy_hash,
        encoder=found.encoder,
        outcome=found.outcome,
        gone=found.gone if own or not found.gone else _SOMETHING,
        differing=sum(not each.gone for each in found.differences),
    )


EXPLAINING: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/derivations/{{decision}}",
        name="derive_again",
        tag="recommendations",
        access=Access.MEMBER,
        summary="Whether a list, or what was suggested for a coaching case, follows from the history as it stood then",
        about="One's own lists; facilitators, admins and auditors ask about any, which is recorded. "
        "It is derived again by the policy and encoder of then, and compared with what is stored.",
        gives=Derivation,
        query=Fresh,
        slow=True,
        answer=_derivation,
    ),
)
