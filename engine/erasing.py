"""Erasing a member: it is decided for ever, their key goes, and with it all that it opened; a crash only delays it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import reduce
from typing import Final, cast

from domain.erasure import ERASURE, ConfirmErasure, EraseMember, Erasing, ErasureEvent, Gone, erasure_of
from domain.kernel import Recorded
from domain.refusals import CommandReused, Malformed
from domain.vocabulary import MemberId, StreamId
from engine import letting_go
from engine.commands import Commands, Order, Sender
from engine.consequences import by_itself
from engine.event_store import EventStore
from engine.followers import Progress
from engine.letting_go import LettingGo
from engine.naming import look_for
from engine.sealing import GLANCE, KeyRing

_MOST: Final = 1_000_000  # streams of one kind


class Erasures:
    """Safe to use from several threads; several processes may be at it, one of them at a time."""

    def __init__(
        self,
        store: EventStore,
        keys: KeyRing,
        commands: Commands,
        let_go: LettingGo,
        clock: Callable[[], datetime],
    ) -> None:
        self._store: Final = store
        self._keys: Final = keys
        self._commands: Final = commands
        self._let_go: Final = let_go
        self._clock: Final = clock

    def begin(self, network: StreamId, member: MemberId, sender: Sender, *, meant: bool = True) -> Sequence[Recorded]:
        """Decide it, and note where others wrote their name. What that sets off is left to `finish`.

        A repeat gives what it led to. Raises what the decision refuses, Malformed unless it is meant, CommandReused.
        """
        if not meant:
            raise Malformed("nobody can undo this", field="for_ever", remedy="say true if it is meant")
        before = self._store.of_command(network, sender.command_id)
        if any(each.stream == erasure_of(member) for each in before):
            return before
        if before:
            raise CommandReused("this command id came before with another body", field="command_id")
        rehearsed = Order(command=EraseMember(member=member), at=self._clock())
        for _, refusal in self._commands.handle_all((rehearsed,), sender, rehearse=True).refusals:
            raise refusal  # before all is read: others may ask as often as they like
        named = look_for(self._store, network, member).named if self._store.network_of(member) == network else ()
        order = Order(command=EraseMember(member=member, named=named), at=self._clock())
        return self._commands.handle(order, sender)

    def finish(self, network: StreamId, member: MemberId, progress: Progress | None = None) -> letting_go.Gone:
        """Destroy the key, let go of all that was derived with it, and say so in the history.

        Again, after a crash in the middle, it does the same. Raises StorageTrouble where something cannot be removed.
        """
        with self._let_go.alone(network, wait=True):
            return self._finish(network, member, progress)

    def resume(self, network: StreamId) -> int:
        """Finish what was decided and is not done yet; says for how many members. Who is at it already is let be."""
        waiting = self.unfinished(network)
        if not waiting:
            return 0
        with suppress(BlockingIOError), self._let_go.alone(network, wait=False):
            for member in waiting:
                self._finish(network, member)
            return len(waiting)
        return 0

    def unfinished(self, network: StreamId) -> list[MemberId]:
        """Whose erasure was decided, while something of theirs may still be there."""
        return [member for member in self._heard_of(network) if self._is_unfinished(member)]

    def _finish(self, network: StreamId, member: MemberId, progress: Progress | None = None) -> letting_go.Gone:
        self._keys.destroy(member)
        time.sleep(2 * GLANCE)  # from now on no process opens anything of theirs
        gone = self._let_go.of(network, member, progress)
        sender = by_itself(self._store, network, erasure_of(member), f"confirm-{erasure_of(member)}")
        self._commands.handle(Order(command=ConfirmErasure(member=member), at=self._clock()), sender)
        return gone

    def _heard_of(self, network: StreamId) -> Iterator[MemberId]:
        for stream in self._store.streams(network, "erasure-", limit=_MOST):
            yield f"member-{stream.partition('-')[2]}"

    def _is_unfinished(self, member: MemberId) -> bool:
        """Also where an older file of keys was put back, which opens what nobody may open."""
        events = [cast("ErasureEvent", each.event) for each in self._store.stream(erasure_of(member))]
        match reduce(ERASURE.evolve, events, ERASURE.initial):
            case Erasing():
                return True
            case Gone():
                return self._keys.has(member)
            case _:
                return False
