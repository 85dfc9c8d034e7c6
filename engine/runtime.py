"""The composition root: puts the store, keys, projections, evidence and model together, and closes them again."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from types import TracebackType
from typing import Final, Self, TypeVar

from domain.catalogue import CATALOGUE
from domain.eligibility import Mode
from domain.recommendations import IssueRecommendations, ListKind, list_id
from domain.refusals import ModelTrouble, Unknown
from domain.vocabulary import MemberId, StreamId
from engine.commands import ENGINE, Commands, Order, Sender
from engine.event_store import EventStore
from engine.evidence_index import EvidenceIndex, Kept
from engine.followers import Views
from engine.live_snapshot import LiveSnapshot
from engine.recommending import recommend
from engine.sealing import KeyRing
from engine.settings import Settings
from engine.snapshot import Need
from engine.vector_store import VectorStore
from models.encoder import Encoder, ModelFault
from projections import recommendation_lists
from projections.recommendation_lists import IssuedList

T = TypeVar("T")
Progress = Callable[[int], None]

SEED: Final = 0  # nothing is left to chance yet


class Confrere:
    """The running system. Use it as a context manager; it may be shared by threads."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open, or begin, what the settings name. Raises KeyTrouble, StorageTrouble."""
        self._settings: Final = settings
        self.clock: Final = clock
        self.keys: Final = KeyRing.open(settings.data, settings.master_key)
        self.store: Final = EventStore(settings.data, self.keys, CATALOGUE, clock=clock)
        self.commands: Final = Commands(self.store, clock)
        self._views: Final[dict[StreamId, Views]] = {}
        self._indexes: Final[dict[StreamId, EvidenceIndex]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for views in self._views.values():
            views.close()
        if "vectors" in self.__dict__:
            self.vectors.close()
        self.store.close()
        self.keys.close()

    @cached_property
    def encoder(self) -> Encoder:
        """Loads nothing heavy until a text has to be encoded."""
        try:
            return Encoder(self._settings.model, self._settings.threads)
        except ModelFault as fault:
            raise ModelTrouble(str(fault), field="CONFRERE_MODEL") from fault

    @cached_property
    def vectors(self) -> VectorStore:
        return VectorStore(self._settings.data, self.keys, self.encoder.fingerprint)

    def views(self, network: StreamId) -> Views:
        """The projections of one network, as far as they were kept up."""
        if network not in self._views:
            if network not in self.store.networks():
                raise Unknown("there is no such network", field="network", remedy="charter it first")
            self._views[network] = Views(self._folder(network), network, self.store)
        return self._views[network]

    def ask(self, network: StreamId, query: Callable[[Connection], T], progress: Progress | None = None) -> T:
        """Answer a query from projections that hold everything recorded so far."""
        views = self.views(network)
        views.catch_up(progress)
        with views.reading() as connection:
            return query(connection)

    def index(self, network: StreamId, progress: Progress | None = None) -> Kept:
        """Bring projections and evidence up to the head, encoding what is new."""
        views = self.views(network)
        views.catch_up()
        with views.reading() as connection:
            return self._index(network).keep_up(connection, views.position_in(connection), progress)

    def recommend(
        self,
        network: StreamId,
        reader: MemberId,
        subject: StreamId,
        kind: ListKind,
        mode: Mode = Mode.ANY,
        progress: Progress | None = None,
    ) -> IssuedList:
        """The reader's list for this need: the stored one while its inputs lead to the same, else a new one."""
        need = Need(reader=reader, subject=subject, kind=kind, mode=mode, at=self.clock())
        views, index = self.views(network), self._index(network)
        views.catch_up()
        with views.reading() as connection:
            position = views.position_in(connection)
            index.keep_up(connection, position, progress)
            snapshot = LiveSnapshot(connection, position, index, self.encoder.fingerprint, need.at)
            listing = recommend(need, snapshot.policy, snapshot, SEED)
        issue = IssueRecommendations(
            recommendation=list_id(reader, subject, kind, mode),
            reader=reader,
            need=subject,
            kind=kind,
            mode=mode,
            listing=listing,
        )
        command_id = f"issue-{issue.recommendation.partition('-')[2]}-{position}"
        self.commands.handle(
            Order(command=issue, at=need.at, on_behalf_of=reader),
            Sender(network=network, actor=ENGINE, command_id=command_id),
        )
        return self.ask(network, lambda c: _stored(c, issue.recommendation))

    def _index(self, network: StreamId) -> EvidenceIndex:
        if network not in self._indexes:
            self._indexes[network] = EvidenceIndex(network, self.vectors, self.encoder)
        return self._indexes[network]

    def _folder(self, network: StreamId) -> Path:
        return self._settings.data / network


def _stored(connection: Connection, recommendation: StreamId) -> IssuedList:
    found = recommendation_lists.latest(connection, recommendation)
    if found is None:
        raise Unknown("there is no such recommendation in this network", field="recommendation")
    return found
