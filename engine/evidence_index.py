"""One network's evidence in memory, with its vectors: follows the projections, can be read as of a position."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection
from threading import Lock, RLock
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from domain.refusals import StorageTrouble, Unknown
from domain.vocabulary import OPEN, OwnerId, StreamId
from engine import index_file
from engine.index_file import IndexFile
from engine.vector_store import Vector, VectorStore
from models.corpus import Corpus, Item
from models.fitting import Shelf
from models.ranking import Hit
from projections import evidence
from projections.evidence import Evidence, Shown

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int], None]

_BATCH: Final = 256
_AT_ONCE: Final = 32  # texts encoded between two looks at whether to go on: about a second's work
_WAITED_FOR: Final = 8  # sentences at once where somebody waits: few enough to be computed in one thread

T = TypeVar("T")


class Encoding(Protocol):
    """What turns texts into vectors."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def width(self) -> int: ...

    @property
    def ready(self) -> bool:
        """Whether it is loaded: nobody should wait seconds for what words can do as well."""

    def encode(self, texts: Sequence[str]) -> Vectors: ...


MUCH: Final = 1_000  # changes that took so long to take in that writing them down does not matter
WORTH_IT: Final = 250  # changes that take longer to take in again than a user should wait


class Kept(Struct, frozen=True):
    """What keeping up took."""

    encoded: int = 0  # texts seen for the first time
    lost: int = 0  # texts whose vector had been there and was made again


