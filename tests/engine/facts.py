"""A small network of events for the tests of the engine's storage."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Annotated

from msgspec import Meta, Struct

from domain.kernel import STREAM, Catalogue, Entry, Event, owned_by
from domain.vocabulary import Confidentiality, Level
from engine.event_store import Addition, Origin

NET = "network-00000001"
ELSEWHERE = "network-00000002"
ADA = "member-0000000a"
BEN = "member-0000000b"
NOON = datetime(2024, 9, 2, 12, tzinfo=UTC)


class Limits(Struct, frozen=True):
    most: Annotated[int, Meta(ge=1, le=50)] = 5


class Joined(Event, frozen=True, kw_only=True):
    name: Annotated[str, owned_by(STREAM)]
    nickname: Annotated[str | None, owned_by(STREAM)] = None
    level: Level = Level.FOLLOW


class Asked(Event, frozen=True, kw_only=True):
    author: str
    text: Annotated[str, owned_by("author")]
    helper: str = ""
    reply: Annotated[str, owned_by("helper")] = ""
    confidentiality: Confidentiality = Confidentiality.GROUP


class Counted(Event, frozen=True, kw_only=True):
    minutes: int
    on: date | None = None
    at: datetime | None = None
    parts: tuple[float, ...] = ()
    limits: Limits = Limits()
    by_month: dict[str, Limits] = {}  # noqa: RUF012 - structs copy it


CATALOGUE = Catalogue(
    (
        Entry("member.joined", Joined),
        Entry("challenge.asked", Asked, Confidentiality.PAIR),
        Entry("budget.counted", Counted, Confidentiality.PUBLIC),
    ),
    {},
)

_ids = count(1)


def origin(command: str | None = None, digest: bytes = b"d") -> Origin:
    command = command or f"command-{next(_ids):08x}"
    return Origin(actor=ADA, command=command, causation=command, correlation=command, digest=digest)


def counted(*minutes: int) -> tuple[Counted, ...]:
    return tuple(Counted(minutes=m) for m in minutes)


def adding(stream: str, *minutes: int, after: int = 0) -> list[Addition]:
    return [saying(stream, after, counted(*minutes))]


def saying(stream: str, after: int, events: tuple[Event, ...], at: datetime = NOON) -> Addition:
    return Addition(stream, after, events, occurred_at=at)


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.shows = NOON

    def __call__(self) -> datetime:
        return self.shows
