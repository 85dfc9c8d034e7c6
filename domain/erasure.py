"""Erasure: who wants to be forgotten, what forbids it for now, and that their key is gone."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from domain.kernel import Command, Decider, Event, Facts, owned_by
from domain.members import MEMBER, NotJoined, may_steer, on_duty
from domain.refusals import IllegalMove, NotTheirs, Unknown
from domain.vocabulary import ENGINE, OPERATOR, Id, MemberId, NetworkRole, StreamId, Text

_ADMINS: Final = frozenset({NetworkRole.ADMIN})
_MOST: Final = 10_000


class RequestErasure(Command, frozen=True, kw_only=True):
    member: Id


class PlaceLegalHold(Command, frozen=True, kw_only=True):
    member: Id
    reason: Text


class LiftLegalHold(Command, frozen=True, kw_only=True):
    member: Id
    reason: Text


class EraseMember(Command, frozen=True, kw_only=True):
    """For ever. `named` are streams in which others wrote the member's name, for a facilitator to look at."""

    member: Id
    named: Annotated[tuple[Id, ...], Meta(max_length=_MOST)] = ()


class ConfirmErasure(Command, frozen=True, kw_only=True):
    """The key is destroyed, and what was derived from it is made anew."""

    member: Id


ErasureCommand: TypeAlias = RequestErasure | PlaceLegalHold | LiftLegalHold | EraseMember | ConfirmErasure


class ErasureRequested(Event, frozen=True, kw_only=True):
    member: str


class LegalHoldPlaced(Event, frozen=True, kw_only=True):
    member: str
    network: str
    reason: Annotated[str, owned_by("network")]


class LegalHoldLifted(Event, frozen=True, kw_only=True):
    member: str
    network: str
    reason: Annotated[str, owned_by("network")]


class ErasureBegun(Event, frozen=True, kw_only=True):
    member: str
    named: tuple[str, ...] = ()


class KeyDestroyed(Event, frozen=True, kw_only=True):
    member: str


ErasureEvent: TypeAlias = ErasureRequested | LegalHoldPlaced | LegalHoldLifted | ErasureBegun | KeyDestroyed


class Kept(Struct, frozen=True):
    requested: bool = False


class Held(Struct, frozen=True):
    """A legal hold stands: nothing of it may go."""

    requested: bool = False


class Erasing(Struct, frozen=True):
    """Decided; the key may still be there for a moment."""


class Gone(Struct, frozen=True):
    """No key opens what was sealed."""


Erasure: TypeAlias = Kept | Held | Erasing | Gone


def erasure_of(member: MemberId) -> StreamId:
    return f"erasure-{member.partition('-')[2]}"


def decide(command: ErasureCommand, state: Erasure, facts: Facts) -> tuple[ErasureEvent, ...]:
    member = command.member
    if isinstance(facts(MEMBER, member), NotJoined):
        raise Unknown("there is no such member in this network", field="member")
    _may_say(command, facts)
    match command, state:
        case RequestErasure(), Kept(requested=False) | Held(requested=False):
            return (ErasureRequested(member=member),)
        case RequestErasure(), _:
            return ()
        case PlaceLegalHold(reason=reason), Kept():
            return (LegalHoldPlaced(member=member, network=facts.network, reason=reason),)
        case (PlaceLegalHold(), Held()) | (LiftLegalHold(), Kept()):
            return ()
        case LiftLegalHold(reason=reason), Held():
            return (LegalHoldLifted(member=member, network=facts.network, reason=reason),)
        case EraseMember(named=named), Kept():
            return (ErasureBegun(member=member, named=named),)
        case EraseMember(), Held():
            words = "a legal hold stands: what concerns this member has to be kept until an admin lifts it"
            raise IllegalMove(words, field="member", remedy="the wish to be erased can be recorded meanwhile")
        case (EraseMember(), Erasing() | Gone()) | (ConfirmErasure(), Gone()):
            return ()
        case ConfirmErasure(), Erasing():
            return (KeyDestroyed(member=member),)
        case ConfirmErasure(), _:
            raise IllegalMove("nobody decided to erase this member", field="member")
        case _, _:
            raise IllegalMove("this member was erased: there is nothing left to hold", field="member")


def _may_say(command: ErasureCommand, facts: Facts) -> None:
    admin = facts.speaker == OPERATOR or on_duty(facts, facts.speaker, _ADMINS)
    match command:
        case RequestErasure(member=member):
            if not may_steer(facts, member):
                raise NotTheirs("only the member asks to be erased", field="member")
        case EraseMember(member=member):
            if not admin and facts.speaker != member:
                raise NotTheirs("only the member or an admin erases", field="member", remedy="record the wish for it")
        case PlaceLegalHold() | LiftLegalHold():
            if not admin:
                raise NotTheirs("only an admin places or lifts a legal hold", field="member")
        case ConfirmErasure():
            if facts.actor not in {ENGINE, OPERATOR}:
                raise NotTheirs("that a key is gone is said where it is destroyed", field="member")


def evolve(state: Erasure, event: ErasureEvent) -> Erasure:
    match event, state:
        case KeyDestroyed(), _:
            return Gone()
        case ErasureBegun(), Kept() | Held():
            return Erasing()
        case ErasureRequested(), Kept():
            return Kept(requested=True)
        case ErasureRequested(), Held():
            return Held(requested=True)
        case LegalHoldPlaced(), Kept(requested=requested):
            return Held(requested)
        case LegalHoldLifted(), Held(requested=requested):
            return Kept(requested)
        case _:
            return state


ERASURE: Final = Decider[ErasureCommand, Erasure, ErasureEvent](
    kind="erasure", initial=Kept(), decide=decide, evolve=evolve
)
