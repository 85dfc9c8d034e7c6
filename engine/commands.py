"""The door for changes: load the streams a command names, decide, append in one save, decide again when beaten."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Struct

from domain.kernel import Command, Decider, Event, Facts, Recorded
from domain.members import MEMBER, NotJoined
from domain.plans import AnyDecider, steps
from domain.refusals import Beaten, CommandReused, Malformed, NotTheirs, Refused, Unknown
from domain.vocabulary import OPERATOR, StreamId
from engine.event_store import Addition, CommandSeen, EventStore, Origin, VersionRace

ENGINE: Final = "confrere"  # the actor of reactions
_AHEAD: Final = timedelta(minutes=1)  # how far clocks may differ before an instant counts as the future
_TRIES: Final = 20
_STATES_KEPT: Final = 50_000

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


class Done(Struct, frozen=True):
    """What came of orders. Refused ones, by their place, mean that nothing at all was appended."""

    events: tuple[Recorded, ...] = ()
    refusals: tuple[tuple[int, Refused], ...] = ()
    decided: int = 0  # events that were decided, also in a rehearsal
    repeated: bool = False  # this command id was carried out before; nothing was appended now


class Commands:
    """Carries orders out. Safe to use from several threads."""

    def __init__(self, store: EventStore, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._clock = clock
        self._known = _States(store)

    def handle(
        self, order: Order, sender: Sender, *, expected: Mapping[StreamId, int] | None = None
    ) -> tuple[Recorded, ...]:
        """Carry one order out and return its events, () for a repeat that changes nothing.

        Raises a Refused: in the decider's words; Beaten when a stream of `expected` is not at that version;
        CommandReused when the command id came before with another body.
        """
        done = self.handle_all((order,), sender, expected=expected)
        for _, refusal in done.refusals:
            raise refusal
        return done.events

    def handle_all(
        self,
        orders: Sequence[Order],
        sender: Sender,
        *,
        expected: Mapping[StreamId, int] | None = None,
        rehearse: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> Done:
        """Carry out all orders in one save, or none. Each sees what those before it decided.

        Every refusal is collected with its place in `orders`; `rehearse` decides and appends nothing.
        `progress` is told how many orders are decided.
        """
        digest = self._store.keyed_hash(sender.network, _body(orders))
        earlier = self._earlier(sender, digest)
        if earlier is not None:
            return earlier
        for _ in range(_TRIES):
            deciding = _Deciding(self._known, sender, expected or {})
            done = self._decide_all(orders, deciding, progress)
            if rehearse or done.refusals:
                return done
            try:
                return self._append(deciding, sender, digest)
            except VersionRace:
                continue
            except CommandSeen as seen:
                return self._repeat(sender, digest, seen.receipt.digest)
        raise Beaten("others keep changing the same thing", remedy="try again")

    def _earlier(self, sender: Sender, digest: bytes) -> Done | None:
        receipt = self._store.receipt(sender.network, sender.command_id)
        return None if receipt is None else self._repeat(sender, digest, receipt.digest)

    def _repeat(self, sender: Sender, digest: bytes, before: bytes) -> Done:
        if digest != before:
            raise CommandReused("this command id came before with another body", field="command_id")
        return Done(events=self._store.of_command(sender.network, sender.command_id), repeated=True)

    def _decide_all(
        self, orders: Sequence[Order], deciding: "_Deciding", progress: Callable[[int], None] | None
    ) -> Done:
        refusals: list[tuple[int, Refused]] = []
        latest = self._clock() + _AHEAD
        for place, order in enumerate(orders):
            try:
                deciding.take(_checked(order, latest))
            except Refused as refusal:
                refusals.append((place, refusal))
            if progress is not None:
                progress(place + 1)
        decided = sum(len(addition.events) for addition in deciding.additions)
        return Done(refusals=tuple(refusals), decided=decided)

    def _append(self, deciding: "_Deciding", sender: Sender, digest: bytes) -> Done:
        origin = Origin(
            actor=sender.actor,
            command=sender.command_id,
            causation=sender.causation or sender.command_id,
            correlation=sender.correlation or sender.command_id,
            digest=digest,
        )
        events = self._store.append(sender.network, deciding.additions, origin=origin, reads=deciding.reads)
        return Done(events=events, decided=len(events))


def _checked(order: Order, latest: datetime) -> Order:
    """Limits hold for every order, however it was built."""
    if order.at.tzinfo is None:
        raise Malformed("an instant needs its time zone", field="occurred_at")
    if order.at > latest:
        raise Malformed("this lies in the future", field="occurred_at", remedy="give the instant it happened")
    try:
        msgspec.convert(msgspec.to_builtins(order.command), type(order.command))
    except (msgspec.ValidationError, UnicodeError) as error:
        raise malformed(error) from error
    return order


def build(command: type[C], /, **fields: object) -> C:
    """A command from plain values, refused in words where a value has the wrong form."""
    try:
        return msgspec.convert({name: value for name, value in fields.items() if value is not None}, command)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise malformed(error) from error


def malformed(error: Exception) -> Malformed:
    """A decoding error as a refusal that names the field."""
    words, _, place = str(error).partition(" - at `$")
    field = place.strip("`.") or None
    if "matching regex" in words:
        words = "empty, or with characters that cannot be kept"
    return Malformed(words, field=field)


def _body(orders: Sequence[Order]) -> bytes:
    """What was asked, apart from when: a repeat may come later."""
    body = [(type(order.command).__name__, order.command, order.on_behalf_of) for order in orders]
    return msgspec.msgpack.encode(body, order="deterministic")


class _States:
    """The latest state of streams, kept while immutable; newer events are always read, so other processes count."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._kept: OrderedDict[StreamId, tuple[StreamId, int, Any]] = OrderedDict()
        self._lock = Lock()

    def latest(self, decider: AnyDecider, network: StreamId, stream: StreamId) -> tuple[int, Any]:
        """Version and state; refused for a stream of another network."""
        with self._lock:
            home, version, state = self._kept.get(stream, (network, 0, decider.initial))
        for recorded in self._store.stream(stream, after=version):
            home, version, state = recorded.network, recorded.version, decider.evolve(state, recorded.event)
        if home != network:
            raise Unknown(f"there is no such {decider.kind} in this network", field=decider.kind)
        if version:
            self._keep(stream, (home, version, state))
        return version, state

    def exists(self, network: StreamId, stream: StreamId) -> bool:
        return self._store.network_of(stream) == network

    def _keep(self, stream: StreamId, known: tuple[StreamId, int, Any]) -> None:
        with self._lock:
            self._kept[stream] = known
            self._kept.move_to_end(stream)
            if len(self._kept) > _STATES_KEPT:
                self._kept.popitem(last=False)


