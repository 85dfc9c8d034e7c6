"""All rules over a long lawful history in one pass, beside a bare select of the same rows, and in how much memory."""

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.lawful import NETWORK
from benchmarks.lawful import rows as lawful
from benchmarks.machine import resident
from benchmarks.row import Row
from benchmarks.turns import beside, faster, in_turns, row, timed
from domain.catalogue import CATALOGUE
from engine.checking import check, rows_of
from engine.event_store import EventStore
from engine.sealing import KeyRing

EVENTS: Final = (100_000, 1_000_000)
SMOKE: Final = (3_000, 6_000)
PAGE: Final = 2_000  # rows a bare select fetches at once, as ours
MIB: Final = 1 << 20


def rows(*, smoke: bool = False) -> list[Row]:
    few, many = SMOKE if smoke else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        write(small, few)
        write(large, many)
        with closing(EventStore(small, KeyRing.in_memory(), CATALOGUE)) as store:
            bare, ours = timed(partial(select, small)), timed(partial(checked, store))
            theirs, taken = in_turns(2 if smoke else 5, bare, ours)
        return [
            row(
                f"all rules over {few:,} events in one pass, nothing opened",
                f"bare select of the same rows, {PAGE:,} at once",
                faster(taken, theirs),
                beside(taken, theirs, few),
                at_least=0.05,
            ),
            _memory(small, few, large, many),
        ]


def write(folder: Path, count: int) -> None:
    """As the log would lie there, without its saves one by one."""
    EventStore(folder, KeyRing.in_memory(), CATALOGUE).close()
    with closing(sqlite3.connect(folder / "events.db")) as connection, connection:
        connection.execute("pragma synchronous = off")
        connection.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?)", lawful(count))


def select(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "events.db")) as connection:
        return sum(1 for _ in _pages(connection))


def _pages(connection: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    query = "select * from events where position > ? order by position limit ?"
    position = 0
    while page := connection.execute(query, (position, PAGE)).fetchall():
        position = page[-1][0]
        yield from page


def checked(store: EventStore) -> int:
    found = check(rows_of(store, NETWORK))
    assert found.violation is None, found.violation
    return found.events


def _memory(small: Path, few: int, large: Path, many: int) -> Row:
    """Each in a process of its own: what it had at most."""
    less, more = _most(small), _most(large)
    each = (more - less) / (many - few)
    beside = f"{less / MIB:.0f} MiB / {more / MIB:.0f} MiB, {each:.0f} bytes an event"
    what = f"memory at most, {many:,} events against {few:,}"
    return Row(what, "ten times as many" if many == 10 * few else "fewer", more / less, beside=beside, word="as much")


def _most(folder: Path) -> int:
    words = [sys.executable, "-m", "benchmarks.checking", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603 - this very program
    return int(done.stdout)


if __name__ == "__main__":
    with closing(EventStore(Path(sys.argv[1]), KeyRing.in_memory(), CATALOGUE)) as there:
        checked(there)
    print(resident("VmHWM"))
