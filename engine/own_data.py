"""All that is held of one member: what, where it came from, who looked at it, and which recommendations used it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from domain.access import AccessRecorded
from domain.catalogue import CATALOGUE
from domain.coaching.events import CoachOffered, DispositionSuggested, RequestRerouted, RequestTriaged
from domain.eligibility import UNAVAILABLE
from domain.kernel import STREAM, Envelope, Event, Recorded, owners_of
from domain.recommendations import ListKind, RecommendationsIssued
from domain.vocabulary import ENGINE, OPERATOR, Confidentiality, MemberId, StreamId
from engine.runtime import Confrere
from projections import evidence, member_directory
from projections.evidence import Owned, position_of
from projections.network_setting import setting
from projections.reading import Reader

OTHERS_WORDS: Final = "[somebody else's words]"
_PAGE: Final = 2_000
_OWN_STREAMS: Final = frozenset({"member", "budget", "erasure", "words", "access"})
_PARTY: Final = frozenset(
    {"author", "by", "coach", "contact", "contributor", "endorser", "giver", "helper", "introduced_by", "invited_by"}
    | {"member", "noticed_by", "offered_by", "reader", "seeker", "to", "viewer"}
)  # fields by which an event is about somebody who takes part in it; who is only chosen among others learns no more
_NOT_THEIRS: Final[Mapping[type[Event], frozenset[str]]] = {
    CoachOffered: frozenset({"coach"}),  # a no costs nothing; who coaches then is told where it begins
    DispositionSuggested: frozenset({"disposition", "reason", "ladder", "similar"}),
    RequestTriaged: frozenset({"suggested", "steering"}),
    RequestRerouted: frozenset({"suggested", "steering"}),
    RecommendationsIssued: frozenset(
        {"near_misses", "picks"}
    ),  # the list itself tells them, as far as they may be shown
}  # what stands in an event and is shown to others alone, or to nobody


class Held(Struct, frozen=True, kw_only=True):
    """One event that concerns the member."""

    position: int
    occurred_at: datetime
    recorded_at: datetime
    stream: StreamId
    event: str
    told_by: str
    confidentiality: Confidentiality
    own_words: dict[str, str]  # sealed under the member's own key, whoever wrote them
    besides: dict[str, Any]  # ids, days, numbers, fixed words
    matched: bool = False  # its words lead others to the member, or to what is theirs
    withdrawn: bool = False  # at the member's word


class Look(Struct, frozen=True, kw_only=True):
    """Somebody looked, by their office, at something that concerns the member."""

    at: datetime
    viewer: str
    name: str
    what: str
    subjects: tuple[StreamId, ...]


class Use(Struct, frozen=True, kw_only=True):
    """A list for somebody else that named the member, or something for what they wrote. Whose list it is, is theirs."""

    on: date  # by the instant one could find out for what it was made
    kind: ListKind
    place: int
    texts: tuple[int, ...]  # positions of the member's texts that spoke for it


class OwnData(Struct, frozen=True, kw_only=True):
    member: MemberId
    network: StreamId
    network_name: str
    made_at: datetime
    position: int  # of the log, up to which it tells
    held: tuple[Held, ...]
    looks: tuple[Look, ...]
    uses: tuple[Use, ...]
    left_out: int  # lists near whose top the member was, and left out by a rule that is told: never by a mute
    tokens: int  # by which programs may speak for the member


def own_data(
    system: Confrere, network: StreamId, member: MemberId, progress: Callable[[int], None] | None = None
) -> OwnData:
    """One pass over the network's history, as far as it is recorded now."""
    position = system.store.head()
    pieces = system.ask(network, partial(evidence.owned_by, owner=member))
    names = dict(system.ask(network, partial(member_directory.names, reader=Reader(member=ENGINE))))
    held: list[Held] = []
    looks: list[Look] = []
    uses: list[Use] = []
    left_out = 0
    for recorded in _history(system, network, position, progress):
        if (one := _held(recorded, member, pieces)) is not None:
            held.append(one)
        match recorded.event:
            case AccessRecorded(members=members) if member in members:
                looks.append(_look(recorded, recorded.event, names))
            case RecommendationsIssued(reader=reader) if reader != member:
                uses += _uses(recorded, recorded.event, member, pieces)
                left_out += any(
                    miss.candidate == member and miss.rule != UNAVAILABLE for miss in recorded.event.near_misses
                )
            case _:
                pass
    return OwnData(
        member=member,
        network=network,
        network_name=system.ask(network, setting).name,
        made_at=system.clock(),
        position=position,
        held=tuple(held),
        looks=tuple(looks),
        uses=tuple(uses),
        left_out=left_out,
        tokens=sum(each.member == member and each.revoked_at is None for each in system.tokens.list(network)),
    )


