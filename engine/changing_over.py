"""Put a whole new data folder in the place of the old one in one step, while nobody uses the old one."""

import ctypes
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from domain.refusals import StorageTrouble
from engine.copying import flush

_HERE: Final = -100  # AT_FDCWD
_EXCHANGE: Final = 2  # RENAME_EXCHANGE
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def change_over(new: Path, place: Path) -> None:
    """Afterwards `new` is what lay in the place, if anything did; at no moment is it empty. Raises StorageTrouble."""
    try:
        if place.exists() and any(place.iterdir()):
            _exchange(new, place)
        else:
            new.rename(place)
    except OSError as error:
        raise StorageTrouble(
            "the folders cannot be changed over at once; the old data are as they were",
            field=str(place),
            remedy=f"{error.strerror}: name another data folder, and restore there",
        ) from error
    flush(place.parent)


@contextmanager
def unused(events: Path) -> Iterator[int]:
    """Hold a log that nobody has open, and tell its last position; 0 where there is none that can be read.

    A service would go on writing where nobody looks. Raises StorageTrouble while one has it open.
    """
    if not events.exists():
        yield 0
        return
    with closing(sqlite3.connect(events, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("pragma journal_mode = delete").fetchone()  # refused while anybody else has it open
            connection.execute("begin exclusive")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise StorageTrouble(
                    "this data are in use", field=str(events.parent), remedy="end the service and every command first"
                ) from error
        yield _head(connection)
        with suppress(sqlite3.DatabaseError):
            connection.execute("rollback")


def _head(connection: sqlite3.Connection) -> int:
    with suppress(sqlite3.DatabaseError):
        position: int = connection.execute("select coalesce(max(position), 0) from events").fetchone()[0]
        return position
    return 0


def _exchange(one: Path, other: Path) -> None:
    """Swap two names; the kernel does it in one step."""
    names = os.fsencode(one), os.fsencode(other)
    if ctypes.CDLL(None, use_errno=True).renameat2(_HERE, names[0], _HERE, names[1], _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))
