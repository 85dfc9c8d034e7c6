"""Access: each look that somebody takes by their office at what is not open to all, told to those concerned."""

from typing import Annotated, Final, TypeAlias

from msgspec import Meta, Struct

from domain.kernel import Command, Decider, Event, Facts
from domain.refusals import NotTheirs
from domain.vocabulary import ENGINE, OPERATOR, Id, Name, OwnerId, StreamId

_MOST: Final = 1_000  # named in one event; a page holds fewer


class RecordAccess(Command, frozen=True, kw_only=True):
    access: Id  # the viewer's own stream
    read: Id  # of this one look, so that a retry records it once
    viewer: Name  # a member, or the operator
    what: Name  # the question that was asked
    subjects: Annotated[tuple[Id, ...], Meta(max_length=_MOST)] = ()  # what was looked at
    members: Annotated[tuple[Id, ...], Meta(max_length=_MOST)] = ()  # whom it concerns, without the viewer


AccessCommand: TypeAlias = RecordAccess


class AccessRecorded(Event, frozen=True, kw_only=True):
    read: str
    viewer: str
    what: str
    subjects: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


AccessEvent: TypeAlias = AccessRecorded


class Access(Struct, frozen=True):
    last: AccessRecorded | None = None


def access_of(viewer: OwnerId, network: StreamId) -> StreamId:
    """The stream of what one viewer looked at; the operator's has the digits of the network."""
    return f"access-{(network if viewer == OPERATOR else viewer).partition('-')[2]}"


def decide(command: AccessCommand, state: Access, facts: Facts) -> tuple[AccessEvent, ...]:
    if facts.actor not in {ENGINE, OPERATOR}:
        raise NotTheirs("a look is recorded where it is taken, by nobody else", field="access")
    looked = AccessRecorded(
        read=command.read,
        viewer=command.viewer,
        what=command.what,
        subjects=command.subjects,
        members=command.members,
    )
    return () if state.last == looked else (looked,)


def evolve(state: Access, event: AccessEvent) -> Access:  # noqa: ARG001 - a fold's form
    return Access(last=event)


ACCESS: Final = Decider[AccessCommand, Access, AccessEvent](
    kind="access", initial=Access(), decide=decide, evolve=evolve
)