class _Deciding(Facts):
    """One attempt: what was loaded at which version, and what has been decided so far."""

    def __init__(self, known: _States, sender: Sender, expected: Mapping[StreamId, int]) -> None:
        self._known = known
        self._sender = sender
        self._expected = expected
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
    def speaker(self) -> str:
        return self._order.on_behalf_of or self._sender.actor

    def __call__(self, decider: Decider[C, S, E], stream: StreamId) -> S:
        if stream not in self._states:
            version, state = self._known.latest(decider, self._sender.network, stream)
            if self._expected.get(stream, version) != version:
                raise Beaten("somebody changed this first", field=decider.kind, remedy="read it again and decide anew")
            self.reads[stream], self._states[stream] = version, state
        found: S = self._states[stream]
        return found

    def knows(self, stream: StreamId) -> bool:
        return stream in self._written or self._known.exists(self._sender.network, stream)

    def take(self, order: Order) -> None:
        """Decide one order after those before it; a refusal leaves nothing of it behind."""
        self._order = order
        self._known_actor()
        moves = steps(order.command, self)
        decided = [step.decider.decide(step.command, self(step.decider, step.stream), self) for step in moves]
        for step, events in zip(moves, decided, strict=True):
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
        actor = self._sender.actor
        if actor not in {OPERATOR, ENGINE} and isinstance(self(MEMBER, actor), NotJoined):
            raise NotTheirs("nobody of this name acts in this network", field="actor")
