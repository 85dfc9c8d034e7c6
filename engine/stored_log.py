"""The stored rows themselves, read from the database's file alone: without keys, by no index, writing nothing."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from domain.refusals import StorageTrouble
from engine.storage.database import in_words
from engine.storage.recorder import Row

_PAGE: Final = 2000
_COLUMNS: Final = "position, recorded_us, network, stream, version, name, payload"
_LAST: Final = (1 << 63) - 1


class StoredLog:
    """Of a data folder, whoever else has it open."""

    def __init__(self, data: Path) -> None:
        """Raises StorageTrouble."""
        path = (data / "events.db").absolute()
        if not path.exists():
            raise StorageTrouble("there is no log here", field=str(path), remedy="check CONFRERE_DATA")
        self._name: Final = path.name
        with _told(self._name):
            self._connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)

    def networks(self) -> tuple[str, ...]:
        with _told(self._name):
            found = self._connection.execute("select distinct network from events not indexed").fetchall()
        return tuple(sorted(network for (network,) in found if isinstance(network, str)))

    def rows(
        self, after: int, *, limit: int = _PAGE, network: str | None = None, until: int | None = None
    ) -> Sequence[Row]:
        """In the order of positions. What is not the text it should be stands there as bytes."""
        query = f"""select {_COLUMNS} from events not indexed
            where position > ? and position <= ? and network = coalesce(?, network) order by position limit ?"""
        values = (after, _LAST if until is None else until, network, limit)
        with _told(self._name):
            try:
                rows: list[Row] = self._connection.execute(query, values).fetchall()
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", None) is not None:
                    raise
                rows = self._as_bytes(query, values)  # Python's own no: something is no UTF-8
        return rows

    def every_row(self, network: str, after: int = 0) -> Iterator[Row]:
        while page := self.rows(after, network=network):
            for row in page:
                if row[0] <= after:  # or whoever damaged the file could keep us reading for ever
                    raise _damage(self._name)
                after = row[0]
                yield row

    def named(self, network: str, stream: str, name: str) -> list[tuple[int, bytes]]:
        """Position and payload of one stream's events of one name."""
        query = "select position, payload from events not indexed where network = ? and stream = ? and name = ?"
        with _told(self._name):
            return self._connection.execute(query, (network, stream, name)).fetchall()

    def look_through(self) -> None:
        """SQLite's own look at the whole file: what the events are found by must tell of the same events.

        Raises StorageTrouble.
        """
        with _told(self._name):
            (found,) = self._connection.execute("pragma integrity_check(1)").fetchone()
        if found != "ok":
            raise StorageTrouble(
                f"every event is as it was, but what they are found by is damaged: {found}",
                field=self._name,
                remedy="restore it from a backup, or let sqlite3 reindex it",
            )

    def close(self) -> None:
        self._connection.close()

    def _as_bytes(self, query: str, values: tuple[object, ...]) -> list[Row]:
        self._connection.text_factory = _text
        try:
            return self._connection.execute(query, values).fetchall()
        finally:
            self._connection.text_factory = str


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever SQLite says of a file that it cannot read as ours, in words."""
    try:
        with in_words(name):
            yield
    except sqlite3.Error as error:
        raise _damage(name) from error


def _text(stored: bytes) -> str | bytes:
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def _damage(name: str) -> StorageTrouble:
    return StorageTrouble("the file is damaged", field=name, remedy="restore it from a backup")
