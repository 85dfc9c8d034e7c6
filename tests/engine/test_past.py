"""The tables as of a position, beside those of a replay that ends there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.followers import Views
from engine.past import Past
from tests.histories import NET, History
from tests.random_histories import histories, random_history

BUSY = 7


@contextmanager
def past_of(history: History, few: int = 10) -> Iterator[Past]:
    with TemporaryDirectory() as folder:
        past = Past(history, lambda network: Path(folder) / network, few=few)
        try:
            yield past
        finally:
            past.close()


Rows = dict[str, list[tuple[object, ...]]]


def rows_of(connection: Connection, names: list[str]) -> Rows:
    """In the order in which they come: a query that names none gets the same."""
    return {name: connection.execute(f"select * from {name}").fetchall() for name in names}


def replayed(history: History, position: int) -> Rows:
    with closing(Views(None, NET, history)) as views:
        views.catch_up(until=position)
        with views.reading() as connection:
            names = connection.execute("select name from sqlite_schema where type = 'table'").fetchall()
            return rows_of(connection, [name for (name,) in names])


def stood(past: Past, position: int) -> Rows:
    with past.standing(NET, position) as connection:
        names = connection.execute("select name from sqlite_temp_schema where type = 'view'").fetchall()
        return rows_of(connection, [name for (name,) in names])


@settings(max_examples=25, deadline=None)
@given(histories(), st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_every_table_stands_as_a_replay_until_then_leaves_it(history: History, moments: list[float]) -> None:
    with past_of(history) as past:
        for moment in moments:
            position = round(moment * history.head())
            assert stood(past, position) == replayed(history, position)


def test_it_holds_at_every_position_of_a_busy_history() -> None:
    history = random_history(BUSY, 400)
    with past_of(history) as past:
        stood(past, history.head())
        for position in range(0, history.head() + 1, 7):
            assert stood(past, position) == replayed(history, position)
