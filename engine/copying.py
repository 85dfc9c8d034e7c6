"""Copies of files that are whole and on disk when they are said to be, of databases also while others write them."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import file_digest
from pathlib import Path

from domain.refusals import StorageTrouble
from engine.storage.database import in_words, make_private


def copy_database(source: Path, target: Path) -> None:
    """One state of it, in one file without companions. Raises StorageTrouble."""
    make_private(target)
    uri = f"{source.absolute().as_uri()}?mode=ro"
    with in_words(source.name), closing(sqlite3.connect(uri, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)  # all pages in one step: one state, and writers of the log do not wait for it
        new.execute("pragma journal_mode = delete").fetchone()
        found = new.execute("pragma quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StorageTrouble("the file is damaged", field=source.name, remedy="`confrere doctor` looks at all files")
    flush(target)


def copy_file(source: Path, target: Path) -> None:
    make_private(target)
    with source.open("rb") as old, target.open("wb") as new:
        while part := old.read(1 << 20):
            new.write(part)
    flush(target)


def digest(path: Path) -> str:
    """SHA-256 in hex, as `sha256sum` prints it."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def flush(path: Path) -> None:
    """A file's content, or a folder's names, onto the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def disk_in_words(place: Path) -> Iterator[None]:
    """What the disk says no to, as a refusal."""
    try:
        yield
    except OSError as error:
        raise StorageTrouble(
            "this cannot be written or read; nothing was changed",
            field=str(error.filename or place),
            remedy=error.strerror or "check the disk",
        ) from error
