"""A log in memory, written out and signed: what an export holds, without a folder."""

from collections.abc import Iterable, Sequence

from engine.leaves import leaf_of
from engine.log_lines import Prover, line_of
from engine.merkle import HashAt, node_hash, root_of
from engine.notes import Checkpoint
from engine.storage.recorder import Row

ORIGIN = "confrere/network-00000001"


def hashes(leaves: Sequence[bytes]) -> HashAt:
    """All complete subtrees, level by level."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(left, right) for left, right in zip(below[::2], below[1::2], strict=False)])
    return lambda level, i: levels[level][i]


def lines_of_rows(rows: Iterable[Row], origin: str = ORIGIN) -> list[bytes]:
    rows = list(rows)
    leaves = [leaf_of(row) for row in rows]
    prover = Prover(hashes(leaves), len(leaves))
    return [
        line_of(origin, number, row, leaf, prover.next())
        for number, (row, leaf) in enumerate(zip(rows, leaves, strict=True), start=1)
    ]


def checkpoint_of(rows: Sequence[Row], origin: str = ORIGIN) -> Checkpoint:
    return Checkpoint(origin, len(rows), root_of(map(leaf_of, rows)))
