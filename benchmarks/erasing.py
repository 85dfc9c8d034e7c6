"""Erasing one of 10,000 members beside making the same tables anew and nothing else."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.network import NETWORK, START, Size, build, member, settings_of
from benchmarks.row import Row
from benchmarks.turns import Turn, beside, in_time, in_turns, longer, row
from domain.vocabulary import OPERATOR
from engine.commands import Sender
from engine.followers import Views
from engine.runtime import Confrere

EACH: Final = 2  # pieces of evidence of a member, besides their name, place, level and time


def rows(*, smoke: bool = False) -> list[Row]:
    size, rounds = (Size(60, 60 * EACH), 1) if smoke else (Size(10_000, 10_000 * EACH), 3)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), size)
        with Confrere(settings_of(Path(folder)), lambda: START) as system:
            erased = _Erased(system)
            tables, taken = in_turns(rounds, _anew(system.views(NETWORK)), erased.one)
            return [
                row(
                    f"erase one of {size.members:,} members",
                    "making the tables anew",
                    longer(taken, tables),
                    f"{beside(taken, tables)}; {erased.told()}",
                    at_most=2,
                )
            ]


def _anew(views: Views) -> Turn:
    def turn() -> float:
        start = time.perf_counter()
        views.rebuild()
        return time.perf_counter() - start

    return turn


class _Erased:
    """Those who post no challenges, one after another, from where their names are looked for to the last fact."""

    def __init__(self, system: Confrere) -> None:
        self._system = system
        self._who: Iterator[str] = (member(number) for number in range(2, 10_000, 4))
        self._vectors = 0
        self._index: list[float] = []
        system.index(NETWORK)

    def one(self) -> float:
        who, start = next(self._who), time.perf_counter()
        sender = Sender(network=NETWORK, actor=OPERATOR, command_id=f"erase-{who}")
        self._system.erasures.begin(NETWORK, who, sender)
        self._vectors = self._system.erasures.finish(NETWORK, who).vectors
        taken = time.perf_counter() - start
        start = time.perf_counter()
        self._system.index(NETWORK)
        self._index.append(time.perf_counter() - start)
        return taken

    def told(self) -> str:
        head, pieces = self._system.store.head(), self._system.vectors.count()
        return (
            f"of {head:,} events all tables; {self._vectors} vectors deleted; at the next question the index of "
            f"{pieces:,} pieces in {in_time(median(self._index))}"
        )
