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

from benchmarks import (
    checking,
    coaching,
    coaching_queue,
    encoding,
    erasing,
    faults,
    freshness,
    machine,
    many,
    past,
    projecting,
    proofs,
    recommending,
    search,
    serving,
    storage,
    streams,
    verifying,
)
from benchmarks.row import Row

PARTS: Final = (
    storage,
    streams,
    projecting,
    past,
    coaching_queue,
    serving,
    search,
    recommending,
    many,
    encoding,
    freshness,
    coaching,
    proofs,
    verifying,
    faults,
    checking,
    erasing,
)
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
  writes too. The bare select reads all columns of the same file, as many rows at once as ours, and decodes nothing.
- The library's aggregate is declared with `@event` and stores the same fields with its stock modules and its JSON,
  which was taught dates. Ours is loaded from all its events, without the state that the door for changes keeps.
- The library's runner follows our recorder into its own SQLite tracking recorder, one transaction an event, and fills
  the same tables by the same function. Ours takes pages of 2,000, and its files of projections are written with
  `synchronous = normal`, since they can be made anew from the log. One row takes the peer as it comes, with
  `synchronous = full`; the other gives it ours. The same is wanted of both, and the second compares at equal
  durability: there a commit an event stands against a commit a page.
- The past is that of a log of challenges, made as it is read: five hundred at a time are talked about, in twenty events
  each. Ours is a file that keeps each version of each row, filled before the first question; the peer fills the same
  tables in memory from zero up to the position, as was done before there was such a file. Both hold the challenge board
  alone, which is kind to the peer: with all projections it takes several times as long, and ours does not.
- The bare select of the queue reads the same rows by the same index, all columns but the two that hold what is shown,
  and makes nothing of them. Ours makes what a facilitator is shown, with each case's place in its tier, the number of
  all cases and the cursor of the next page; who reads words of which class is asked row by row.
- The bare Litestar handler returns the bytes that ours returned, under the same uvicorn. It checks no token, counts,
  limits and logs nothing, and sends none of the guarding headers. The load comes from a third process. Ours keeps an
  answer as long as nothing is recorded, so the first row of reading tells what checking and handing out a kept answer
  costs, not making one. The row with writes beside is the other case: each write lets go of what was kept. Nothing is
  wanted of it, and its peer has no writes.
- Searching and pooling, and lists of recommendations, are set beside one exact search of all stored vectors by FAISS,
  each with one thread: a single query gains nothing from two. The peer searches 32-bit vectors and nothing else. Ours
  is exact as well: it looks through codes of a byte per component, whose error is bounded, and compares by the 32-bit
  vectors whatever the codes leave in question ([decision 11](decisions/0011-exact-search-of-a-million.md)); and it
  searches by words besides.
- The lists are of a synthetic network, each for another reader, and every one is recorded. Its words are drawn as
  often as words of a language are, its vectors lie around 64 topics, and both are drawn independently of each other,
  unlike in real texts, where what is near in words is often near in meaning. How many hits pass the floor stands beside
  the row: for experts all that the search may give, for peers, who are found by their challenges, about 50.
- A limit is wanted of lists of experts and of peers, which are one search, from 100,000 items on: among 10,000 the peer
  takes less than a millisecond, which no list that is recorded can keep up with. A consultancy has no limit (–): after
  the same search it weighs groups of people against one another, which the peer does not.
- Among a million items the lists are made in memory alone, by the same pure function, for writing a million texts into
  a log takes too long for a measurement. In it are the need's terms, the search by meaning and by words, the
  rules, the order, the lot and the reasons. Not in it are reading projections from SQLite (what is known of people is
  made up as simple numbers, ties, settings and what peers gain among them), reading and opening the need's own vector,
  and recording the list. The words' weights are made straight from numbers drawn as
  often as words of a language; only of frequent words have phrases the very number that the ranker gives them. Memory
  per item is what the process grew by: vector, code, words and phrases with their weights, id, person, kind and
  positions. What the index knows of a piece besides (who said it and how, where its vector is stored) is not in it and
  takes about 200 bytes more.
- Encoding is compared with the same model, texts and threads, the peer in batches of 32 texts. The lowest cosine of our
  vectors to the peer's stands beside.
- A challenge just posted is timed from its command until somebody else's list names its author, one text encoded on the
  way. Model and list were used before.
- The first list after a start is counted from opening the folder. Python's imports are in neither side, and no model
  is loaded, since vectors of known texts are stored. The usual start finds its index written down; the row with
  nothing written down makes it anew from the projections, as after an upgrade or an erasure.
- A suggested disposition and a list of experts are asked for by turns on the same network, each for another need, and
  both are recorded. In a suggestion are a search over what members show and one over the shelf, how well every coach
  and expert fits, the open needs like it, the rules, and a group for a consultancy. The words of the needs were encoded
  before, like those of the challenges.
- The burst: coaches and requests that wait for one, more than they can take. A process that makes the offers is killed
  once half of them are made, another one goes on. Then every coach has as many offers as sessions they offered time
  for, and no request has two. The row of time sets the second process beside what its commands take alone; most of the
  rest is reading the requests' words and vectors after the start.
- A proof of inclusion has one hash a level, and who checks it hashes as often; the peer hashes a node as often and
  nothing else. Ours reads the hashes from the tree's file. The row below is the whole answer: the event is found by its
  position and read from the log, its hash and the proof are checked against the signed root, and the note is signed
  again, which gives the same bytes.
- The history that the rules are checked over is made up and lawful: time offered and asked for, help, challenges,
  lists with reasons and whole coaching cases, texts in every third event. Nothing of it is opened. What has to be
  remembered of every command, stream and text that a reason may point at is kept as eight-byte numbers, so that memory
  grows by some tens of bytes an event.
- Who is erased in the figure wrote as much as everybody else. Their name is looked for in all that others wrote, their
  key is destroyed, half a second is waited until every process has let go of it, and all tables are made anew from the
  log; the peer does that last part alone. The index of evidence is read from stored vectors at the next question, by a
  service before anybody asks.
- Memory is the largest resident size (VmHWM) of a process of its own that makes its index anew and then the lists. The
  peer's vectors are not in it, nor is the model, which is loaded once a new text has to be encoded.
"""


def main(words: Sequence[str]) -> int:
    """Ends well when every row was made and has a number; whether it is met is for the reader."""
    smoke = "--smoke" in words
    about = machine.described()  # first: its load is to be that of others
    rows = list(measured(smoke=smoke, tell=lambda told: print(told, file=sys.stderr, flush=True)))
    _print(rows)
    if not smoke:
        PAGE.write_text(page(rows, about, datetime.now(UTC)), encoding="utf-8")
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
