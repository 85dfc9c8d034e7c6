"""Look at a history through all projections, in memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from engine.followers import Views
from tests.histories import History


@contextmanager
def seen(history: History, until: int | None = None) -> Iterator[sqlite3.Connection]:
    views = Views(None, history.network, history)
    try:
        views.catch_up(until=until)
        assert views.last_error is None
        with views.reading() as connection:
            yield connection
    finally:
        views.close()
