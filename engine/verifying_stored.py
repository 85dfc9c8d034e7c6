"""Verify one network's log where it lies against all that was signed of it, and name the first event that differs."""

from base64 import b64decode
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from struct import error as OutOfRange  # noqa: N812 - a number too large for its place, in our words
from typing import Any, Final, Never

from msgspec import MsgspecError, msgpack

from domain.audit import CheckpointSigned, audit_of
from domain.catalogue import CATALOGUE
from engine.leaves import leaf_of
from engine.merkle import EMPTY, SIZE
from engine.notes import Checkpoint
from engine.signing import origin_of
from engine.storage.recorder import Row
from engine.stored_log import StoredLog
from engine.tree_file import TreeFile
from engine.verifying import Kind, Marks, Tampered
from engine.verifying_files import Note, Verified, verified

_SIGNED: Final = CATALOGUE.by_type[CheckpointSigned].name
_TOLD: Final = 1_000  # events between two words of progress
_UNREADABLE: Final = (ValueError, TypeError, AttributeError, OutOfRange)
_IS_SIGNED: Final = "this is not the event that was signed"
_IS_KEPT: Final = "nobody signed it yet, but the hash kept beside the log is of another event"
_NO_HASHES: Final = "the very event is not known, for the hashes kept beside the log are missing or fit nothing signed"

Progress = Callable[[int], None]


class Verifying:
    """Reads the rows once. The hashes kept beside the log prove nothing by themselves; they help to find the place."""

    def __init__(
        self,
        log: StoredLog,
        network: str,
        tree: TreeFile | None,
        kept: Sequence[Note],
        found: Sequence[Note],
    ) -> None:
        """`kept` checkpoints lay elsewhere, or their signature was checked; `found` ones lay beside the log."""
        self._log = log
        self._network = network
        self._tree = tree
        self._hashes = 0 if tree is None else tree.promised().size
        self._kept = kept
        self._notes = {note.checkpoint.size: note for note in (*found, *kept)}
        self._signed = defaultdict[int, set[bytes]](set)
        for note in (*found, *kept):
            self._signed[note.checkpoint.size].add(note.checkpoint.root)
        self._told = dict(_told(log, network))

    def verify(self, *, signature_checked: bool, progress: Progress | None = None) -> Verified:
        """Raises Tampered."""
        origin = origin_of(self._network)
        roots = [(size, root) for size, found in self._signed.items() for root in found]
        own = [(size, root) for size, (root, _) in self._told.items() if size not in self._signed]
        found = (Checkpoint(origin, size, root) for size, root in roots + own)
        marks = Marks((note.checkpoint for note in self._kept), found)
        events = self._pass_by(marks, progress)
        for size, (root, position) in self._told.items():
            if size in self._signed and root not in self._signed[size]:
                self._blame(position)
        self._compare(marks.passed, self._hashes, _IS_KEPT)
        last = Note(Checkpoint(origin, marks.passed, marks.frontier.root()), ())
        over = self._notes.get(marks.passed, last)
        others = [note for size, note in self._notes.items() if size != marks.passed]
        return verified(over, others, signature_checked=signature_checked, uncovered=events - marks.passed)

    def _pass_by(self, marks: Marks, progress: Progress | None) -> int:
        """All events; says how many there are."""
        number = 0
        for number, row in enumerate(self._log.every_row(self._network), start=1):
            try:
                leaf = leaf_of(row)
            except _UNREADABLE:
                _fail("altered", "this row cannot be read", number, row[0])
            if marks.waiting:
                self._take(marks, leaf)
            if progress is not None and number % _TOLD == 0:
                progress(number)
        if marks.waiting:
            self._locate(marks, marks.cut_off())
        return number

    def _take(self, marks: Marks, leaf: bytes) -> None:
        try:
            marks.take(leaf)
        except Tampered as tampered:
            self._locate(marks, tampered)

    def _locate(self, marks: Marks, known: Tampered) -> Never:
        """Between two checkpoints, the very event, where the hashes beside the log are those that were signed."""
        size = known.until
        beside = self._tree.root(size) if self._tree is not None and self._hashes >= size else None
        if beside in self._signed.get(size, ()) or beside == self._told.get(size, (EMPTY, 0))[0]:
            self._compare(known.sequence - 1, size, _IS_SIGNED)
        elif size not in self._signed and beside == marks.frontier.root():
            self._blame(self._told[size][1])
        raise _without_hashes(known)

    def _compare(self, begin: int, end: int, words: str) -> None:
        """Stored rows with the hashes beside them, from one event up to another."""
        tree = self._tree
        if tree is None or begin >= end:
            return
        rows = self._log.every_row(self._network, tree.position(begin - 1) if begin else 0)
        for index in range(begin, end):
            row, place = next(rows, None), tree.position(index)
            if row is None:
                _fail("truncated", f"the log ends before event {end}", index + 1, place)
            if row[0] != place:
                kind: Kind = "missing" if row[0] > place else "added"
                _fail(kind, "what stands at these positions is not what was there", index + 1, min(row[0], place))
            if _leaf_or_none(row) != tree.hash_at(0, index):
                _fail("altered", words, index + 1, place)

    def _blame(self, position: int) -> Never:
        """The event that tells of a checkpoint says something else than was signed."""
        number = sum(1 for row in self._log.every_row(self._network) if row[0] <= position)
        _fail("altered", "it tells of another checkpoint than was signed", number, position)


def _fail(kind: Kind, words: str, number: int, position: int | None) -> Never:
    raise Tampered(kind, words, number, position=position)


def _without_hashes(known: Tampered) -> Tampered:
    """One of several events it is, and nothing here tells which."""
    if known.until == known.sequence or known.kind != "rewritten":
        return known
    words = f"{known.words.removeprefix(f'{known.kind}: ')}; {_NO_HASHES}"
    return Tampered(known.kind, words, known.sequence, until=known.until, position=known.position)


def _leaf_or_none(row: Row) -> bytes | None:
    try:
        return leaf_of(row)
    except _UNREADABLE:
        return None


def _told(log: StoredLog, network: str) -> Iterator[tuple[int, tuple[bytes, int]]]:
    """What the log itself says was signed: size, root, and at which position it says so."""
    for position, payload in log.named(network, audit_of(network), _SIGNED):
        with suppress(MsgspecError, LookupError, TypeError, ValueError, RecursionError):
            fields: dict[str, Any] = msgpack.decode(payload)[2]
            root = b64decode(fields["root"], validate=True)
            if len(root) == SIZE and isinstance(fields["size"], int):
                yield fields["size"], (root, position)


@contextmanager
def tree_of(data: Path, network: str, log: StoredLog) -> Iterator[TreeFile | None]:
    """The hashes kept beside the log, if they are there and can be opened."""
    path, tree = data / network / "tree", None
    with suppress(OSError):
        tree = TreeFile(path, network, log) if path.exists() else None
    try:
        yield tree
    finally:
        if tree is not None:
            tree.close()
