"""What follows by itself: offers run out, cases end with their seekers, freed time goes to who waits for it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from sqlite3 import Connection
from threading import Event
from typing import Final

from msgspec import Struct

from domain.coaching.commands import CloseEngagement, ExpireOffer, WithdrawRequest
from domain.introductions import ExpireIntroduction
from domain.kernel import Command
from domain.vocabulary import StreamId
from engine.at_hand import AtHand
from engine.commands import Commands, Order
from engine.consequences import by_itself
from engine.draining import CHANGED, Draining
from engine.event_store import EventStore
from engine.queries import Queries
from engine.suggesting import Suggesting
from projections import coaching_work, introductions

_AT_ONCE: Final = 100  # needs that get a suggestion in one reaction: freed time does not wait for all of them
_STIRRING: Final = frozenset({"coaching", "budget", "member", "network"})  # streams that may free time or want it
_LOOKED_AT: Final = 500  # events; among more there is one that counts


class Due(Struct, frozen=True):
    """What is to be done by now."""

    stream: StreamId
    ends: str  # what it ends, once
    command: Command


class Reactions:
    """Each is carried out by a command of its own, whose id makes it happen once. Safe to use from several threads."""

    def __init__(
        self,
        store: EventStore,
        commands: Commands,
        queries: Queries,
        at_hand: AtHand,
        clock: Callable[[], datetime],
        ended: Event,
    ) -> None:
        self._store: Final = store
        self._commands: Final = commands
        self._queries: Final = queries
        self._clock: Final = clock
        self._ended: Final = ended
        self.draining: Final = Draining(store, commands, queries, at_hand, clock, ended)
        self.suggesting: Final = Suggesting(store, commands, at_hand, clock)
        self._seen: Final[dict[StreamId, int]] = {}  # the position up to which it is known what stirred

    def react(self, network: StreamId) -> int:
        """All that is due by now. Says how many events that made."""
        return self.expire(network) + self.draining.drain(network) + self._suggest_all(network)

    def stirred(self, network: StreamId) -> bool:
        """Whether anything came since this was last asked that may free somebody's time, or want it."""
        after, head = self._seen.get(network, 0), self._store.head()
        if head == after:
            return False
        self._seen[network] = head
        new = self._store.page(after, limit=_LOOKED_AT, network=network, until=head)
        return len(new) == _LOOKED_AT or any(each.stream.partition("-")[0] in _STIRRING for each in new)

    def expire(self, network: StreamId) -> int:
        """What nobody answered in time, and what is between people who paused or left, frees the minutes it held."""
        now = self._clock()
        due = [
            *self._queries.ask(network, lambda connection: list(_introductions(connection, now))),
            *self._queries.ask(network, lambda connection: list(_left_behind(connection))),
            *self._queries.ask(network, lambda connection: list(_offers(connection, now))),
        ]
        return sum(self._carried_out(network, each, now) for each in due)

    def _carried_out(self, network: StreamId, due: Due, now: datetime) -> int:
        sender = by_itself(self._store, network, due.stream, f"expire-{due.ends}")
        try:
            return len(self._commands.handle(Order(command=due.command, at=now), sender))
        except CHANGED:  # somebody answered, or came back, in the meantime
            return 0

    def _suggest_all(self, network: StreamId) -> int:
        made = 0
        for coaching in self._queries.ask(network, coaching_work.unsuggested):
            if made == _AT_ONCE or self._ended.is_set():
                break
            try:
                self.suggesting.suggest(network, coaching)
                made += 1
            except CHANGED:  # it moved on in the meantime, or has no words
                continue
        return made


def _introductions(connection: Connection, now: datetime) -> Iterable[Due]:
    for offer in introductions.expired_offers(connection, now):
        yield Due(offer.introduction, offer.introduction, ExpireIntroduction(introduction=offer.introduction))


def _offers(connection: Connection, now: datetime) -> Iterable[Due]:
    for each in coaching_work.open_offers(connection):
        if each.coach_away or each.expires_at <= now:
            yield Due(each.coaching, each.offer, ExpireOffer(coaching=each.coaching, offer=each.offer))


def _left_behind(connection: Connection) -> Iterable[Due]:
    for each in coaching_work.left_behind(connection):
        ends = CloseEngagement if each.engaged else WithdrawRequest
        yield Due(each.coaching, each.coaching, ends(coaching=each.coaching))
