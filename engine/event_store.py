"""Append events to one or many streams at once, read them back, read as of a position or a time."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, Mapper
from eventsourcing.utils import Environment, EnvType
from msgspec import Struct

from domain.kernel import Catalogue, Envelope, Event, Recorded
from domain.refusals import Unknown
from domain.vocabulary import OwnerId, StreamId
from engine.mapper import EventMapper, Fact, instant_of, microseconds
from engine.sealing import KeyRing
from engine.storage.recorder import CommandSeen, Receipt, Recorder, Row, Save, VersionRace

__all__ = ["Addition", "CommandSeen", "EventStore", "Origin", "Receipt", "VersionRace"]

_NETWORK: Final = re.compile(r"network-[0-9a-f]{8,64}")
_NO_READS: Final[Mapping[StreamId, int]] = MappingProxyType({})


class Addition(Struct, frozen=True):
    """New events of one stream, all of one instant. `after` is the version known, 0 for a new stream.

    A stream may stand several times in one save, each time after the version that the one before led to.
    """

    stream: StreamId
    after: int
    events: tuple[Event, ...]
    occurred_at: datetime
    on_behalf_of: str | None = None


class Origin(Struct, frozen=True, kw_only=True):
    """What all events of one save share: who, and which command led to them."""

    actor: str
    command: str
    causation: str
    correlation: str
    digest: bytes  # of the command's body: the same id with another body is told apart by it


class _Log(Application[str]):
    """The library's application, with our mapper and without a look at the process's environment."""

    def __init__(self, settings: EnvType, mapper: EventMapper) -> None:
        self._mapper = mapper
        super().__init__(settings)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        return Environment(name, env)

    def construct_mapper(self) -> Mapper[str]:
        return self._mapper


def _now() -> datetime:
    return datetime.now(UTC)


class EventStore:
    """The log. Safe to use from several threads; several processes may open the same folder."""

    def __init__(
        self,
        folder: Path | None,
        keys: KeyRing,
        catalogue: Catalogue,
        *,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Open folder/events.db, or with None a log in memory. `clock` tells the log's own instants."""
        self._keys = keys
        self._catalogue = catalogue
        self._mapper = EventMapper(keys, catalogue)
        self._log = _Log(_settings(folder), self._mapper)
        self._recorder = _ours(self._log.recorder)
        self._recorder.clock = lambda: microseconds(clock())

    def append(
        self,
        network: str,
        additions: Sequence[Addition],
        *,
        origin: Origin,
        reads: Mapping[StreamId, int] = _NO_READS,
    ) -> tuple[Recorded, ...]:
        """Save all of it with the command's receipt, or nothing.

        `reads` are streams that were only looked at; their versions must still stand too.
        Raises VersionRace (decide again), CommandSeen, Unknown (a stream of another network), StorageTrouble.
        """
        if any(addition.occurred_at.tzinfo is None for addition in additions):
            raise TypeError("occurred_at has no zone")
        facts = [self._fact(addition, i, origin) for addition in additions for i in range(len(addition.events))]
        save = Save(network, origin.command, origin.digest, _expected(additions, reads))
        self._keys.ensure(self._mapper.owners(facts))
        # not through the application's own save: it tells events from aggregates, slower than the disk takes them
        recordings = self._log.events.put(facts, save=save)
        return tuple(
            Recorded(
                network=network,
                stream=fact.originator_id,
                version=fact.originator_version,
                position=recording.notification.id,
                recorded_at=instant_of(save.recorded_us),
                envelope=fact.envelope,
                event=fact.event,
            )
            for fact, recording in zip(facts, recordings, strict=True)
        )

    def _fact(self, addition: Addition, i: int, origin: Origin) -> Fact:
        event = addition.events[i]
        envelope = Envelope(
            occurred_at=addition.occurred_at,
            actor=origin.actor,
            on_behalf_of=addition.on_behalf_of,
            command=origin.command,
            causation=origin.causation,
            correlation=origin.correlation,
            confidentiality=self._catalogue.confidentiality_of(event),
        )
        return Fact(addition.stream, addition.after + i + 1, envelope, event)

    def stream(self, stream: StreamId, *, after: int = 0, until: int | None = None) -> tuple[Recorded, ...]:
        """One stream's events beyond version `after`, as they stood at position `until`."""
        return tuple(map(self._mapper.recorded, self._recorder.rows_of(stream, after=after, until=until)))

    def page(
        self, after: int, *, limit: int = 2000, network: str | None = None, until: int | None = None
    ) -> tuple[Recorded, ...]:
        """The log beyond position `after`, up to `until`, of one network or of all."""
        rows = self._recorder.rows_after(after, limit=limit, network=network, until=until)
        return tuple(map(self._mapper.recorded, rows))

    def rows(
        self, after: int, *, limit: int = 2000, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]:
        """The same as it is stored, sealed texts still sealed: for proofs, exports and checks."""
        return self._recorder.rows_after(after, limit=limit, network=network, until=until)

    def networks(self) -> tuple[str, ...]:
        return self._recorder.networks()

    def streams(self, network: str, beginning: str, *, limit: int = 10) -> tuple[StreamId, ...]:
        """Streams of a network whose ids begin so, in order: how a person names one without typing all of it."""
        return self._recorder.streams(network, beginning, limit)

    def version(self, stream: StreamId) -> int:
        """The newest version of a stream, 0 when there is none."""
        top = self._recorder.top(stream)
        return top.version if top else 0

    def versions(self, streams: Collection[StreamId], until: int) -> dict[StreamId, int]:
        """The version of each stream as it stood at position `until`, 0 where there was none."""
        return dict.fromkeys(streams, 0) | self._recorder.versions(streams, until)

    def network_of(self, stream: StreamId) -> str | None:
        """The one network that a stream belongs to; None when there is no such stream."""
        top = self._recorder.top(stream)
        return top.network if top else None

    def head(self) -> int:
        """The last position, 0 when nothing was recorded yet."""
        return self._recorder.max_notification_id() or 0

    def position_at(self, instant: datetime) -> int:
        """The last position recorded by then, 0 if none."""
        return self._recorder.position_at(microseconds(instant))

    def receipt(self, network: str, command: str) -> Receipt | None:
        return self._recorder.receipt(network, command)

    def keyed_hash(self, network: str, body: bytes) -> bytes:
        """Tells bodies apart and gives none of them away: short personal words could be guessed from a plain hash."""
        if not _NETWORK.fullmatch(network):  # before a key is made, which stays for ever
            raise Unknown("there is no such network", field="network", remedy="name one by its id")
        self._keys.ensure([network])
        return self._keys.fingerprint(network, body)

    def of_command(self, network: str, command: str) -> tuple[Recorded, ...]:
        """What a command id led to."""
        receipt = self._recorder.receipt(network, command)
        if receipt is None or not receipt.positions:
            return ()
        first, last = receipt.positions[0], receipt.positions[-1]
        return self.page(first - 1, limit=len(receipt.positions), network=network, until=last)

    def wait(self, after: int, timeout: float) -> bool:
        """Wait until an event beyond `after` exists, whichever process writes it; False after `timeout` seconds."""
        return self._recorder.wait_beyond(after, timeout)

    @property
    def erasures(self) -> int:
        """How many owners were ever erased: who keeps what was read here lets go of it when there are more."""
        return self._keys.erasures

    def erased(self) -> frozenset[OwnerId]:
        """Whose words nobody opens any more, also where the log does not tell of it yet, or not any more."""
        return self._keys.destroyed()

    def forget(self, owner: OwnerId) -> None:
        """Read the owner's key from the ring again; nothing else that was opened is kept here."""
        self._keys.forget(owner)

    def close(self) -> None:
        self._log.close()


def _settings(folder: Path | None) -> dict[str, str]:
    settings = {"ORIGINATOR_ID_TYPE": "text"}
    if folder is None:
        return settings | {"PERSISTENCE_MODULE": "engine.storage.memory"}
    folder.mkdir(0o700, parents=True, exist_ok=True)
    return settings | {"PERSISTENCE_MODULE": "engine.storage.sqlite", "SQLITE_DBNAME": str(folder / "events.db")}


def _ours(recorder: ApplicationRecorder) -> Recorder:
    assert isinstance(recorder, Recorder)  # noqa: S101 - every module in engine/storage has one
    return recorder


def _expected(additions: Sequence[Addition], reads: Mapping[StreamId, int]) -> dict[StreamId, int]:
    expected, written = dict(reads), dict[StreamId, int]()
    for addition in additions:
        known = written.get(addition.stream, expected.setdefault(addition.stream, addition.after))
        if known != addition.after:
            raise VersionRace("a stream was read at one version and decided at another")
        written[addition.stream] = addition.after + len(addition.events)
    return expected
