"""Networks as they stood at a position: what lists were derived from, with the vectors that are kept and no others."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from sqlite3 import Connection
from threading import RLock
from typing import Final

from msgspec import Struct

from domain.refusals import IllegalMove
from domain.vocabulary import MemberId, OwnerId, StreamId
from engine.coaches import Coaches
from engine.evidence_index import EvidenceIndex, Vectors
from engine.followers import Views
from engine.ledger import Ledger
from engine.live_snapshot import Given, LiveSnapshot
from engine.queries import Queries
from engine.vector_store import VectorStore
from engine.when import When
from projections import member_directory
from projections.evidence import Evidence


class Remembered(Struct, frozen=True):
    """A model by its name, where nothing is encoded: all that it ever made is kept."""

    fingerprint: str
    width: int
    ready: bool = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        raise IllegalMove(
            f"{len(texts)} vectors that were made then are not kept any more", remedy="restore vectors.db from a backup"
        )


class Ever(Struct, frozen=True):
    """All that one network ever showed, in the vectors of one model; who answered and was given places."""

    index: EvidenceIndex
    ledger: Ledger
    erased: frozenset[MemberId]  # as the log says, and whoever has no key any more


class Stood(Struct, frozen=True):
    """One network at one position of its past."""

    connection: Connection
    position: int
    ever: Ever
    coaches: Coaches

    def look(self, at: datetime, given: Given | None = None) -> LiveSnapshot:
        index, ledger = self.ever.index, self.ever.ledger
        return LiveSnapshot(self.connection, self.position, index, ledger, index.encoder.fingerprint, at, given)

    @property
    def erased_since(self) -> frozenset[MemberId]:
        """Of those who had joined by then."""
        since = self.ever.erased - member_directory.erased(self.connection)
        return frozenset(member_directory.candidates(self.connection, since)) if since else since

    def missing(self, named: Collection[str]) -> dict[str, Evidence | None]:
        """Of evidence what is not there any more: all that held then, as far as that is known, and what is named."""
        index = self.ever.index
        held = {id_: each for id_, each in index.missing.items() if self._held(each)}
        return dict.fromkeys(id_ for id_ in named if id_ not in index.corpus) | held

    def _held(self, each: Evidence) -> bool:
        return each.since <= self.position and (each.until is None or self.position < each.until)


class Snapshots:
    """Safe to use from several threads."""

    def __init__(
        self, queries: Queries, vectors: Callable[[], VectorStore], erased: Callable[[], frozenset[OwnerId]]
    ) -> None:
        """`erased` tells whose key is destroyed: a history that was restored may not."""
        self._queries: Final = queries
        self._vectors: Final = vectors
        self._erased: Final = erased
        self._turn: Final = RLock()
        self._kept: Final[dict[tuple[StreamId, str], Ever]] = {}

    @contextmanager
    def standing(self, network: StreamId, position: int, encoder: str) -> Iterator[Stood]:
        """Raises IllegalMove where nothing of that encoder's is kept."""
        ever = self._ever(network, encoder)
        with self._queries.standing(network, When(as_of=position)) as connection:
            yield Stood(connection, position, ever, Coaches(ever.index))

    def evidence(self, network: StreamId, encoder: str) -> EvidenceIndex:
        """All that was ever open to all, as far as vectors of it are kept."""
        return self._ever(network, encoder).index

    def _ever(self, network: StreamId, encoder: str) -> Ever:
        """Begun anew when somebody was erased, and once more when the tables were made anew: their words are in it."""
        with self._turn, self._queries.standing(network) as connection:
            kept, erased = self._kept.get((network, encoder)), member_directory.erased(connection) | self._erased()
            if kept is None or kept.erased != erased or not kept.index.follows(connection):
                kept = self._kept[network, encoder] = Ever(self._begun(network, encoder), Ledger(), erased)
            position = Views.position_in(connection)
            kept.index.keep_up(connection, position)
            kept.ledger.keep_up(connection, position)
            return kept

    def _begun(self, network: StreamId, encoder: str) -> EvidenceIndex:
        vectors = self._vectors().of(encoder)
        width = None if vectors is None else vectors.width()
        if vectors is None or width is None:
            raise IllegalMove("no vectors of the encoder that it was derived with are kept", field="encoder")
        return EvidenceIndex(network, vectors, Remembered(encoder, width), ever=True)
