"""The proof's tree of one network in a file, every hash in the order they were made; disposable, as views are."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from struct import Struct
from threading import RLock
from typing import Final, Protocol

from msgspec import Struct as Record

from domain.refusals import StorageTrouble
from engine.leaves import leaf_of
from engine.merkle import SIZE, Frontier, HashAt, subtree_root
from engine.storage.recorder import Row

PAGE: Final = 10_000  # rows between two waits for the disk

_NEAR: Final = 8  # levels over leaves that are read at once
_HIGH: Final = 11  # from this level on hashes are few, and stay in memory

_MAGIC: Final = b"confrere tree 1\n"
_HEAD: Final = Struct(f">16sQ{SIZE}s")  # magic, number of leaves, root over them; a SHA-256 of these stands behind
_BEGIN: Final = _HEAD.size + SIZE
_PLACE: Final = Struct(">Q")  # each leaf's position in the log stands before its hash


class Rows(Protocol):
    """Where the leaves come from."""

    def rows(
        self, after: int, *, limit: int = PAGE, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]: ...


class Grown(Record, frozen=True):
    """How far a tree has come."""

    size: int
    root: bytes


NOTHING: Final = Grown(0, Frontier().root())


class TreeFile:
    """Leaf n is the n-th event of the network. Safe for several threads; several processes may have it open.

    It is believed no further than it can be checked: its root stands in its head, its last leaf is compared with the
    log, and whoever takes a proof from it checks that proof. What does not fit is made anew from the log.
    """

    def __init__(self, path: Path, network: str, log: Rows) -> None:
        self._path: Final = path
        self._network: Final = network
        self._log: Final = log
        self._lock = RLock()
        self._file = _opened(path)
        self._known = NOTHING
        self._high: dict[tuple[int, int], bytes] = {}

    def grow(self, progress: Callable[[int], None] | None = None) -> Grown:
        """Take in what the log holds by now; says how far that is."""
        with self._alone():
            grown, frontier = self._checked(), None
            while page := self._log.rows(self._last_position(grown.size), network=self._network, limit=PAGE):
                frontier = frontier or self._frontier(grown.size)
                grown = self._take(frontier, page)
                if progress is not None:
                    progress(page[-1][0])
            self._known = grown
            return grown

    def hash_at(self, level: int, i: int) -> bytes:
        """The root over the i-th 2**level leaves, which have to be there."""
        if level < _HIGH:
            return self._read(level, i)
        found = self._high.get((level, i)) or self._read(level, i)
        if len(found) == SIZE:  # nothing while another process makes the file anew
            self._high[level, i] = found
        return found

    def near(self, index: int, size: int) -> HashAt:
        """The same, with what lies around one leaf of the first `size` read at once: a proof looks there most."""
        begin = index >> _NEAR << _NEAR
        from_, until = _end(begin), _end(min(begin + (1 << _NEAR), size))
        block = os.pread(self._file, until - from_, from_)

        def at(level: int, i: int) -> bytes:
            place = _place(((i + 1) << level) - 1) + SIZE * level - from_
            return block[place : place + SIZE] if 0 <= place < len(block) else self.hash_at(level, i)

        return at

    def _read(self, level: int, i: int) -> bytes:
        return os.pread(self._file, SIZE, _place(((i + 1) << level) - 1) + SIZE * level)

    def root(self, size: int) -> bytes:
        """Over the first `size` leaves."""
        return subtree_root(self.hash_at, 0, size)

    def position(self, index: int) -> int:
        """Where in the log a leaf stands."""
        return int.from_bytes(os.pread(self._file, _PLACE.size, _place(index) - _PLACE.size))

    def index(self, position: int, size: int) -> int | None:
        """The leaf, among the first `size`, of the event at a position of the log."""
        low, high = 0, min(size, position)  # positions begin with one and rise by one at least
        if high and self.position(high - 1) == position:
            return high - 1
        while low < high:
            middle = (low + high) // 2
            if self.position(middle) < position:
                low = middle + 1
            else:
                high = middle
        return low if low < size and self.position(low) == position else None

    def promised(self) -> Grown:
        """How far the head says that it has come; nothing is compared with the log."""
        return self._head()

    def begin_anew(self) -> None:
        """Forget all of it; the log has it."""
        with self._alone():
            self._clear()

    def close(self) -> None:
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _checked(self) -> Grown:
        """What the head promises, if the hashes and the log keep it; else nothing, with an empty file."""
        grown = self._head()
        if grown.size and grown != self._known and not self._keeps(grown):
            self._clear()
            return NOTHING
        return grown

    def _keeps(self, grown: Grown) -> bool:
        if os.fstat(self._file).st_size < _end(grown.size) or self.root(grown.size) != grown.root:
            return False
        last = self._last_position(grown.size)
        found = self._log.rows(last - 1, network=self._network, limit=1)
        return bool(found) and leaf_of(found[0]) == self.hash_at(0, grown.size - 1)

    def _take(self, frontier: Frontier, page: Sequence[Row]) -> Grown:
        begin, parts = _end(frontier.size), []
        for row in page:
            parts.append(_PLACE.pack(row[0]))
            parts += frontier.append(leaf_of(row))
        _write(self._file, begin, b"".join(parts))
        os.fdatasync(self._file)  # before the head promises it
        grown = Grown(frontier.size, frontier.root())
        head = _HEAD.pack(_MAGIC, grown.size, grown.root)
        _write(self._file, 0, head + sha256(head + self._network.encode()).digest())
        return grown

    def _head(self) -> Grown:
        content = os.pread(self._file, _BEGIN, 0)
        head, seal = content[: _HEAD.size], content[_HEAD.size :]
        if len(content) < _BEGIN or sha256(head + self._network.encode()).digest() != seal:
            return NOTHING
        magic, size, root = _HEAD.unpack(head)
        return Grown(size, root) if magic == _MAGIC else NOTHING

    def _frontier(self, size: int) -> Frontier:
        return Frontier(size, (self.hash_at(level, i) for level, i in _complete(size)))

    def _last_position(self, size: int) -> int:
        return self.position(size - 1) if size else 0

    def _clear(self) -> None:
        os.ftruncate(self._file, 0)
        self._known = NOTHING
        self._high.clear()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time over all threads and processes, given back even by a crash. Raises StorageTrouble."""
        with self._lock:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX)
                try:
                    yield
                finally:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
            except OSError as error:
                raise StorageTrouble(
                    "the proof's tree cannot be written",
                    field=str(self._path),
                    remedy=error.strerror or "check the disk",
                ) from error


def _place(leaf: int) -> int:
    """Where a leaf's hash stands; behind it come the roots of what it completes, before it its position."""
    return _end(leaf) + _PLACE.size


def _end(size: int) -> int:
    """Where so many leaves end: their positions, and the roots of all complete subtrees over them."""
    return _BEGIN + _PLACE.size * size + SIZE * (2 * size - size.bit_count())


def _complete(size: int) -> Iterator[tuple[int, int]]:
    """Level and number of the subtrees that make up so many leaves, largest first."""
    begin = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            yield level, begin >> level
            begin += 1 << level


def _opened(path: Path) -> int:
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _write(file: int, begin: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(file, view, begin)
        begin, view = begin + written, view[written:]
