"""Single bytes changed in what is stored, in an export, in the database's files: is each found, and at its place?"""

import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.events import NETWORK
from benchmarks.row import Row
from benchmarks.signed_log import SignedLog, told
from domain.refusals import BadFile, StorageTrouble
from engine.log_lines import CHECKPOINT, EVENTS
from engine.stored_log import StoredLog
from engine.verifying import Tampered
from engine.verifying_files import verify_export
from engine.verifying_here import verify_stored

TRIED: Final = 1_000
_EVENTS: Final = 1_000
_VALUES: Final = ("payload", "payload", "payload", "name", "stream", "version", "recorded_us", "position")
_NUMBERS: Final = {"version", "recorded_us", "position"}

Values = tuple[Any, ...]


def rows(*, smoke: bool = False) -> list[Row]:
    tried, chance = (20 if smoke else TRIED), Random(6)  # noqa: S311 - which byte
    with tempfile.TemporaryDirectory() as folder:
        log = told(Path(folder), _EVENTS)
        return [_in_values(log, tried, chance), _in_export(log, tried, chance), _in_files(log, tried, chance)]


def _row(what: str, found: Counter[str], good: set[str]) -> Row:
    told_of = ", ".join(f"{count:,} {each}" for each, count in found.most_common())
    tried = found.total()
    ratio = sum(found[each] for each in good) / tried
    return Row(f"{tried:,} single bytes changed {what}", "those tried", ratio, beside=told_of, at_least=1, word="found")


def _in_values(log: SignedLog, tried: int, chance: Random) -> Row:
    """Each is found at the first event that is not as it was, whichever of its values was changed."""
    found, whole = Counter[str](), _stored(log.data)
    with closing(sqlite3.connect(log.path, isolation_level=None)) as connection:
        connection.executescript("drop trigger events_are_not_changed; drop trigger events_are_not_deleted")
        while found.total() < tried:
            with _changed_value(connection, chance, log.events) as changed:
                if changed:
                    found[_place(log, whole)] += 1
    assert _stored(log.data) == whole
    return _row("in stored events' values", found, {"located"})


def _place(log: SignedLog, whole: list[Values]) -> str:
    now = _stored(log.data)
    first = next(number for number, pair in enumerate(zip(whole, now, strict=True), start=1) if pair[0] != pair[1])
    try:
        verify_stored(log.data)
    except Tampered as tampered:
        return "located" if tampered.sequence == first else "at another place"
    return "overlooked"


@contextmanager
def _changed_value(connection: sqlite3.Connection, chance: Random, events: int) -> Iterator[bool]:
    """One byte of one value, and back again. False where the file would not take it: another event stands there."""
    position, column = chance.randint(1, events), chance.choice(_VALUES)
    (before,) = connection.execute(f"select {column} from events where position = ?", (position,)).fetchone()
    after = _other(before, chance)
    place = after if column == "position" else position
    try:
        _set(connection, column, after, position)
    except sqlite3.IntegrityError:
        yield False
        return
    yield True
    _set(connection, column, before, place)


def _set(connection: sqlite3.Connection, column: str, value: object, position: int) -> None:
    new = "?" if column in _NUMBERS or column == "payload" else "cast(? as text)"
    connection.execute(f"update events set {column} = {new} where position = ?", (value, position))


def _other(value: int | str | bytes, chance: Random) -> int | bytes:
    """The same but for one byte."""
    if isinstance(value, int):
        return int.from_bytes(_flipped(value.to_bytes(8, signed=True), chance), signed=True)
    return _flipped(value.encode() if isinstance(value, str) else value, chance)


def _flipped(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ chance.randrange(1, 256)]) + content[at + 1 :]


def _in_export(log: SignedLog, tried: int, chance: Random) -> Row:
    """In proportion to the files' sizes, and each twentieth in the checkpoint."""
    found = Counter[str]()
    events, note = log.export / EVENTS, log.export / CHECKPOINT
    for number in range(tried):
        with _changed_byte(note if number % 20 == 0 else events, chance) as at:
            found[_found_in_export(log, number % 20 == 0, at)] += 1
    verify_export(log.export, key=log.key)
    return _row("in an export", found, {"located", "refused with the checkpoint"})


def _found_in_export(log: SignedLog, in_note: bool, at: int) -> str:  # noqa: FBT001 - in which of the two
    try:
        verify_export(log.export, key=log.key)
    except Tampered as tampered:
        with (log.export / EVENTS).open("rb") as file:
            line = file.read(at).count(b"\n") + 1
        return "located" if not in_note and tampered.sequence == line else "at another place"
    except BadFile:
        return "refused with the checkpoint" if in_note else "at another place"
    return "overlooked"


def _in_files(log: SignedLog, tried: int, chance: Random) -> Row:
    """Half of them in the database's own file, half in a write-ahead log that was not taken in yet."""
    found = Counter[str]()
    whole = _stored(log.data)
    with _not_taken_in(log) as beside:
        for number in range(tried):
            data, file = (log.data, "events.db") if number % 2 else (beside, "events.db-wal")
            with _changed_byte(data / file, chance):
                found[_found_in_file(data, whole)] += 1
            (data / "events.db-shm").unlink(missing_ok=True)
        assert _stored(log.data) == _stored(beside) == whole
    return _row("in the database's files", found, {"located", "refused by SQLite", "changed no stored value"})


def _found_in_file(data: Path, whole: list[Values]) -> str:
    try:
        verify_stored(data)
    except Tampered:
        return "located"
    except StorageTrouble:
        return "refused by SQLite"
    return "changed no stored value" if _stored(data) == whole else "overlooked"


@contextmanager
def _not_taken_in(log: SignedLog) -> Iterator[Path]:
    """A copy of the folder where every page of the events stands in the write-ahead log, as after a crash."""
    working, beside = log.data.with_name("working"), log.data.with_name("beside")
    shutil.copytree(log.data, working)
    with closing(sqlite3.connect(working / "events.db", isolation_level=None)) as connection:
        connection.execute("pragma wal_autocheckpoint = 0")
        connection.execute("vacuum")
        shutil.copytree(working, beside)
    (beside / "events.db-shm").unlink()
    yield beside


@contextmanager
def _changed_byte(path: Path, chance: Random) -> Iterator[int]:
    """Where it is; put right again."""
    at = chance.randrange(path.stat().st_size)
    with path.open("r+b", buffering=0) as file:
        file.seek(at)
        before = file.read(1)
        file.seek(at)
        file.write(bytes([before[0] ^ chance.randrange(1, 256)]))
        yield at
        file.seek(at)
        file.write(before)


def _stored(data: Path) -> list[Values]:
    """Every value of every event."""
    with closing(StoredLog(data)) as log:
        return list(log.every_row(NETWORK))
