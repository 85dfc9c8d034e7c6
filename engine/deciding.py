"""One attempt at deciding: what was loaded at which version, and what comes of it, order after order."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock
from typing import Any, Final, TypeVar

from msgspec import Struct

from domain.kernel import Command, Decider, Event, Facts
from domain.members import MEMBER, Active, Erased, JoinNetwork, Left, LinkIdentity, NotJoined, Paused, on_duty
from domain.plans import AnyDecider, steps
from domain.refusals import NotTheirs, Unknown
from domain.vocabulary import ENGINE, OFFICES, OPERATOR, NetworkRole, StreamId
from engine.event_store import Addition, EventStore, VersionRace
from models.numerics import installed

_STATES_KEPT: Final = 50_000
_FACILITATORS: Final = frozenset({NetworkRole.FACILITATOR})

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")


class Order(Struct, frozen=True, kw_only=True):
    """A command with the instant it happened and the one it is given for."""

    command: Command
    at: datetime
    on_behalf_of: str | None = None


class Sender(Struct, frozen=True, kw_only=True):
    """Who sends orders, under which id, and what led to them."""

    network: StreamId
    actor: str
    command_id: str
    causation: str | None = None  # the command id itself where a chain begins
    correlation: str | None = None


class States:
    """The latest state of streams, kept while immutable; newer events are always read, so other processes count."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._kept: OrderedDict[StreamId, tuple[StreamId, int, Any]] = OrderedDict()
        self._erasures = 0
        self._lock = Lock()

    def latest(self, decider: AnyDecider, network: StreamId, stream: StreamId) -> tuple[int, Any] | None:
        """Version and state; None for a stream of another network."""
        erasures = self._store.erasures
        with self._lock:
            if erasures != self._erasures:  # what they wrote stands in states of many streams
                self._kept.clear()
                self._erasures = erasures
            home, version, state = self._kept.get(stream, (network, 0, decider.initial))
        for recorded in self._store.stream(stream, after=version):
            home, version, state = recorded.network, recorded.version, decider.evolve(state, recorded.event)
        if home != network:
            return None
        if version:
            self._keep(stream, (home, version, state), erasures)
        return version, state

    def home(self, stream: StreamId) -> StreamId | None:
        """The network of a stream; None when there is no such stream at all."""
        return self._store.network_of(stream)

    def _keep(self, stream: StreamId, known: tuple[StreamId, int, Any], erasures: int) -> None:
        with self._lock:
            if erasures != self._erasures:  # it may have been read before somebody was erased
                return
            self._kept[stream] = known
            self._kept.move_to_end(stream)
            if len(self._kept) > _STATES_KEPT:
                self._kept.popitem(last=False)


class Deciding(Facts):
    """What a decision may know, and all that has been decided so far."""

    def __init__(self, known: States, sender: Sender, expected: Mapping[StreamId, int]) -> None:
        self._known = known
        self._sender = sender
        self._states: dict[StreamId, Any] = {}
        self._written: dict[StreamId, int] = {}  # version that a stream will have
        self._order: Order
        self.reads: dict[StreamId, int] = dict(expected)
        self.additions: list[Addition] = []

    @property
    def at(self) -> datetime:
        return self._order.at

    @property
    def network(self) -> StreamId:
        return self._sender.network

    @property
    def actor(self) -> str:
        return self._sender.actor

    @property
    def speaker(self) -> str:
        return self._order.on_behalf_of or self._sender.actor

    def __call__(self, decider: Decider[C, S, E], stream: StreamId) -> S:
        if not stream.startswith(f"{decider.kind}-"):  # evolving it as what it is not would spoil what is kept
            return decider.initial
        if stream not in self._states:
            known = self._known.latest(decider, self._sender.network, stream)
            if known is None:  # as if it were not there; it never will be here
                return decider.initial
            version, state = known
            self._read(stream, version)
            self._states[stream] = state
        found: S = self._states[stream]
        return found

    def knows(self, stream: StreamId) -> bool:
        if stream in self._written:
            return True
        home = self._known.home(stream)
        if home is None:
            self._read(stream, 0)  # that there is none has to stand at the append too
        return home == self._sender.network

    def installed(self, numerics: str) -> bool:
        return installed(numerics)

    def _read(self, stream: StreamId, version: int) -> None:
        if self.reads.setdefault(stream, version) != version:
            raise VersionRace(stream)

    def take(self, order: Order) -> None:
        """Decide one order after those before it; a refusal leaves nothing of it behind."""
        self._order = order
        self._known_actor()
        moves = steps(order.command, self)
        decided = [step.decider.decide(step.command, self(step.decider, step.stream), self) for step in moves]
        for step, events in zip(moves, decided, strict=True):
            if events and step.stream not in self._states:
                raise Unknown(f"there is no such {step.decider.kind} in this network", field=step.decider.kind)
            if events:
                self._take_events(step.decider, step.stream, events)

    def _take_events(self, decider: AnyDecider, stream: StreamId, events: tuple[Event, ...]) -> None:
        after = self._written.get(stream, self.reads[stream])
        self.additions.append(
            Addition(
                stream=stream,
                after=after,
                events=events,
                occurred_at=self._order.at,
                on_behalf_of=self._order.on_behalf_of,
            )
        )
        self._written[stream] = after + len(events)
        for event in events:
            self._states[stream] = decider.evolve(self._states[stream], event)

    def _known_actor(self) -> None:
        actor, spoken_for = self._sender.actor, self._order.on_behalf_of
        if spoken_for is not None and not spoken_for.startswith("member-"):
            raise NotTheirs("only for a member can anybody act", field="on_behalf_of")
        if actor in {OPERATOR, ENGINE}:
            return
        if not self._may_act(actor, self._order.command):
            raise NotTheirs("nobody of this name acts in this network", field="actor")
        joins = isinstance(self._order.command, JoinNetwork)
        if spoken_for not in {None, actor} and not on_duty(self, actor, OFFICES if joins else _FACILITATORS):
            raise NotTheirs("only the operator or a facilitator acts for somebody else", field="on_behalf_of")

    def _may_act(self, actor: str, command: Command) -> bool:
        """Who is here; who was invited or left does nothing but join, and link who they were with who they are."""
        match self(MEMBER, actor):
            case Active() | Paused():
                return True
            case Left():
                return isinstance(command, JoinNetwork | LinkIdentity) and command.member == actor
            case Erased():
                return False
            case NotJoined(invited=invited):
                return invited and isinstance(command, JoinNetwork) and command.member == actor
