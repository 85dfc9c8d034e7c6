"""The shapes everything is made of: commands ask, events tell, a decider joins them for one kind of stream."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Final, Generic, Protocol, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from domain.vocabulary import Confidentiality, StreamId


class Command(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish. Limits on length and form stand on its fields and are checked before anybody decides."""


class Event(Struct, frozen=True, kw_only=True, gc=False):
    """A fact, for ever: plain field types, new fields only with defaults, no limits on its values."""


C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


class Facts(Protocol):
    """What a decision may know besides its own stream. Whatever is looked up here is version-checked at the append."""

    @property
    def at(self) -> datetime:
        """The instant it happened, UTC, as the caller gave it."""

    @property
    def network(self) -> StreamId:
        """The one network that this save belongs to."""

    @property
    def actor(self) -> str:
        """Who sends it, whoever it is for."""

    @property
    def speaker(self) -> str:
        """Whose will this is: the one acted for, else the actor."""

    def __call__(self, decider: "Decider[C, S, E]", stream: StreamId) -> S:
        """The state of another stream of the same network: the initial one for an id of another kind."""

    def knows(self, stream: StreamId) -> bool:
        """Whether anything was ever recorded in this stream of the same network."""

    def installed(self, numerics: str) -> bool:
        """Whether texts can be encoded in this way where the decision is made."""


class Decider(Struct, Generic[C, S, E], frozen=True, kw_only=True):
    """One kind of stream: what it starts as, who decides, how facts change it."""

    kind: str
    initial: S
    decide: Callable[[C, S, Facts], tuple[E, ...]]
    evolve: Callable[[S, E], S]


class Envelope(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """What is known about an event apart from what it says. Stored as a row in this order, which is for ever."""

    occurred_at: datetime  # UTC, given by the caller, may lie in the past
    actor: str
    on_behalf_of: str | None = None
    command: str  # id of the command that led to it
    causation: str  # id of the command, or of the event, that caused that command
    correlation: str  # id of the first command of the chain
    confidentiality: Confidentiality


class Recorded(Struct, frozen=True, kw_only=True, gc=False):
    """An event as it stands in the log."""

    network: StreamId
    stream: StreamId
    version: int  # 1, 2, 3 … within the stream
    position: int  # rising over the whole log; gaps are possible
    recorded_at: datetime  # UTC, the log's own instant, never falls as position rises
    envelope: Envelope
    event: Event


STREAM: Final = "stream"
ERASED: Final = "[erased]"  # what stands in place of a text whose key was destroyed


def owned_by(field: str) -> Meta:
    """Mark a text as personal: sealed on disk under the key of the member whom `field` names.

    `STREAM` stands for the stream itself: a member's own stream, or the network's.
    """
    return Meta(extra={"owner": field})


@cache
def owners_of(event: type[Event]) -> dict[str, str]:
    """Sealed field → the field that names its owner (or `STREAM`)."""
    hints = get_type_hints(event, include_extras=True)
    return {name: owner for name, hint in hints.items() if (owner := _owner(hint)) is not None}


def _owner(hint: object) -> str | None:
    if get_origin(hint) is not Annotated:
        return None
    return next(
        (m.extra["owner"] for m in get_args(hint) if isinstance(m, Meta) and m.extra and "owner" in m.extra), None
    )


class Entry(Struct, frozen=True):
    """One kind of event in the catalogue: its name for ever, its class, its schema version, its usual class."""

    name: str
    type: type[Event]
    confidentiality: Confidentiality = Confidentiality.NETWORK
    version: int = 1


Upcaster = Callable[[dict[str, object]], dict[str, object]]


class Catalogue:
    """Every event there is. An event that chooses its own class carries it in a field `confidentiality`."""

    def __init__(self, entries: tuple[Entry, ...], upcasters: Mapping[tuple[str, int], Upcaster]) -> None:
        self.entries: Final = entries
        self.by_name: Final = {entry.name: entry for entry in entries}
        self.by_type: Final = {entry.type: entry for entry in entries}
        self._upcasters: Final = dict(upcasters)
        if not len(entries) == len(self.by_name) == len(self.by_type):
            raise ValueError("an event stands twice in the catalogue")

    def confidentiality_of(self, event: Event) -> Confidentiality:
        """The event's own choice, else the usual class of its kind."""
        chosen = getattr(event, "confidentiality", None)
        return chosen if isinstance(chosen, Confidentiality) else self.by_type[type(event)].confidentiality

    def upcast(self, name: str, version: int, fields: dict[str, object]) -> dict[str, object]:
        """Bring the fields of an older version, step by step, to the present one."""
        for step in range(version, self.by_name[name].version):
            fields = self._upcasters[name, step](fields)
        return fields
