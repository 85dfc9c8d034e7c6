"""Suggested dispositions: the stored one while its inputs lead to the same, else a new one, recorded with the case."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from domain.coaching.commands import SuggestDisposition, Suggestion
from domain.coaching.events import DispositionSuggested
from domain.refusals import Beaten, CommandReused, IllegalMove, Unknown
from domain.vocabulary import StreamId
from engine.at_hand import AtHand, KeptUp
from engine.commands import Commands, Order
from engine.consequences import by_itself
from engine.event_store import EventStore
from engine.intake import intake, last_suggestion
from engine.sight import look
from engine.triage import same_outcome, suggestion

_TRIES: Final = 10


class Suggesting:
    """Safe to use from several threads."""

    def __init__(self, store: EventStore, commands: Commands, at_hand: AtHand, clock: Callable[[], datetime]) -> None:
        self._store: Final = store
        self._commands: Final = commands
        self._at_hand: Final = at_hand
        self._clock: Final = clock

    def suggest(self, network: StreamId, coaching: StreamId) -> DispositionSuggested:
        """Raises Unknown where nothing was submitted, IllegalMove where somebody coaches already or it ended."""
        for _ in range(_TRIES):
            now = self._clock()
            with self._at_hand.kept_up(network) as up:
                before, found = self._found(network, up, coaching, now)
                if self._at_hand.coaches(network, up).needs.moved > up.position:
                    continue  # what other needs are like was looked up when some had come or gone already
                if before is not None and found is None:
                    return before
                version = self._store.versions([coaching], until=up.position)[coaching]
            if found is not None:
                try:
                    return self._stored(network, coaching, found, version, now)
                except (Beaten, CommandReused):  # something was said in between
                    continue
        raise Beaten("this case keeps changing", field="coaching", remedy="ask again")

    def _found(
        self, network: StreamId, up: KeptUp, coaching: StreamId, now: datetime
    ) -> tuple[DispositionSuggested | None, Suggestion | None]:
        """The stored one, and a new one where that leads to anything else or was made of other words."""
        told = intake(up.connection, coaching)
        if told is None:
            raise Unknown("there is no such coaching case in this network", field="coaching")
        if not told.open:
            raise IllegalMove("this is no open need any more", field="coaching")
        snapshot = self._at_hand.look(network, up, now)
        sight = look(told, up.connection, snapshot, self._at_hand.coaches(network, up))
        found = suggestion(sight, snapshot.position, snapshot.policy_hash, snapshot.encoder)
        before = last_suggestion(up.connection, coaching)
        if before is not None and before.position >= told.since and same_outcome(before, found):
            return before, None
        return before, found

    def _stored(
        self, network: StreamId, coaching: StreamId, found: Suggestion, version: int, now: datetime
    ) -> DispositionSuggested:
        """Append it unless anything was said in the case since; raises Beaten or CommandReused then."""
        recorded = self._commands.handle(
            Order(command=SuggestDisposition(coaching=coaching, suggestion=found), at=now),
            by_itself(self._store, network, coaching, f"suggest-{coaching}-{version}"),
            expected={coaching: version},
        )
        told = [each.event for each in recorded if isinstance(each.event, DispositionSuggested)]
        if not told:
            raise Beaten("somebody suggested the same just now", field="coaching")
        return told[-1]