def _history(
    system: Confrere, network: StreamId, until: int, progress: Callable[[int], None] | None
) -> Iterator[Recorded]:
    after = 0
    while page := system.store.page(after, limit=_PAGE, network=network, until=until):
        yield from page
        after = page[-1].position
        if progress is not None:
            progress(after)


def _held(recorded: Recorded, member: MemberId, pieces: dict[int, Owned]) -> Held | None:
    """None for what does not concern the member, or is sealed for another."""
    event, stream = recorded.event, recorded.stream
    fields = asdict(event)
    owner_of = {name: stream if by == STREAM else fields[by] for name, by in owners_of(type(event)).items()}
    own = {name: fields[name] for name, owner in owner_of.items() if owner == member and fields[name]}
    mine = stream.partition("-")[0] in _OWN_STREAMS and stream.partition("-")[2] == member.partition("-")[2]
    party = any(value == member for name, value in fields.items() if name in _PARTY)
    private = recorded.envelope.confidentiality is Confidentiality.SEALED and not mine
    if not (own or mine or (party and not private)):
        return None
    withheld = _NOT_THEIRS.get(type(event), frozenset())
    besides = {
        name: (OTHERS_WORDS if value else value) if name in owner_of else msgspec.to_builtins(value)
        for name, value in fields.items()
        if name not in own and (name not in withheld or value == member)
    }
    piece = pieces.get(recorded.position)
    return Held(
        position=recorded.position,
        occurred_at=recorded.envelope.occurred_at,
        recorded_at=recorded.recorded_at,
        stream=stream,
        event=CATALOGUE.by_type[type(event)].name,
        told_by=_told_by(recorded.envelope, member),
        confidentiality=recorded.envelope.confidentiality,
        own_words=own,
        besides=besides,
        matched=piece is not None and piece.matched,
        withdrawn=piece is not None and piece.withdrawn,
    )


def _told_by(envelope: Envelope, member: MemberId) -> str:
    """Where it came from, in words."""
    called = {member: "you", OPERATOR: "the operator, at the command line or by an import", ENGINE: "Confrere itself"}
    actor = called.get(envelope.actor, envelope.actor)
    return f"{actor}, in your name" if envelope.on_behalf_of == member and envelope.actor != member else actor


def _look(recorded: Recorded, looked: AccessRecorded, names: dict[MemberId, str]) -> Look:
    return Look(
        at=recorded.envelope.occurred_at,
        viewer=looked.viewer,
        name=names.get(looked.viewer, ""),
        what=looked.what,
        subjects=looked.subjects if len(looked.members) == 1 else (),  # of several people's none tells whose is whose
    )


def _uses(
    recorded: Recorded, issued: RecommendationsIssued, member: MemberId, pieces: dict[int, Owned]
) -> Iterator[Use]:
    for place, pick in enumerate(issued.picks, start=1):
        texts = {position_of(reason.evidence) for reason in pick.reasons} & pieces.keys()
        if texts or pick.candidate == member:
            on = recorded.envelope.occurred_at.date()
            yield Use(on=on, kind=issued.kind, place=place, texts=tuple(sorted(texts)))
