"""How long lists take among a million pieces of evidence, and what a piece takes in memory: in memory alone."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import faiss
import msgspec
import numpy as np
from msgspec import Struct

from benchmarks.crowd import crowded
from benchmarks.machine import resident
from benchmarks.network import Size, about_topics
from benchmarks.onlooker import Onlooker
from benchmarks.recommending import BARRED, COUNTED, Lists, of_kind
from benchmarks.row import Row
from benchmarks.search import LIMIT, WIDTH
from benchmarks.turns import timed
from domain.recommendations import ListKind
from engine.case import look_up
from engine.recommending import recommend

MANY, SMALL = Size(50_000, 1_000_000), Size(100, 2_000)
PER_KIND: Final = 100


class Found(Struct):
    lists: list[Lists]
    each: float  # bytes that a piece of evidence takes: vector, code, terms, id, person, kind, positions


def measured(size: Size, count: int) -> Found:
    """Each list is for another need; they and the peer's searches alternate."""
    faiss.omp_set_num_threads(1)  # a single query gains nothing from more, and loses where cores are busy
    random, before = np.random.default_rng(0), resident()
    corpus, vectors = crowded(size.items, size.members, random)
    corpus.vectors.get_ready()
    each = (resident() - before) / size.items
    onlooker = Onlooker(corpus, about_topics(random, count), size.members, random)
    bare = faiss.IndexFlatIP(WIDTH)
    bare.add(vectors)
    return Found([_of_kind(kind, onlooker, bare, count) for kind in BARRED], each)


def _of_kind(kind: ListKind, onlooker: Onlooker, bare: faiss.IndexFlatIP, count: int) -> Lists:
    needs = [onlooker.need(number, kind) for number in range(count)]
    taken = Lists(kind, [], [], [], 0.0)
    passing = []
    for need in needs[:COUNTED]:  # warms up as well
        recommend(need, onlooker.policy, onlooker, 0)
        passing.append(len(look_up(need, onlooker.policy, onlooker, onlooker.policy.floor).hits))
    taken.passing = median(passing)
    for need in needs:
        vectors = onlooker.need_texts(need).vectors
        taken.bare.append(timed(partial(bare.search, vectors, LIMIT))())
        taken.ours.append(timed(partial(recommend, need, onlooker.policy, onlooker, 0))())
    return taken


def rows(*, smoke: bool = False) -> list[Row]:
    size, count = (SMALL, 5) if smoke else (MANY, PER_KIND)
    print(f"  in memory: {size.members:,} members, {size.items:,} items", file=sys.stderr, flush=True)
    told = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "benchmarks.many", str(size.members), str(size.items), str(count)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[1],
    )
    found = msgspec.json.decode(told.stdout, type=Found)
    among = f"{size.items:,} items, in memory alone"
    lists = [each for kind in found.lists for each in of_kind(kind, among, barred=True)]
    vector = 4 * WIDTH
    beside = f"{found.each:,.0f} bytes / {vector:,} bytes"
    return [*lists, Row(f"memory per item, {among}", "its vector in 32 bits", found.each / vector, beside=beside)]


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(measured(Size(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3]))))
