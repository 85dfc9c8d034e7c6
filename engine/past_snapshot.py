"""Networks as they stood at a position: what lists were derived from, with the vectors that are kept and no others."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from sqlite3 import Connection
from threading import RLock
from typing import Final

from msgspec import Struct

from domain.refusals import IllegalMove
from domain.vocabulary import StreamId
from engine.coaches import Coaches
from engine.evidence_index import EvidenceIndex, Vectors
from engine.followers import Views
from engine.ledger import Ledger
from engine.live_snapshot import LiveSnapshot
from engine.queries import Queries
from engine.vector_store import VectorStore
from engine.when import When


class Remembered(Struct, frozen=True):
    """A model by its name, where nothing is encoded: all that it ever made is kept."""

    fingerprint: str
    width: int
    ready: bool = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


class Evidence(Struct, frozen=True):
    """All that one network ever showed, in the vectors of one model; who answered and was given places."""

    index: EvidenceIndex
    ledger: Ledger
    erased: int  # members


class Stood(Struct, frozen=True):
    """One network at one position of its past."""

    connection: Connection
    position: int
    evidence: Evidence
    coaches: Coaches

    def look(self, at: datetime) -> LiveSnapshot:
        index = self.evidence.index
        return LiveSnapshot(self.connection, self.position, index, self.evidence.ledger, index.encoder.fingerprint, at)


class Past:
    """Safe to use from several threads."""

    def __init__(self, queries: Queries, vectors: Callable[[], VectorStore]) -> None:
        self._queries: Final = queries
        self._vectors: Final = vectors
        self._turn: Final = RLock()
        self._kept: Final[dict[tuple[StreamId, str], Evidence]] = {}

    @contextmanager
    def standing(self, network: StreamId, position: int, encoder: str) -> Iterator[Stood]:
        """Raises IllegalMove where nothing of that encoder's is kept."""
        evidence = self._evidence(network, encoder)
        with self._queries.standing(network, When(as_of=position)) as connection:
            coaches = Coaches(evidence.index)
            yield Stood(connection, position, evidence, coaches)

    def _evidence(self, network: StreamId, encoder: str) -> Evidence:
        with self._turn, self._queries.standing(network) as connection:
            kept = self._kept.get((network, encoder))
            erased = _erased(connection)
            if kept is None or kept.erased != erased:
                kept = Evidence(self._begun(network, encoder), Ledger(), erased)
                self._kept[network, encoder] = kept
            position = Views.position_in(connection)
            kept.index.keep_up(connection, position)
            kept.ledger.keep_up(connection, position)
            return kept

    def _begun(self, network: StreamId, encoder: str) -> EvidenceIndex:
        vectors = self._vectors().of(encoder)
        width = None if vectors is None else vectors.width()
        if vectors is None or width is None:
            raise IllegalMove("nothing that this encoder made is kept", field="encoder")
        return EvidenceIndex(network, vectors, Remembered(encoder, width), ever=True)


def _erased(connection: Connection) -> int:
    count: int = connection.execute("select count(*) from members where standing = 'erased'").fetchone()[0]
    return count
