"""A network's whole log as an export that anybody can verify: every event with its proof, and a signed checkpoint."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from domain.refusals import Refused
from domain.vocabulary import StreamId
from engine.checkpoints import Proofs
from engine.event_store import EventStore
from engine.exports import Wrote
from engine.leaves import leaf_of
from engine.log_lines import CHECKPOINT, EVENTS, line_of, open_to_all, withheld_line
from engine.notes import opened
from engine.storage.recorder import Row
from engine.verifying import Tampered, lines_of, verify

FILES: Final = (CHECKPOINT, EVENTS)
_PAGE: Final = 2000

Progress = Callable[[int], None]


def write_log(
    draft: Path,
    store: EventStore,
    proofs: Proofs,
    progress: Progress | None = None,
    *,
    withholding: bool = False,
) -> Wrote:
    """Sign, write what was signed, and verify it as a stranger would. Raises Tampered, StorageTrouble, OSError.

    `withholding`: of what auditors may not read only the hash is written.
    """
    try:
        return _written(draft, store, proofs, progress, withholding=withholding)
    except Tampered as tampered:
        proofs.begin_anew()  # perhaps the hashes kept beside the log are wrong, and not the log
        try:
            return _written(draft, store, proofs, progress, withholding=withholding)
        except Refused:
            raise tampered from None  # it is the log: the first time its place was known


def _written(draft: Path, store: EventStore, proofs: Proofs, progress: Progress | None, *, withholding: bool) -> Wrote:
    note = proofs.sign()
    checkpoint = opened(note, proofs.verifier_key)
    prover, position, number = proofs.prover(checkpoint.size), 0, 0
    with (draft / EVENTS).open("wb") as file:
        for number, row in enumerate(_rows(store, proofs.network, checkpoint.size), start=1):
            told = not withholding or open_to_all(row[-1])
            file.write(_line(checkpoint.origin, number, row, prover.next(), told=told))
            position = row[0]
            if progress is not None and number % _PAGE == 0:
                progress(position)
    (draft / CHECKPOINT).write_text(note, encoding="utf-8")
    verify(lines_of(draft / EVENTS), checkpoint)
    return Wrote(number, position)


def _line(origin: str, number: int, row: Row, proof: bytes, *, told: bool) -> bytes:
    leaf = leaf_of(row)
    return line_of(origin, number, row, leaf, proof) if told else withheld_line(origin, number, leaf, proof)


def _rows(store: EventStore, network: StreamId, size: int) -> Iterator[Row]:
    """The first so many events of a network."""
    after = 0
    while size and (page := store.rows(after, network=network, limit=min(size, _PAGE))):
        yield from page
        size, after = size - len(page), page[-1][0]
