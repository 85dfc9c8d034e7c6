"""The file with the keys: a row an owner, written at once and never into a log beside it, wiped where a key was."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.refusals import StorageTrouble
from engine.storage.database import make_private

# a destroyed key leaves its owner's row without a key, so that nobody makes a new one by mistake
SCHEMA: Final = """
    create table if not exists ring (one integer primary key check (one = 1), proof blob not null) strict;
    create table if not exists keys (owner text primary key, wrapped blob) strict;
    create index if not exists destroyed on keys (owner) where wrapped is null;
    create table if not exists signers (network text primary key, wrapped blob not null) strict;
"""


@contextmanager
def in_words() -> Iterator[None]:
    """The disk's troubles with this file, as refusals."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        raise StorageTrouble("the keys cannot be used", field="keys.db", remedy="check the data folder") from error


def connected(path: Path) -> sqlite3.Connection:
    """To a file that is begun when there is none."""
    with in_words():
        make_private(path)
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            for setting in ("secure_delete = on", "synchronous = full", "journal_mode = delete"):
                connection.execute(f"pragma {setting}").fetchone()
            connection.executescript(f"begin immediate; {SCHEMA} commit")
        except BaseException:
            connection.close()
            raise
    return connection
