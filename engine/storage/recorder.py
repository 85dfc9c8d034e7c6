"""What every storage module has in common: rows, saves, receipts, and the library's interface said once."""

import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from eventsourcing.persistence import Notification, ProcessRecorder, StoredEvent, Subscription, Tracking
from msgspec import Struct

from domain.refusals import Unknown

# an event as it is stored: position, recorded_us, network, stream, version, name, payload; bare, for reading is hot
Row: TypeAlias = tuple[int, int, str, str, int, str, bytes]


class Receipt(Struct, frozen=True):
    """What a command id led to."""

    positions: tuple[int, ...]
    digest: bytes


class Save(Struct):
    """What one save is about besides its events."""

    network: str
    command: str
    digest: bytes
    expected: Mapping[str, int]  # stream → version that must still stand; 0: there must be none
    recorded_us: int = 0  # told by the recorder, from inside its lock


class Top(NamedTuple):
    """The newest version of a stream and the network it belongs to."""

    version: int
    network: str


class VersionRace(Exception):  # noqa: N818 - the domain's manner
    """Somebody appended first: decide again."""


class CommandSeen(Exception):  # noqa: N818 - the domain's manner
    """This command id is recorded already."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__("this command is recorded already")
        self.receipt = receipt


def wall_clock() -> int:
    return time.time_ns() // 1000


def admit(save: Save, receipt: Receipt | None, top: Callable[[str], Top | None]) -> None:
    """Say no, inside the lock, to a repeated command, a beaten one, and one that reaches into another network."""
    if receipt is not None:
        raise CommandSeen(receipt)
    for stream, version in save.expected.items():
        there = top(stream)
        if there is not None and there.network != save.network:
            raise Unknown("there is no such thing in this network", field=stream)
        if version != (there.version if there else 0):
            raise VersionRace(stream)


class Recorder(ProcessRecorder):
    """Stores rows. The library's own questions are answered from ours."""

    clock: Callable[[], int] = staticmethod(wall_clock)

    @abstractmethod
    def record(
        self, stored: Sequence[StoredEvent], save: Save | None = None, tracking: Tracking | None = None
    ) -> Sequence[int]:
        """Write all in one transaction and give the positions. Without a save only tests come here."""

    @abstractmethod
    def rows_of(self, stream: str, *, after: int = 0, until: int | None = None) -> Sequence[Row]:
        """One stream's rows beyond version `after` up to position `until`."""

    @abstractmethod
    def rows_after(
        self, position: int, *, limit: int, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]:
        """The log's rows beyond a position, of one network or of all."""

    @abstractmethod
    def top(self, stream: str) -> Top | None: ...

    @abstractmethod
    def versions(self, streams: Collection[str], until: int) -> dict[str, int]:
        """The newest version up to a position of each of these streams that was there."""

    @abstractmethod
    def receipt(self, network: str, command: str) -> Receipt | None: ...

    @abstractmethod
    def networks(self) -> tuple[str, ...]: ...

    @abstractmethod
    def streams(self, network: str, beginning: str, limit: int) -> tuple[str, ...]:
        """Streams of a network whose ids begin so, in order."""

    @abstractmethod
    def position_at(self, recorded_us: int) -> int:
        """The last position recorded by then, 0 if none."""

    @abstractmethod
    def wait_beyond(self, after: int, timeout: float) -> bool:
        """Wait until an event beyond `after` exists, whoever writes it; False when the time is up."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:  # noqa: ANN401 - the library's signature
        return self.record(stored_events, kwargs.get("save"), kwargs.get("tracking"))

    def insert_tracking(self, tracking: Tracking) -> None:
        self.record((), tracking=tracking)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        rows = self.rows_of(str(originator_id), after=-1 if gt is None else gt)
        stored = [StoredEvent(*row[3:]) for row in rows]
        wanted = [event for event in stored if lte is None or event.originator_version <= lte]
        return (wanted[::-1] if desc else wanted)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        after = (start or 0) - (1 if start and inclusive_of_start else 0)
        found: list[Notification] = []
        while len(found) < limit and (rows := self.rows_after(after, limit=limit, until=stop)):
            read = [_notification(row) for row in rows]
            found += [notification for notification in read if not topics or notification.topic in topics]
            after = read[-1].id
        return found[:limit]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "Following":
        return Following(self, gt, topics)


class Following(Subscription[Recorder]):
    """The log from a position on, for ever, without a thread of its own."""

    _A_WHILE: Final = 0.1  # seconds until a call of stop() from elsewhere is seen at the latest

    def __init__(self, recorder: Recorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder, gt, topics)
        self._after = gt or 0
        self._page: list[Row] = []

    def __next__(self) -> Notification:
        while not self._has_been_stopped:
            if self._page:
                notification = _notification(self._page.pop())
                self._after = notification.id
                if not self._topics or notification.topic in self._topics:
                    return notification
            elif self._recorder.wait_beyond(self._after, self._A_WHILE):
                self._page = list(self._recorder.rows_after(self._after, limit=500))[::-1]
        raise StopIteration


def _notification(row: Row) -> Notification:
    return Notification(*row[3:], id=row[0])
