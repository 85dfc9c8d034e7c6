"""Loading a stream to its state beside the library's declarative aggregate with its stock modules."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import JSONTranscoder, Transcoding

from benchmarks.events import MEMBER, NETWORK, NOW, budget, challenge, origin
from benchmarks.row import Row
from benchmarks.turns import beside, faster, in_turns, row, timed
from domain.budgets import BUDGET, TimeReleased, TimeReserved, TimeSpent
from domain.catalogue import CATALOGUE
from domain.challenges import CHALLENGE
from domain.kernel import Event
from domain.plans import AnyDecider
from engine.event_store import Addition, EventStore
from engine.sealing import KeyRing

LENGTH = 100


class BudgetAggregate(Aggregate):
    """The same minutes told the library's way."""

    def __init__(self, member: str) -> None:
        self.member = member
        self.reservations: dict[str, tuple[int, date, bool]] = {}

    @event("Reserved")
    def reserve(self, member: str, reservation: str, minutes: int, day: date) -> None:  # noqa: ARG002 - of the event
        self.reservations[reservation] = (minutes, day, True)

    @event("Released")
    def release(self, member: str, reservation: str, minutes: int) -> None:  # noqa: ARG002 - same
        del self.reservations[reservation]

    @event("Spent")
    def spend(self, member: str, reservation: str, minutes: int) -> None:  # noqa: ARG002 - same
        self.reservations[reservation] = (minutes, self.reservations[reservation][1], False)

    def tell(self, told: Event) -> None:
        match told:
            case TimeReserved():
                self.reserve(told.member, told.reservation, told.minutes, told.day)
            case TimeReleased():
                self.release(told.member, told.reservation, told.minutes)
            case TimeSpent():
                self.spend(told.member, told.reservation, told.minutes)


def rows(*, smoke: bool = False) -> list[Row]:
    """From disk and in memory; sealed texts are a row of their own, since the peer's are open."""
    rounds, times = (2, 2) if smoke else (9, 60)
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_compared("from disk", Path(folder), rounds, times, at_least=4),
            *_compared("in memory", None, rounds, times, at_least=8),
        ]


def _compared(where: str, folder: Path | None, rounds: int, times: int, *, at_least: float) -> list[Row]:
    with (
        closing(_Ours(folder, "budget-00000001", BUDGET, budget(LENGTH))) as plain,
        closing(_Ours(folder and folder / "sealed", "challenge-00000001", CHALLENGE, challenge(LENGTH))) as sealed,
        closing(_Theirs(folder)) as peer,
    ):
        theirs, ours, opened = in_turns(rounds, *(timed(each.load, times) for each in (peer, plain, sealed)))
    against = f"the library's declarative aggregate, stock {'SQLite' if folder else 'POPO'} module, JSON"
    what = f"load a stream of {LENGTH} events {where}"
    return [
        row(what, against, faster(ours, theirs), beside(ours, theirs), at_least=at_least),
        row(f"{what}, texts sealed", f"{against}, texts open", faster(opened, theirs), beside(opened, theirs)),
    ]


class _Ours:
    """A stream on the way to its state, without the state that the door for changes would have kept."""

    def __init__(self, folder: Path | None, stream: str, decider: AnyDecider, events: Sequence[Event]) -> None:
        self._store = EventStore(folder, KeyRing.in_memory(), CATALOGUE)
        self._stream, self._decider = stream, decider
        self._store.append(NETWORK, [Addition(stream, 0, tuple(events), NOW)], origin=origin())

    def load(self) -> object:
        state = self._decider.initial
        for recorded in self._store.stream(self._stream):
            state = self._decider.evolve(state, recorded.event)
        return state

    def close(self) -> None:
        self._store.close()


class DayAsText(Transcoding):
    """Their JSON is taught days as their documentation tells."""

    type, name = date, "date"

    def encode(self, obj: date) -> str:
        return obj.isoformat()

    def decode(self, data: str) -> date:
        return date.fromisoformat(data)


class Budgets(Application[UUID]):
    def register_transcodings(self, transcoder: JSONTranscoder) -> None:
        super().register_transcodings(transcoder)
        transcoder.register(DayAsText())


class _Theirs:
    def __init__(self, folder: Path | None) -> None:
        settings = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{folder}/theirs.db"}
        self._application = Budgets(settings if folder else None)
        aggregate = BudgetAggregate(MEMBER)
        for told in budget(LENGTH - 1):  # it has an event more, of its beginning
            aggregate.tell(told)
        self._id = aggregate.id
        self._application.save(aggregate)

    def load(self) -> BudgetAggregate:
        return self._application.repository.get(self._id)

    def close(self) -> None:
        self._application.close()
