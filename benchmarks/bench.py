"""`make bench`: every figure about speed in one table, each row a ratio in one run against a limit or a peer."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import encoding, machine, projecting, recommending, search, serving, storage, streams
from benchmarks.row import Row

PARTS: Final = (storage, streams, projecting, serving, search, recommending, encoding)
PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
HEADS: Final = ("what", "against", "ratio", "wanted", "met", "ours / theirs")

_INTRODUCTION: Final = """\
# Speed

`make bench` measures all of it and writes this page. Each row is a ratio to a peer or a limit that was measured in the
same run: our turns and the peer's alternate, each round gives a ratio, and the table shows the median of the rounds
and between which values they lay, as so many times *as fast* as the peer or *as long*. Absolute times stand beside;
they are noise on shared machines, and nothing is promised of them.
"""

_HOW: Final = """\
## How the peers are made

- Raw sqlite3 writes the same table with the same indexes and pragmas, but not the receipt of the command that ours
  writes too. The bare select reads all columns of the same file and decodes nothing.
- The library's aggregate is declared with `@event` and stores the same fields with its stock modules and its JSON,
  which was taught dates. Ours is loaded from all its events, without the state that the door for changes keeps.
- The library's runner follows our recorder into its own SQLite tracking recorder, one transaction an event, and fills
  the same tables by the same function. Ours takes pages of 2,000, and its files of projections are written with
  `synchronous = normal`, since they can be made anew from the log; one row gives the peer the same.
- The bare Litestar handler returns the bytes that ours returned, under the same uvicorn. It checks no token, counts,
  limits and logs nothing, and sends none of the guarding headers. The load comes from a third process.
- Searching and pooling, and whole lists of recommendations, are set beside one exact search of the same vectors with
  the same threads. The lists are of a synthetic network, each for another reader, and every one is recorded.
"""


def main(words: Sequence[str]) -> int:
    """Ends well when every row was made and has a number; whether it is met is for the reader."""
    smoke = "--smoke" in words
    rows = list(measured(smoke=smoke, tell=lambda told: print(told, file=sys.stderr, flush=True)))
    _print(rows)
    if not smoke:
        PAGE.write_text(page(rows, machine.described(), datetime.now(UTC)), encoding="utf-8")
    return 0 if all(math.isfinite(each.ratio) and each.ratio > 0 for each in rows) else 1


def measured(*, smoke: bool, tell: Callable[[str], None]) -> Iterator[Row]:
    for number, part in enumerate(PARTS, start=1):
        name = part.__name__.rpartition(".")[2]
        tell(f"[{number}/{len(PARTS)}] {name} …")
        start = time.monotonic()
        rows = part.rows(smoke=smoke)
        tell(f"[{number}/{len(PARTS)}] {name}: {len(rows)} rows in {time.monotonic() - start:.0f} s")
        yield from rows


def page(rows: Sequence[Row], about: dict[str, str], at: datetime) -> str:
    """The whole page, in Markdown."""
    lines = [_line(HEADS), _line(["---"] * len(HEADS)), *(_line(_cells(row)) for row in rows)]
    taken = f"Taken on {at:%Y-%m-%d} on this machine: " + "; ".join(f"{name} {said}" for name, said in about.items())
    return "\n".join([_INTRODUCTION, f"{taken}.", "", *lines, "", _HOW])


def _cells(row: Row) -> tuple[str, ...]:
    return row.what, row.against, row.measured, row.wanted, row.met, row.beside


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _print(rows: Sequence[Row]) -> None:
    table = Table(*HEADS, title="speed beside the peers")
    for row in rows:
        table.add_row(*_cells(row), style="red" if row.met == "no" else None)
    Console(width=180).print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
