"""How long a list of recommendations takes, whole: beside one bare search, and as the first thing after a start."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

import faiss
import msgspec
import numpy as np
from msgspec import Struct

from benchmarks.machine import resident
from benchmarks.network import NETWORK, Size, build, needs, settings_of
from benchmarks.row import Row
from benchmarks.search import LIMIT
from benchmarks.turns import beside, longer, row, timed
from domain.eligibility import Mode
from domain.recommendations import ListKind
from engine.case import look_up
from engine.runtime import Confrere
from engine.sealing import KeyRing
from engine.snapshot import Need
from engine.storage.database import Database

FEW, LARGE, STARTING = Size(667, 10_005), Size(6_667, 100_005), Size(10_000, 50_000)
SMALL: Final = Size(134, 2_010)
PER_KIND, STARTS = 200, 5
LISTS_AT_MOST, P99_AT_MOST, START_AT_MOST, MEMORY_AT_MOST = 1.5, 2.5, 2.0, 1.5  # the last in GiB
KINDS: Final = (ListKind.EXPERTS, ListKind.PEERS, ListKind.CONSULTANCY)
BARRED: Final = KINDS[:2]  # a consultancy is also a search for a group
ASKED_BEFORE, COUNTED = 50, 20

T = TypeVar("T")


class Lists(Struct):
    """Seconds of each list of a kind, with those of the bare search beside it, and of the same asked again."""

    kind: ListKind
    ours: list[float]
    bare: list[float]
    again: list[float]
    passing: float  # hits of a need that pass the floor, their median


def lists(folder: Path, size: Size, count: int) -> list[Lists]:
    """Each list is for another challenge of another reader; every one is appended before the next is asked for."""
    faiss.omp_set_num_threads(1)  # a single query gains nothing from more, and loses where cores are busy
    asking = iter(needs(size))
    with Confrere(settings_of(folder)) as system:
        system.warm(NETWORK)
        for kind in KINDS:
            _ask(system, next(asking), kind)
        bare, vectors = _bare(folder)
        found = []
        for kind in KINDS:
            chosen = list(islice(asking, count))
            taken = Lists(kind, [], [], [], _passing(system, chosen[:COUNTED], kind))
            for number, need in enumerate(chosen):
                taken.bare.append(timed(partial(bare.search, vectors[[number]], LIMIT))())
                taken.ours.append(timed(partial(_ask, system, need, kind))())
                taken.again.append(timed(partial(_ask, system, need, kind))())
            found.append(taken)
    return found


def memory(folder: Path, size: Size, count: int) -> float:
    """GiB of a process at its largest, which makes its index and then lists; no peer is in it."""
    asking = iter(needs(size))
    with Confrere(settings_of(folder)) as system:
        system.warm(NETWORK)
        for kind in KINDS:
            for need in islice(asking, count):
                _ask(system, need, kind)
    if "torch" in sys.modules:
        raise AssertionError("the model was loaded for stored challenges")
    return resident("VmHWM") / 2**30


def _passing(system: Confrere, asked: Sequence[tuple[str, str]], kind: ListKind) -> float:
    counts = []
    for reader, subject in asked:
        need = Need(reader=reader, subject=subject, kind=kind, mode=Mode.ANY, at=system.clock())
        with system.at_hand.snapshot(NETWORK, need) as snapshot:
            counts.append(len(look_up(need, snapshot.policy, snapshot, snapshot.policy.floor).hits))
    return median(counts)


def _ask(system: Confrere, need: tuple[str, str], kind: ListKind) -> None:
    issued = system.recommend(NETWORK, *need, kind).issued
    if not issued.picks and kind is not ListKind.PEERS:  # in a small network nobody else may work on the same
        raise AssertionError("a list without anybody on it measures nothing")


def _bare(folder: Path) -> tuple[faiss.IndexFlatIP, np.ndarray]:
    """Read and open every stored vector, and add them to FAISS."""
    settings = settings_of(folder)
    keys = KeyRing.open(settings.data, settings.master_key)
    database = Database(settings.data / "vectors.db", "")
    with database.read() as c:
        ((_, model),) = c.execute("select id, fingerprint from models").fetchall()
        opened = [
            keys.unseal(owner, sealed, b"|".join((b"vector", owner.encode(), digest, model.encode())))
            for owner, digest, sealed in c.execute("select owner, digest, sealed from vectors")
        ]
    vectors = np.frombuffer(b"".join(opened), dtype="<f4").reshape(len(opened), -1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    database.close()
    keys.close()
    return index, vectors


def first(folder: Path, size: Size, number: int) -> float:
    """Seconds from opening the folder to the first list."""
    system: Confrere | None = None

    def start() -> None:
        nonlocal system
        system = Confrere(settings_of(folder))
        _ask(system, needs(size)[number], ListKind.EXPERTS)

    seconds = timed(start)()
    if "torch" in sys.modules:
        raise AssertionError("torch was imported for a stored challenge")
    if system is not None:
        system.close()
    return seconds


def opening(folder: Path, size: Size, number: int) -> float:  # noqa: ARG001 - one shape for all
    """Seconds of what no start can do without."""
    return timed(lambda: _bare(folder))()


DOINGS: Final[Mapping[str, Callable[[Path, Size, int], object]]] = {
    "lists": lists,
    "memory": memory,
    "first": first,
    "opening": opening,
}


def rows(*, smoke: bool = False) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        small = [] if smoke else _of_lists(Path(folder) / "few", FEW, ASKED_BEFORE)
        large = _of_lists(Path(folder) / "large", *((SMALL, 5) if smoke else (LARGE, PER_KIND)))
        peak = _of_memory(Path(folder) / "large", *((SMALL, 5) if smoke else (LARGE, ASKED_BEFORE)))
        return [*small, *large, peak, *_of_starts(Path(folder) / "starting", smoke=smoke)]


def _of_lists(folder: Path, size: Size, count: int) -> list[Row]:
    build(folder, size)
    measured = _apart("lists", folder, size, count, of=list[Lists])
    return [each for kind in measured for each in of_kind(kind, f"{size.items:,} items", barred=size is not FEW)]


def _of_memory(folder: Path, size: Size, count: int) -> Row:
    peak = _apart("memory", folder, size, count, of=float)
    what = f"memory at its largest, {size.items:,} items, {count * len(KINDS)} lists, model not loaded"
    return Row(what, "1 GiB", peak, beside=f"{peak:.2f} GiB", at_most=MEMORY_AT_MOST)


def of_kind(measured: Lists, among: str, *, barred: bool) -> list[Row]:
    """Nothing is wanted of a consultancy, nor where the peer takes less than what no list can do without."""
    what = f"a list of {measured.kind}, whole, {among}"
    peer = f"one bare IndexFlatIP search, k = {LIMIT}"
    ours, again, bare = measured.ours, measured.again, measured.bare
    slow, usual = float(np.percentile(ours, 99)), median(ours)
    limit = LISTS_AT_MOST if barred and measured.kind in BARRED else None
    passing = f"; {measured.passing:g} hits pass the floor"
    return [
        row(what, peer, longer(ours, bare), beside(ours, bare) + passing, at_most=limit),
        Row(f"{what}: p99", "its median", slow / usual, beside=beside([slow], [usual]), at_most=P99_AT_MOST),
        *([row(f"{what}: asked again", peer, longer(again, bare), beside(again, bare))] if again else []),
    ]


def _of_starts(folder: Path, *, smoke: bool) -> list[Row]:
    size = SMALL if smoke else STARTING
    build(folder, size)
    _apart("first", folder, size, 0, of=float)  # whose index is written down when it closes
    ours, peer, anew = [], [], []
    for number in range(1, 2 if smoke else 1 + STARTS):
        peer.append(_apart("opening", folder, size, number, of=float))
        ours.append(_apart("first", folder, size, 2 * number, of=float))
        _forget(folder)
        anew.append(_apart("first", folder, size, 2 * number + 1, of=float))  # and writes it down again
    what = f"the first list after a start, {size.members:,} members, {size.items:,} items"
    against = "reading and opening the stored vectors, adding them to FAISS"
    return [
        row(f"{what}, its index written down", against, longer(ours, peer), beside(ours, peer), at_most=START_AT_MOST),
        row("the same with nothing written down", against, longer(anew, peer), beside(anew, peer)),
    ]


def _forget(folder: Path) -> None:
    (written,) = folder.rglob("*.index")
    written.unlink()


def _apart(doing: str, folder: Path, size: Size, number: int, *, of: type[T]) -> T:
    """Measured in a process of its own, where nothing was loaded or kept before."""
    print(f"  {doing}: {size.members:,} members, {size.items:,} items", file=sys.stderr, flush=True)
    words = [doing, str(folder), str(size.members), str(size.items), str(number)]
    told = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "benchmarks.recommending", *words],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    return msgspec.json.decode(told.stdout, type=of)


def main(doing: str, folder: str, members: str, items: str, number: str) -> None:
    done = DOINGS[doing](Path(folder), Size(int(members), int(items)), int(number))
    sys.stdout.write(msgspec.json.encode(done).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
