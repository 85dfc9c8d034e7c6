"""A proof that an event is in a long log, beside the hashing alone that checking it takes."""

import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.events import NETWORK, NOW, budget, name, origin
from benchmarks.row import Row
from benchmarks.turns import beside, in_time, in_turns, longer, row, timed
from domain.catalogue import CATALOGUE
from domain.networks import NetworkChartered
from engine.checkpoints import Proofs
from engine.commands import Commands
from engine.event_store import Addition, EventStore
from engine.merkle import inclusion_proof
from engine.note_folder import NoteFolder
from engine.sealing import KeyRing
from engine.tree_file import TreeFile

EVENTS: Final = 1_000_000
SMOKE: Final = 3_000
_STREAM: Final = 1_000  # events of one save
_AGAINST: Final = "as many SHA-256 of a node as the proof has hashes"


def rows(*, smoke: bool = False) -> list[Row]:
    events, rounds, times = (SMOKE, 2, 20) if smoke else (EVENTS, 9, 300)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(EventStore(Path(folder), KeyRing.in_memory(), CATALOGUE)) as store,
    ):
        _tell(store, events)
        start = time.perf_counter()
        with closing(TreeFile(Path(folder) / "tree", NETWORK, store)) as tree:
            size = tree.grow().size
            built = time.perf_counter() - start
            proofs = _proofs(Path(folder), store, tree)
            proofs.sign()
            return _compared(size, built, rounds, times, tree, proofs)


def _compared(size: int, built: float, rounds: int, times: int, tree: TreeFile, proofs: Proofs) -> list[Row]:
    places = Random(6)  # noqa: S311 - which events are proven
    hashes = len(inclusion_proof(tree.hash_at, 0, size))

    def bare() -> None:
        for _ in range(hashes):
            sha256(_NODE).digest()

    def path() -> None:
        index = places.randrange(size)
        inclusion_proof(tree.near(index, size), index, size)

    def checked() -> None:
        proofs.inclusion(tree.position(places.randrange(size)))

    theirs, ours, whole = in_turns(rounds, *(timed(each, times) for each in (bare, path, checked)))
    log = f"a log of {size:,} events"
    grown = f"; the tree took {in_time(built / size)} an event to make"
    return [
        row(f"inclusion proof from {log}", _AGAINST, longer(ours, theirs), beside(ours, theirs) + grown, at_most=20),
        row(
            f"the same by its position, checked against the event as it is stored, with the signed note, from {log}",
            _AGAINST,
            longer(whole, theirs),
            beside(whole, theirs),
        ),
    ]


_NODE: Final = bytes(65)


def _tell(store: EventStore, events: int) -> None:
    charter = NetworkChartered(name="Synthetic", zone="America/New_York")
    store.append(NETWORK, [Addition(NETWORK, 0, (charter,), NOW)], origin=origin())
    for _ in range(events // _STREAM):
        store.append(NETWORK, [Addition(name("budget"), 0, tuple(budget(_STREAM)), NOW)], origin=origin())


def _proofs(folder: Path, store: EventStore, tree: TreeFile) -> Proofs:
    notes = NoteFolder(folder / "checkpoints", NETWORK)
    return Proofs(NETWORK, store, Commands(store), KeyRing.in_memory(), tree, notes, lambda: datetime.now(UTC))
