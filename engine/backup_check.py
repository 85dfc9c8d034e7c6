"""What a backup says of itself, and whether its copies hold just that: digests, signatures, roots made anew."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from domain.refusals import BadFile
from domain.vocabulary import StreamId
from engine import notes
from engine.copying import digest
from engine.leaves import leaf_of
from engine.merkle import Frontier
from engine.notes import Checkpoint
from engine.sealing import KeyRing
from engine.signing import Signer
from engine.storage.database import in_words
from engine.storage.recorder import Row

NAME: Final = "backup.json"
KEYS: Final = "keys.db"
EVENTS: Final = "events.db"

_FORM: Final = 1
_MOST: Final = 10_000_000  # bytes of the file that tells of a backup
_NAMES: Final = re.compile(
    r"(events|accounts|vectors|exports)\.db|checkpoints/network-[0-9a-f]{8,64}-\d{12,}\.checkpoint"
)
_ROWS: Final = (
    "select position, recorded_us, network, stream, version, name, payload from events"
    " where network = ? order by position"
)


class SignedNetwork(Struct, frozen=True, kw_only=True):
    """How far one network's log was signed when it was copied."""

    network: StreamId
    checkpoint: str  # the note


class Manifest(Struct, frozen=True, kw_only=True):
    """What a backup holds. It lies with the data; `backup` stands beside the keys too."""

    form: int
    backup: str  # an id
    made_at: datetime
    position: int  # the last of the log
    files: dict[str, str]  # by their names, SHA-256 in hex
    keys: str  # the same of the file with the keys
    networks: tuple[SignedNetwork, ...]


def written(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read(folder: Path) -> Manifest:
    """Raises BadFile where this is no backup, or one of newer software."""
    path = folder / NAME
    try:
        with path.open("rb") as file:
            content = file.read(_MOST)
        manifest = msgspec.json.decode(content, type=Manifest)
    except OSError as error:
        words = "there is no backup here"
        raise BadFile(words, field=str(folder), remedy=f"name the folder that holds {NAME}") from error
    except (msgspec.DecodeError, UnicodeError):
        raise BadFile("this does not tell of a backup", field=str(path), remedy="take another backup") from None
    if not all(map(_NAMES.fullmatch, manifest.files)) or EVENTS not in manifest.files:
        raise BadFile("this names files that no backup has", field=str(path), remedy="take another backup")
    if manifest.form != _FORM:
        raise BadFile("this backup was made by other software", field=str(path), remedy="use that version")
    return manifest


def check_files(manifest: Manifest, folder: Path, keys: Path) -> None:
    """Every file is there and is what it was. Raises BadFile with the first that is not."""
    for name, known in (*manifest.files.items(), (KEYS, manifest.keys)):
        path = (keys if name == KEYS else folder) / name
        if not path.is_file():
            raise BadFile("a file of the backup is missing", field=str(path), remedy="take another backup")
        if digest(path) != known:
            words = "a file of the backup is not what was copied"
            raise BadFile(words, field=str(path), remedy="it was altered or damaged, or belongs to another backup")


def check_signed(manifest: Manifest, events: Path, keys: KeyRing, more: Sequence[str] = ()) -> None:
    """Each network's log in a copy is what was signed: every hash is made anew from what is stored.

    `more` are checkpoints that were kept elsewhere; each has to agree as well. Raises BadFile.
    """
    wanted = {each.network: [each.checkpoint] for each in manifest.networks}
    for note in more:
        network = notes.origin_in(note).rpartition("/")[2]
        if network not in wanted:
            raise BadFile("this checkpoint is of a log that is not in the backup", field="checkpoint")
        wanted[network].append(note)
    for network, signed in wanted.items():
        key = Signer(keys, network).verifier_key
        _check_log(network, events, sorted((notes.opened(note, key) for note in signed), key=lambda each: each.size))


def head_in(events: Path) -> int:
    with in_words(events.name), closing(_opened(events)) as connection:
        position: int = connection.execute("select coalesce(max(position), 0) from events").fetchone()[0]
    return position


def events_of(network: StreamId, events: Path) -> int:
    with in_words(events.name), closing(_opened(events)) as connection:
        query = "select count(*) from events where network = ?"
        number: int = connection.execute(query, (network,)).fetchone()[0]
    return number


def _check_log(network: StreamId, events: Path, checkpoints: Sequence[Checkpoint]) -> None:
    """In one pass, however many checkpoints."""
    with in_words(events.name), closing(_opened(events)) as connection:
        leaves = map(leaf_of, _rows(connection, network))
        frontier = Frontier()
        for each in checkpoints:
            for leaf in islice(leaves, each.size - frontier.size):
                frontier.append(leaf)
            if (frontier.size, frontier.root()) != (each.size, each.root):
                words = f"the log of {network} is not the one that was signed over {each.size} events"
                raise BadFile(words, field=str(events), remedy="take another backup, or that checkpoint's own")


def _rows(connection: sqlite3.Connection, network: StreamId) -> Iterator[Row]:
    return iter(connection.execute(_ROWS, (network,)))


def _opened(events: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{events.absolute().as_uri()}?mode=ro", uri=True)
