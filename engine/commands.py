"""The door for changes: load the streams a command names, decide, append in one save, decide again when beaten."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.kernel import Recorded
from domain.refusals import Beaten, CommandReused, Malformed, Refused
from domain.vocabulary import StreamId
from engine.deciding import Deciding, Order, Sender, States
from engine.event_store import CommandSeen, EventStore, Origin, VersionRace
from engine.forms import malformed

__all__ = ["Commands", "Done", "Order", "Sender", "build"]

_AHEAD: Final = timedelta(minutes=1)  # how far clocks may differ before an instant counts as the future
_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)  # before it nothing happened that a network tells of
_TRIES: Final = 20

C = TypeVar("C")


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
        self._known = States(store)

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
        `progress` is told how many orders are decided. Raises Beaten and CommandReused, which no order is to blame for.
        """
        digest = self._store.keyed_hash(sender.network, _body(orders, sender.actor))
        earlier = self._earlier(sender, digest)
        if earlier is not None:
            return earlier
        for _ in range(_TRIES):
            self._expect(expected or {})
            deciding = Deciding(self._known, sender, expected or {})
            try:
                done = self._decide_all(orders, deciding, progress)
                if done.refusals and not rehearse:  # perhaps for what this very command did, a moment ago
                    return self._earlier(sender, digest) or done
                return done if rehearse else self._append(deciding, sender, digest)
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

    def _expect(self, expected: Mapping[StreamId, int]) -> None:
        for stream, version in expected.items():
            if self._store.version(stream) != version:
                kind = stream.partition("-")[0]
                raise Beaten("somebody changed this first", field=kind, remedy="read it again and decide anew")

    def _decide_all(self, orders: Sequence[Order], deciding: Deciding, progress: Callable[[int], None] | None) -> Done:
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

    def _append(self, deciding: Deciding, sender: Sender, digest: bytes) -> Done:
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
    """Limits hold for every order, however it was built; plain words become the vocabulary's."""
    if order.at.tzinfo is None:
        raise Malformed("an instant needs its time zone", field="occurred_at")
    if not _EARLIEST <= order.at <= latest:
        words = "this lies in the future" if order.at > latest else "this lies too far in the past"
        raise Malformed(words, field="occurred_at", remedy="give the instant it happened")
    try:
        command = msgspec.convert(msgspec.to_builtins(order.command), type(order.command))
    except (msgspec.ValidationError, UnicodeError) as error:
        raise malformed(error, type(order.command)) from None
    return replace(order, command=command)


def build(command: type[C], /, **fields: object) -> C:
    """A command from plain values, refused in words where a value has the wrong form."""
    try:
        return msgspec.convert({name: value for name, value in fields.items() if value is not None}, command)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise malformed(error, command) from None


def _body(orders: Sequence[Order], actor: str) -> bytes:
    """What was asked and by whom, apart from when: a repeat may come later."""
    body = [actor, *((type(order.command).__name__, order.command, order.on_behalf_of) for order in orders)]
    try:
        return msgspec.msgpack.encode(body, order="deterministic")
    except (UnicodeError, OverflowError):  # nothing like it was ever recorded: its form is refused
        return b""