class EvidenceIndex:
    """Follows one network's evidence. A vector is made once and then read from the store for ever."""

    def __init__(
        self,
        network: StreamId,
        vectors: VectorStore,
        encoder: Encoding,
        ended: Callable[[], bool] = lambda: False,
        *,
        ever: bool = False,
    ) -> None:
        """`ended` tells while texts are encoded whether to leave off; those that are done are kept.

        `ever`: all that ever held is taken in, to be read as of any position; of vectors only those that are kept.
        """
        self._ended: Final = ended
        self._ever: Final = ever
        self.missing: Final[dict[str, Evidence]] = {}  # what stays out, since its vector is not kept
        self._network: Final = network
        self._vectors: Final = vectors
        self._encoder: Final = encoder
        self._making: Final = Lock()
        self._turn: Final = RLock()
        self.corpus = Corpus(encoder.width)
        self._shown: Final[dict[str, Shown]] = {}  # of every item of the corpus
        self._digests: Final[list[bytes]] = []  # of every row of the corpus: where its vector is kept
        self._views: Path | None = None
        self._unwritten = 0
        self.position = 0

    @property
    def encoder(self) -> Encoding:
        """What made the vectors in here; it may be asked for others to be compared with them."""
        return self._encoder

    def follows(self, connection: Connection) -> bool:
        """Whether what is in here was told by the tables of this connection, and not by others before them."""
        return self.position == 0 or self._views == _file_of(connection)

    def keep_up(self, connection: Connection, position: int, progress: Progress | None = None) -> Kept:
        """Take in what began or ended until `position`, encoding what has no vector yet."""
        with self._turn:
            if position <= self.position:  # a thread with a newer connection was here first
                return Kept()
            self._views = _file_of(connection)
            if self.position == 0:
                self._begin(position)
            changed = (evidence.ever_after if self._ever else evidence.evidence_after)(connection, self.position)
            new = [each for each in changed if self._is_new(each)]
            kept = self._fill(new, progress) if new and not self._ever else Kept()
            for part in _batches(new):
                self._add(part)
            for each in changed:
                if each.until is not None and each.id in self.corpus:
                    self.corpus.end(each.id, each.until)
                elif each.until is not None and each.id in self.missing:
                    self.missing[each.id] = each
            self.position = position
            self._unwritten += 0 if self._ever else len(changed)
            if len(changed) >= MUCH:
                self.write_down()
            return kept

    def write_down(self) -> None:
        """Leave a file for the next start to begin with, where the last one is far behind."""
        with self._turn:
            if self._unwritten < WORTH_IT or self._views is None or not self._views.exists():
                return
            content = IndexFile(
                made_by=index_file.made_by(self._encoder.fingerprint),
                position=self.position,
                columns=self.corpus.columns(),
                shown=[self._shown[each] for each in self.corpus.ids],
                digests=self._digests,
            )
            index_file.write(index_file.path_beside(self._views), content)
            self._unwritten = 0

    def _begin(self, position: int) -> None:
        """As it stood when it was written down, unless a vector is gone, as when somebody was erased."""
        path = index_file.path_beside(self._views) if self._views and not self._ever else None
        found = index_file.read(path, self._encoder.fingerprint) if path else None
        if path is None or found is None:
            return
        owners, width = {each.owner for each in found.shown}, self._encoder.width
        vectors = self._vectors.all_of(found.digests, owners, width) if found.position <= position else None
        if vectors is None:
            index_file.discard(path)
            return
        self.corpus = Corpus.of_columns(found.columns, vectors)
        self._shown.update(zip(found.columns.ids, found.shown, strict=True))
        self._digests.extend(found.digests)
        self.position = found.position

    def _is_new(self, each: Evidence) -> bool:
        return (self._ever or each.until is None) and each.confidentiality in OPEN and each.id not in self.corpus

    def _add(self, part: Sequence[Evidence]) -> None:
        """Texts of erased owners have no vector and stay out."""
        found = self._vectors.get([(each.owner, each.text) for each in part])
        known = [(each, vector) for each, vector in zip(part, found, strict=True) if vector is not None]
        self.missing.update((each.id, each) for each, vector in zip(part, found, strict=True) if vector is None)
        self._shown.update((each.id, _shown(each)) for each, _ in known)  # first: what is found can be shown
        self._digests.extend(self._vectors.digest(each.owner, each.text) for each, _ in known)
        if known:
            self.corpus.add([_item(each) for each, _ in known], np.stack([vector for _, vector in known]))

    def shown(self, hits: Sequence[Hit]) -> list[Shown]:
        """What the pieces are that were found in the corpus."""
        return [self._shown[hit.id] for hit in hits]

    def shelf(self, people: Collection[str], says: Collection[str], position: int, worth: Mapping[str, float]) -> Shelf:
        """What these members show of these kinds; `worth` is of each strength of a source."""
        kinds = [kind_of("member", word) for word in says]
        rows = np.flatnonzero(self.corpus.as_of(position, kinds=kinds).among(people).mask)
        strengths = [self._shown[self.corpus.ids[row]].strength for row in rows]
        weights = np.array([worth[each] for each in strengths], dtype=np.float64)
        firm = np.array([each != "claimed" for each in strengths], dtype=np.bool_)
        owners = [self.corpus.persons[row] for row in rows]
        return Shelf(sorted(people), owners, self.corpus.vectors.at(rows), weights, firm)

    def vectors_of(self, texts: Sequence[tuple[OwnerId, str]]) -> Vectors:
        """Vectors of owned texts, in their order, encoding what was never seen."""
        found = [vector for vector in self.meanings(texts) if vector is not None]
        if len(found) < len(texts):
            raise Unknown("somebody whose words these are was erased", field="need")
        return np.stack(found) if found else np.zeros((0, self._encoder.width), dtype=np.float32)

    @property
    def ready(self) -> bool:
        """Whether new texts are encoded at once."""
        return self._encoder.ready

    def meanings(self, texts: Sequence[tuple[OwnerId, str]]) -> list[Vector | None]:
        """The same, with None for the words of somebody who was erased."""
        found = self._vectors.get(texts)
        if self._ever or all(each is not None for each in found):
            return found
        with self._making:  # so that who asks for the same at the same time waits, and does not make it twice
            there = self._vectors.get(texts)
            missing = (text for text, vector in zip(texts, there, strict=True) if vector is None)
            self._encode(list(dict.fromkeys(missing)), at_once=_WAITED_FOR)
        return self._vectors.get(texts)

    def _fill(self, new: Sequence[Evidence], progress: Progress | None) -> Kept:
        reached = self._vectors.reached(self._network)
        missing: dict[tuple[OwnerId, str], int] = {}
        for part in _batches(new):
            found = self._vectors.get([(each.owner, each.text) for each in part])
            missing |= {
                (each.owner, each.text): each.since for each, one in zip(part, found, strict=True) if one is None
            }
        self._encode(list(missing), progress)
        self._vectors.reach(self._network, max((each.since for each in new), default=reached))
        lost = sum(since <= reached for since in missing.values())
        return Kept(encoded=len(missing) - lost, lost=lost)

    def _encode(
        self, texts: Sequence[tuple[OwnerId, str]], progress: Progress | None = None, at_once: int = _AT_ONCE
    ) -> None:
        done = 0
        alike = sorted(texts, key=lambda text: len(text[1]))  # in one batch the longest takes time for all
        for part in _batches(alike, at_once):
            if self._ended():
                raise StorageTrouble("the system is ending", remedy="ask again when it is back")
            self._vectors.put(part, self._encoder.encode([text for _, text in part]))
            done += len(part)
            if progress is not None:
                progress(done)


def _file_of(connection: Connection) -> Path | None:
    """The file that a connection reads; None in memory."""
    path: str = connection.execute("pragma database_list").fetchone()[2]
    return Path(path) if path else None


def kind_of(subject_kind: str, says: str) -> str:
    """The word under which the corpus knows a kind of evidence."""
    return f"{subject_kind}:{says}"


def _shown(each: Evidence) -> Shown:
    owner = each.subject if each.owner == each.subject else each.owner  # one string where it is one
    return Shown(each.subject, owner, each.says, each.strength, each.challenge)


def _item(each: Evidence) -> Item:
    return Item(
        id=each.id,
        person=each.subject,
        text=each.text,
        since=each.since,
        kind=kind_of(each.subject_kind, each.says),
    )


def _batches(items: Sequence[T], size: int = _BATCH) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
