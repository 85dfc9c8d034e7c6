"""The proof of one network's log: sign how far it has come, prove that an event is in it, and that it only grew."""

import base64
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from threading import RLock
from typing import Final

from msgspec import Struct

from domain.audit import CheckpointSigned, SignCheckpoint, audit_of
from domain.catalogue import CATALOGUE
from domain.refusals import BadFile, IllegalMove, Malformed, StorageTrouble, Unknown
from domain.vocabulary import ENGINE, StreamId
from engine import merkle, notes
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.leaves import leaf_of
from engine.log_lines import Prover
from engine.note_folder import NoteFolder
from engine.notes import Checkpoint
from engine.sealing import KeyRing
from engine.signing import Signer
from engine.tree_file import Grown, TreeFile

_SIGNED: Final = CATALOGUE.by_type[CheckpointSigned].name
_FEW: Final = 10


class Inclusion(Struct, frozen=True, kw_only=True):
    """That an event is in a log, for whoever has its leaf's data: fold `proof` over `leaf` to get the root."""

    position: int
    index: int  # the event's number in its network, from 0
    size: int
    leaf: bytes
    proof: tuple[bytes, ...]
    root: bytes
    checkpoint: str | None  # the note over this root; none where only a size was asked about


class Consistency(Struct, frozen=True, kw_only=True):
    """That a log is the continuation of what it was."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    proof: tuple[bytes, ...]


class Proofs:
    """Nothing here holds what people wrote: hashes, sizes, signatures. Safe to use from several threads."""

    def __init__(
        self,
        network: StreamId,
        store: EventStore,
        commands: Commands,
        keys: KeyRing,
        tree: TreeFile,
        folder: NoteFolder,
        clock: Callable[[], datetime],
    ) -> None:
        self.network: Final = network
        self._store = store
        self._commands = commands
        self._keys = keys
        self._tree = tree
        self._folder = folder
        self._clock = clock
        self._lock = RLock()
        self._version = 0  # of the stream that tells what was signed, as far as it was read
        self._signed: Checkpoint | None = None
        self._stood: tuple[Grown, Checkpoint | None] | None = None  # what was last found to agree

    @cached_property
    def _signer(self) -> Signer:
        return Signer(self._keys, self.network)

    @property
    def verifier_key(self) -> str:
        """By which others check what is signed here: to be kept by them, not taken from what is checked."""
        return self._signer.verifier_key

    def sign(self) -> str:
        """A checkpoint over all recorded so far; the last one while nothing but itself was recorded since.

        It is left in the folder of checkpoints too. Raises StorageTrouble where the log is no longer what was signed.
        """
        grown, last = self._tree.grow(), self._checked()
        if last is None or self._news_beyond(last.size):
            last = self._recorded(grown)
        return self._left(last)

    def latest(self) -> str | None:
        """The checkpoint signed last, as it was signed; None when there is none."""
        last = self._checked()
        return None if last is None else self._note(last)

    def agrees(self, note: str) -> Checkpoint:
        """What a checkpoint says, if this network signed it and the log still continues it. Raises BadFile."""
        checkpoint = notes.opened(note, self.verifier_key)
        if not self._continues(checkpoint, self._tree.grow()):
            raise BadFile(
                "the log is not the one that this checkpoint was signed over",
                field="checkpoint",
                remedy="`confrere audit verify` names the first event that differs",
            )
        return checkpoint

    def inclusion(self, position: int, within: str | int | None = None) -> Inclusion:
        """That the event at a position stands in the log at a checkpoint, a note or a size, else at the last one."""
        checkpoint = self._latest_signed() if within is None else self._sized(within, "size")
        index = self._tree.index(position, self._tree.grow().size)
        if index is None:
            raise Unknown(
                "this network has no event there", field="position", remedy="`confrere tail` prints positions"
            )
        if index >= checkpoint.size:
            words = f"this event came after the checkpoint, which covers {checkpoint.size} events of the network"
            raise Unknown(words, field="position", remedy="take a later one: `confrere audit checkpoint` signs one")
        note = None if isinstance(within, int) else self._note(checkpoint)
        return self._included(position, index, checkpoint, note)

    def consistency(self, first: str | int, second: str | int | None = None) -> Consistency:
        """That the log at one checkpoint, a note or a size, continues what it was at another; else the last one."""
        old = self._sized(first, "first")
        new = self._latest_signed() if second is None else self._sized(second, "second")
        if old.size > new.size:
            raise Malformed("the older one covers more than the newer one", field="first", remedy="turn them round")
        path = merkle.consistency_proof(self._tree.hash_at, old.size, new.size)
        if not merkle.verify_consistency(old.size, new.size, old.root, new.root, path):
            self._tree.begin_anew()
            raise StorageTrouble("the proof's tree was damaged; it is made anew", field="tree", remedy="try again")
        return Consistency(
            first=old.size, second=new.size, first_root=old.root, second_root=new.root, proof=tuple(path)
        )

    def prover(self, size: int) -> Prover:
        """For the first `size` events, which were signed, in turn."""
        return Prover(self._tree.hash_at, size)

    def begin_anew(self) -> None:
        """Make the tree again from the log, where something it gave did not fit."""
        self._tree.begin_anew()

    def close(self) -> None:
        self._tree.close()

    def _included(self, position: int, index: int, checkpoint: Checkpoint, note: str | None) -> Inclusion:
        """Checked before it is given: the tree's file is only a help."""
        rows = self._store.rows(position - 1, network=self.network, limit=1)
        leaf = leaf_of(rows[0]) if rows else b""  # cut off beneath the tree
        for again in (False, True):
            if again:
                self._tree.begin_anew()
                self._tree.grow()
            path = merkle.inclusion_proof(self._tree.near(index, checkpoint.size), index, checkpoint.size)
            if merkle.verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root):
                return Inclusion(
                    position=position,
                    index=index,
                    size=checkpoint.size,
                    leaf=leaf,
                    proof=tuple(path),
                    root=checkpoint.root,
                    checkpoint=note,
                )
        raise StorageTrouble(
            "the event there is not the one that was signed",
            field=f"position {position}",
            remedy="it, or one before it, was altered: `confrere audit verify` names the first",
        )

    def _sized(self, given: str | int, field: str) -> Checkpoint:
        if isinstance(given, str):
            return self.agrees(given)
        if not 0 <= given <= (size := self._tree.grow().size):
            raise Unknown(f"the network has {size} events", field=field, remedy="give a smaller size")
        return Checkpoint(self._signer.origin, given, self._tree.root(given))

    def _latest_signed(self) -> Checkpoint:
        last = self._checked()
        if last is None:
            raise Unknown(
                "nothing was signed yet",
                field="checkpoint",
                remedy="`confrere audit checkpoint` signs, as serving does",
            )
        return last

    def _checked(self) -> Checkpoint | None:
        """The last checkpoint, after a look whether the log still continues it, and what lies in the folder."""
        last, grown = self._last(), self._tree.grow()
        if self._stood == (grown, last):
            return last
        for each in (last, self._folder.newest(lambda: self.verifier_key)):
            if each is not None and not self._continues(each, grown):
                raise StorageTrouble(
                    "the log no longer continues what was signed; nothing is signed on top",
                    field=f"checkpoint over {each.size} events",
                    remedy="`confrere audit verify` names the first event that differs; restore it from a backup",
                )
        self._stood = grown, last
        return last

    def _continues(self, checkpoint: Checkpoint, grown: Grown) -> bool:
        if checkpoint.size <= grown.size and self._tree.root(checkpoint.size) == checkpoint.root:
            return True
        self._tree.begin_anew()  # perhaps it is the file that is wrong, and not the log
        return checkpoint.size <= self._tree.grow().size and self._tree.root(checkpoint.size) == checkpoint.root

    def _news_beyond(self, size: int) -> bool:
        """Whether anything but checkpoints was recorded after so many events."""
        rows = self._store.rows(self._tree.position(size - 1), network=self.network, limit=_FEW)
        return len(rows) == _FEW or any(row[5] != _SIGNED for row in rows)

    def _recorded(self, grown: Grown) -> Checkpoint:
        """As an event of the log, which the next checkpoint covers."""
        root = base64.b64encode(grown.root).decode()
        command = SignCheckpoint(audit=audit_of(self.network), size=grown.size, root=root, key=self.verifier_key)
        known = f"sign-{grown.size}-{sha256(f'{root} {self.verifier_key}'.encode()).hexdigest()[:32]}"
        sender = Sender(network=self.network, actor=ENGINE, command_id=known)
        try:
            self._commands.handle(Order(command=command, at=self._clock()), sender)
        except IllegalMove:  # another process signed more in the meantime
            return self._latest_signed()
        return Checkpoint(self._signer.origin, grown.size, grown.root)

    def _last(self) -> Checkpoint | None:
        with self._lock:
            for recorded in self._store.stream(audit_of(self.network), after=self._version):
                self._version = recorded.version
                if isinstance(recorded.event, CheckpointSigned):
                    root = base64.b64decode(recorded.event.root)
                    self._signed = Checkpoint(self._signer.origin, recorded.event.size, root)
            return self._signed

    def _left(self, checkpoint: Checkpoint) -> str:
        note = self._note(checkpoint)
        self._folder.leave(checkpoint.size, note)
        return note

    def _note(self, checkpoint: Checkpoint) -> str:
        return self._signer.sign(checkpoint.size, checkpoint.root)
