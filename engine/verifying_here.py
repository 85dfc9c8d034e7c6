"""Verify this installation's logs: which networks there are, and which checkpoints say what was signed of them."""

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from domain.refusals import BadFile, Unknown
from engine.note_folder import ENDING
from engine.note_folder import NAME as CHECKPOINTS
from engine.notes import read_verifier
from engine.signing import origin_of
from engine.stored_log import StoredLog
from engine.verifying_files import Note, Verified, read_note
from engine.verifying_stored import Verifying, tree_of

Progress = Callable[[int], None]


def verify_stored(
    data: Path,
    checkpoints: Path | None = None,
    kept: Sequence[Path] = (),
    key: str | None = None,
    network: str | None = None,
    progress: Progress | None = None,
) -> tuple[Verified, ...]:
    """Every network's log, or one's, against the checkpoints left in the folder, those kept elsewhere, and its own.

    With a key, that of the network whose key it is. Raises Tampered, BadFile, StorageTrouble, Unknown.
    """
    notes = [read_note(each, key) for each in kept]
    with closing(StoredLog(data)) as log:
        chosen = _chosen(_here(data, checkpoints, log), network, key)
        _all_of_these(notes, chosen)
        found = tuple(
            _one(data, checkpoints or data / each / CHECKPOINTS, log, each, notes, key, progress) for each in chosen
        )
        log.look_through()
    return found


def _one(
    data: Path,
    folder: Path,
    log: StoredLog,
    network: str,
    kept: Sequence[Note],
    key: str | None,
    progress: Progress | None,
) -> Verified:
    left = [read_note(path, key) for path in sorted(folder.glob(f"{network}-*{ENDING}"))]
    theirs = [note for note in kept if note.checkpoint.origin == origin_of(network)]
    with tree_of(data, network, log) as tree:
        believed, found = (theirs, left) if key is None else ([*left, *theirs], [])
        verifying = Verifying(log, network, tree, believed, found)
        return verifying.verify(signature_checked=key is not None, progress=progress)


def _here(data: Path, checkpoints: Path | None, log: StoredLog) -> list[str]:
    """Networks that have events, and those that were signed here and have none left."""
    folders = ((each.name, checkpoints or each / CHECKPOINTS) for each in data.glob("network-*"))
    signed = (name for name, notes in folders if any(notes.glob(f"{name}-*{ENDING}")))
    return sorted({*log.networks(), *signed})


def _chosen(networks: Sequence[str], network: str | None, key: str | None) -> list[str]:
    whose = None if key is None else read_verifier(key).name
    chosen = [
        each
        for each in networks
        if (network is None or each.startswith(network)) and (whose is None or origin_of(each) == whose)
    ]
    if not chosen:
        raise Unknown("there is no such network in this log", field="network", remedy="name one by its id")
    return chosen


def _all_of_these(notes: Sequence[Note], networks: Sequence[str]) -> None:
    origins = {origin_of(each) for each in networks}
    for note in notes:
        if note.checkpoint.origin not in origins:
            raise BadFile(
                "this checkpoint is of another log",
                field=note.checkpoint.origin,
                remedy="give one of a network that is here",
            )
