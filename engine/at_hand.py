"""What lists and suggestions are derived from: for each network its evidence in memory, kept up with the log."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from sqlite3 import Connection
from threading import Event, RLock
from typing import Final

from msgspec import Struct

from domain.policies import Numerics
from domain.refusals import ModelTrouble
from domain.vocabulary import StreamId
from engine.coaches import Coaches
from engine.evidence_index import Encoding, EvidenceIndex, Kept
from engine.followers import Views
from engine.ledger import Ledger
from engine.live_snapshot import LiveSnapshot
from engine.queries import Queries
from engine.snapshot import Need
from engine.vector_store import VectorStore
from models import lexical
from models.encoder import ModelFault
from models.view import View
from projections.network_setting import setting

Progress = Callable[[int], None]
Plain = tuple[Encoding, VectorStore]


class KeptUp(Struct, frozen=True):
    """One network at one position."""

    connection: Connection
    position: int
    index: EvidenceIndex
    kept: Kept


class AtHand:
    """Safe to use from several threads. While `ended` is set, who waits for texts to be encoded is refused."""

    def __init__(
        self, queries: Queries, plain: Callable[[], Plain], other: Callable[[Numerics], Plain], ended: Event
    ) -> None:
        """`plain` and `other` give what encodes texts, and where their vectors are; asked for at the first use."""
        self._queries: Final = queries
        self._plain: Final = plain
        self._other: Final = other
        self._ended: Final = ended
        self._indexes: Final[dict[StreamId, EvidenceIndex]] = {}
        self._encodings: Final[dict[Numerics, Plain]] = {}  # besides the plain one
        self._turns: Final[dict[StreamId, RLock]] = {}
        self._ledgers: Final[dict[StreamId, Ledger]] = {}
        self._coaches: Final[dict[StreamId, Coaches]] = {}
        self._opening: Final = RLock()  # of what is opened at its first use, once for all threads

    def close(self) -> None:
        for index in self._indexes.values():
            index.write_down()
        for _, vectors in self._encodings.values():
            vectors.close()

    @contextmanager
    def evidence(self, network: StreamId) -> Iterator[tuple[Connection, View, Encoding]]:
        """All evidence that is open and holds now, the projections at the same position, and what encoded it."""
        with self.kept_up(network) as up:
            yield up.connection, up.index.corpus.as_of(up.position), up.index.encoder

    @contextmanager
    def snapshot(self, network: StreamId, need: Need, progress: Progress | None = None) -> Iterator[LiveSnapshot]:
        """The network as it stands, for as long as it is looked at."""
        with self.kept_up(network, progress) as up:
            yield self.look(network, up, need.at)

    def look(self, network: StreamId, up: KeptUp, at: datetime) -> LiveSnapshot:
        """The same of what is kept up already."""
        return LiveSnapshot(
            up.connection, up.position, up.index, self.ledger(network, up), up.index.encoder.fingerprint, at
        )

    @contextmanager
    def kept_up(self, network: StreamId, progress: Progress | None = None) -> Iterator[KeptUp]:
        """The projections, and at the same position the evidence, encoded as the policy in force there says."""
        with _model_in_words(), ExitStack() as opened:
            with self._turn(network):
                connection = opened.enter_context(self._queries.kept_up(network).reading())
                position = Views.position_in(connection)
                index = self._index(network, connection)
                kept = index.keep_up(connection, position, progress)
            yield KeptUp(connection, position, index, kept)

    def ledger(self, network: StreamId, up: KeptUp) -> Ledger:
        """Who answered and was given places, kept up to the same position."""
        with self._opening:
            ledger = self._ledgers.setdefault(network, Ledger())
        ledger.keep_up(up.connection, up.position)
        return ledger

    def coaches(self, network: StreamId, up: KeptUp) -> Coaches:
        """Who may coach, and the open needs, kept up to the same position."""
        with self._opening:
            coaches = self._coaches.get(network)
            if coaches is None or coaches.needs.index is not up.index:
                coaches = self._coaches[network] = Coaches(up.index)
        coaches.needs.keep_up(up.connection, up.position)
        return coaches

    def encoding(self, numerics: Numerics) -> Plain:
        """An encoder, and where its vectors are; all networks with the same numerics share it."""
        if numerics is Numerics.PLAIN:
            return self._plain()
        with self._opening:
            if numerics not in self._encodings:
                self._encodings[numerics] = self._other(numerics)
            return self._encodings[numerics]

    def _turn(self, network: StreamId) -> RLock:
        """Held from the look at a network's position until its evidence has been kept up to it."""
        with self._opening:
            return self._turns.setdefault(network, RLock())

    def _index(self, network: StreamId, connection: Connection) -> EvidenceIndex:
        """The network's evidence in memory, begun anew where another policy came into force, or the tables are others.

        They are made anew when somebody was erased: nothing of theirs may stay, nor be written down beside new tables.
        """
        with self._opening:
            encoder, vectors = self.encoding(setting(connection).policy.numerics)
            known = self._indexes.get(network)
            if known is None or known.encoder is not encoder or not known.follows(connection):
                self._indexes[network] = EvidenceIndex(network, vectors, encoder, self._ended.is_set)
                self._ledgers.pop(network, None)
                lexical.forget()
            return self._indexes[network]


@contextmanager
def _model_in_words() -> Iterator[None]:
    try:
        yield
    except ModelFault as fault:
        raise ModelTrouble(str(fault), remedy="reinstall confrere, or mend CONFRERE_MODEL") from fault
