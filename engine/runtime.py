"""The composition root: puts the store, keys, projections, evidence and model together, and closes them again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from sqlite3 import Connection
from threading import Event, RLock
from types import TracebackType
from typing import Final, Self, TypeVar

from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.eligibility import Mode
from domain.policies import Numerics
from domain.recommendations import IssueRecommendations, Listing, ListKind, issued_by, same_outcome
from domain.refusals import Beaten, CommandReused, ModelTrouble, StorageTrouble, Unknown
from domain.vocabulary import ENGINE, MemberId, StreamId
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.evidence_index import Encoding, EvidenceIndex, Kept
from engine.explaining import WordedList, in_words
from engine.followers import Views
from engine.ledger import Ledger
from engine.live_snapshot import LiveSnapshot
from engine.looking_back import Record
from engine.lot import seed_of
from engine.passages import pointed
from engine.queries import Queries
from engine.reactions import expire
from engine.recommending import recommend, why_not
from engine.sealing import KeyRing
from engine.settings import Settings
from engine.snapshot import Need
from engine.tokens import Tokens
from engine.vector_store import VectorStore
from models.encoder import Encoder, ModelFault
from models.learning import Choice
from models.view import View
from models.whole_texts import WholeTexts
from projections import introductions, recommendation_lists
from projections.network_setting import setting
from projections.recommendation_lists import IssuedList

T = TypeVar("T")
Progress = Callable[[int], None]

_TRIES: Final = 10


class _KeptUp(Struct, frozen=True):
    connection: Connection
    position: int
    index: EvidenceIndex
    kept: Kept


class Confrere:
    """The running system. Use it as a context manager; it may be shared by threads."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Open, or begin, what the settings name. Raises KeyTrouble, StorageTrouble."""
        self.settings: Final = settings
        self.clock: Final = clock
        self.keys: Final = _opened(lambda: KeyRing.open(settings.data, settings.master_key))
        try:
            self.store: Final = _opened(lambda: EventStore(settings.data, self.keys, CATALOGUE, clock=clock))
        except BaseException:
            self.keys.close()
            raise
        self.commands: Final = Commands(self.store, clock)
        self.queries: Final = Queries(self.store, self.views)
        self._views: Final[dict[StreamId, Views]] = {}
        self._indexes: Final[dict[StreamId, EvidenceIndex]] = {}
        self._encodings: Final[dict[Numerics, tuple[Encoding, VectorStore]]] = {}  # besides the plain one
        self._turns: Final[dict[StreamId, RLock]] = {}
        self._ledgers: Final[dict[StreamId, Ledger]] = {}
        self.ended: Final = Event()  # while it is set, who waits for texts to be encoded is refused
        self._opening: Final = RLock()  # of what is opened at its first use, once for all threads

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        for index in self._indexes.values():
            index.write_down()
        for views in self._views.values():
            views.close()
        if "vectors" in self.__dict__:
            self.vectors.close()
        for _, vectors in self._encodings.values():
            vectors.close()
        if "tokens" in self.__dict__:
            self.tokens.close()
        self.store.close()
        self.keys.close()

    @cached_property
    def encoder(self) -> WholeTexts:
        """Loads nothing heavy until a text has to be encoded."""
        return WholeTexts(Encoder(self.settings.model, self.settings.threads))

    @cached_property
    def vectors(self) -> VectorStore:
        return VectorStore(self.settings.data, self.keys, self.encoder.fingerprint)

    @cached_property
    def tokens(self) -> Tokens:
        return _opened(lambda: Tokens(self.settings.data, self.store.network_of, self.clock))

    def views(self, network: StreamId) -> Views:
        """The projections of one network, as far as they were kept up."""
        with self._opening:
            if network not in self._views:
                if network not in self.store.networks():
                    raise Unknown("there is no such network", field="network")
                self._views[network] = _opened(lambda: Views(self._folder(network), network, self.store))
            return self._views[network]

    def network(self, name: str | None) -> StreamId:
        """The network of this id, beginning of an id, or name; without a name the only one there is."""
        networks = self.store.networks()
        found = networks if name is None else self._called(name, networks)
        if len(found) == 1:
            return found[0]
        if not networks:
            raise Unknown("there is no network yet", field="network", remedy="charter one")
        words = "several networks are meant" if found else "there is no such network"
        raise Unknown(words, field="network", remedy="name one of those there are by its id")

    def _called(self, name: str, networks: Sequence[StreamId]) -> Sequence[StreamId]:
        if name in networks:
            return (name,)
        called = [each for each in networks if self.ask(each, setting).name == name]
        return called or [each for each in networks if name.startswith("network-") and each.startswith(name)]

    def ask(self, network: StreamId, query: Callable[[Connection], T], progress: Progress | None = None) -> T:
        """Answer a query of the operator's from projections that hold everything recorded so far."""
        return self.queries.ask(network, query, progress=progress)

    def react(self, network: StreamId) -> int:
        """Carry out what is due by now: offers that nobody answered expire. Says how many events that made."""
        now = self.clock()
        overdue = self.ask(network, lambda connection: introductions.expired_offers(connection, now))
        return expire(self.commands, network, overdue, now)

    def index(self, network: StreamId, progress: Progress | None = None) -> Kept:
        """Bring projections and evidence up to the head, encoding what is new."""
        with self._kept_up(network, progress) as up:
            return up.kept

    def warm(self, network: StreamId) -> Kept:
        """What a first list would wait for, ahead of it; a server can do this while it answers other questions."""
        with self._kept_up(network) as up:
            up.index.corpus.vectors.get_ready()
            return up.kept

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
        self.react(network)
        for _ in range(_TRIES):
            need = Need(reader=reader, subject=subject, kind=kind, mode=mode, at=self.clock())
            with self._snapshot(network, need, progress) as snapshot:
                listing = recommend(need, snapshot.policy, snapshot, seed_of(need.recommendation))
                before = snapshot.issued(need.recommendation)
                same = before and same_outcome(issued_by(_issue(need, listing)), before.issued)
                if before and same and not before.expired and snapshot.quotes_hold(before.issued):
                    return before
                issue = _issue(need, pointed(need, listing, snapshot))
                newest = snapshot.newest_list(need)
                known = self.store.versions(snapshot.lists_for(need), until=snapshot.position)
            try:
                return self._issued(network, issue, need, newest, known)
            except (Beaten, CommandReused):  # the reader dismissed somebody, or got another list, in between
                continue
        raise Beaten("other lists of this reader keep changing", remedy="ask again")

    def _issued(
        self, network: StreamId, issue: IssueRecommendations, need: Need, newest: int, known: Mapping[StreamId, int]
    ) -> IssuedList:
        """Append the list unless what it was derived from has changed; raises Beaten or CommandReused then.

        Who is on one list has to wait for another need. So a list is sent under an id made of the newest list of this
        reader that it knows of: an id is taken once, so of two that know of the same, one is refused.
        """
        after = self.store.keyed_hash(network, f"{need.reader}|{newest}".encode())
        self.commands.handle(
            Order(command=issue, at=need.at, on_behalf_of=need.reader),
            Sender(network=network, actor=ENGINE, command_id=f"issue-{after.hex()}"),
            expected={stream: version for stream, version in known.items() if version},
        )
        return self.ask(network, partial(_stored, recommendation=issue.recommendation))

    def choices(self, network: StreamId, progress: Progress | None = None) -> list[Choice]:
        """Of the network's past needs, who answered first among all who could have: what weights are learned from."""
        with self._kept_up(network) as up:
            ledger = self._ledger(network)
            ledger.keep_up(up.connection, up.position)
            return Record(up.connection, up.index, ledger, setting(up.connection).policy).choices(progress)

    def why_not(self, network: StreamId, recommendation: StreamId, candidate: StreamId) -> str:
        """In words for its reader, what keeps a candidate off a list as things stand now."""
        issued = self.ask(network, lambda connection: _stored(connection, recommendation)).issued
        need = Need(reader=issued.reader, subject=issued.need, kind=issued.kind, mode=issued.mode, at=self.clock())
        with self._snapshot(network, need) as snapshot:
            return why_not(need, snapshot.policy, snapshot, seed_of(need.recommendation), candidate)

    def explain(self, network: StreamId, recommendation: StreamId) -> WordedList:
        """A stored list in words."""
        return self.ask(network, lambda connection: in_words(connection, _stored(connection, recommendation)))

    @contextmanager
    def evidence(self, network: StreamId) -> Iterator[tuple[Connection, View, Encoding]]:
        """All evidence that is open and holds now, the projections at the same position, and what encoded it."""
        with self._kept_up(network) as up:
            yield up.connection, up.index.corpus.as_of(up.position), up.index.encoder

    @contextmanager
    def _snapshot(self, network: StreamId, need: Need, progress: Progress | None = None) -> Iterator[LiveSnapshot]:
        """The network as it stands, for as long as it is looked at."""
        with self._kept_up(network, progress) as up:
            ledger = self._ledger(network)
            ledger.keep_up(up.connection, up.position)
            yield LiveSnapshot(up.connection, up.position, up.index, ledger, up.index.encoder.fingerprint, need.at)

    @contextmanager
    def _kept_up(self, network: StreamId, progress: Progress | None = None) -> Iterator[_KeptUp]:
        """The projections, and at the same position the evidence, encoded as the policy in force there says."""
        with _model_in_words(), ExitStack() as opened:
            with self._turn(network):
                connection = opened.enter_context(self.queries.kept_up(network).reading())
                position = Views.position_in(connection)
                index = self._index(network, setting(connection).policy.numerics)
                kept = index.keep_up(connection, position, progress)
            yield _KeptUp(connection, position, index, kept)

    def _turn(self, network: StreamId) -> RLock:
        """Held from the look at a network's position until its evidence has been kept up to it."""
        with self._opening:
            return self._turns.setdefault(network, RLock())

    def _index(self, network: StreamId, numerics: Numerics) -> EvidenceIndex:
        """The network's evidence in memory, begun anew where another policy came into force."""
        with self._opening:
            encoder, vectors = self._encoding(numerics)
            known = self._indexes.get(network)
            if known is None or known.encoder is not encoder:
                self._indexes[network] = EvidenceIndex(network, vectors, encoder, self.ended.is_set)
            return self._indexes[network]

    def _encoding(self, numerics: Numerics) -> tuple[Encoding, VectorStore]:
        """An encoder, and where its vectors are; all networks with the same numerics share it."""
        if numerics is Numerics.PLAIN:
            return self.encoder, self.vectors
        if numerics not in self._encodings:
            encoder = WholeTexts(Encoder(self.settings.model, self.settings.threads, numerics))
            self._encodings[numerics] = encoder, VectorStore(self.settings.data, self.keys, encoder.fingerprint)
        return self._encodings[numerics]

    def _ledger(self, network: StreamId) -> Ledger:
        with self._opening:
            return self._ledgers.setdefault(network, Ledger())

    def _folder(self, network: StreamId) -> Path:
        return self.settings.data / network


def _opened(opening: Callable[[], T]) -> T:
    try:
        return opening()
    except OSError as error:
        where = str(error.filename) if error.filename else None
        raise StorageTrouble(
            "this cannot be opened or made", field=where, remedy="check the folder and its permissions"
        ) from error


@contextmanager
def _model_in_words() -> Iterator[None]:
    try:
        yield
    except ModelFault as fault:
        raise ModelTrouble(str(fault), remedy="reinstall confrere, or mend CONFRERE_MODEL") from fault


def _issue(need: Need, listing: Listing) -> IssueRecommendations:
    return IssueRecommendations(
        recommendation=need.recommendation,
        reader=need.reader,
        need=need.subject,
        kind=need.kind,
        mode=need.mode,
        listing=listing,
    )


def _stored(connection: Connection, recommendation: StreamId) -> IssuedList:
    found = recommendation_lists.latest(connection, recommendation)
    if found is None:
        raise Unknown("there is no such recommendation in this network", field="recommendation")
    return found
