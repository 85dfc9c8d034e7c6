"""The tables as of a position, beside those of a replay that ends there."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from sqlite3 import Connection
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from engine.event_store import EventStore
from engine.followers import Log, Views
from engine.happened import Happened
from engine.past import Past
from engine.queries import Queries
from engine.sealing import KeyRing
from engine.when import When, end_of
from projections.network_setting import setting
from tests.histories import DAY, NET, NOON, History, copy_into
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


def rows_of(connection: Connection) -> Rows:
    """In the order in which they come: a query that names none gets the same."""
    names = connection.execute(_NAMES).fetchall()
    return {name: connection.execute(f"select * from {name}").fetchall() for (name,) in names}


_NAMES = """
    select name from sqlite_temp_schema where type = 'view'
    union select name from sqlite_schema where type = 'table' and name not like 'sqlite%' and name not like 'past%'
"""


def replayed(log: Log, position: int) -> Rows:
    with closing(Views(None, NET, log)) as views:
        views.catch_up(until=position)
        with views.reading() as connection:
            return rows_of(connection)


def stood(past: Past, position: int) -> Rows:
    with past.standing(NET, position) as connection:
        return rows_of(connection)


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


@settings(max_examples=15, deadline=None)
@given(histories(), st.lists(st.integers(-3, 60), min_size=1, max_size=4), st.sampled_from((0.0, 0.05, 0.5)))
def test_what_had_happened_by_a_day_is_told_alike_however_it_is_found(
    history: History, days: list[int], late: float
) -> None:
    with TemporaryDirectory() as folder, closing(EventStore(None, KeyRing.in_memory(), CATALOGUE)) as store:
        copy_into(store, told_late(history.recorded, late))
        with closing(Views(None, NET, store)) as views, closing(Past(store, Path(folder).joinpath, few=10)) as past:
            asked = Queries(store, lambda _: views, past)
            zone = asked.ask(NET, setting).calendar.zone
            for on in 2 * [(NOON + day * DAY).date() for day in days]:
                with asked.standing(NET, When(on=on)) as connection:
                    found = rows_of(connection)
                told = replayed(Happened(store, end_of(on, zone)), store.head())
                assert found | {"follower": []} == told | {"follower": []}


def told_late(recorded: list[Recorded], share: float) -> list[Recorded]:
    """A share of all saves tells of what happened up to ten days before."""
    chance = Random(len(recorded))  # noqa: S311 - no secret
    days = {each.envelope.command: chance.randrange(10) if chance.random() < share else 0 for each in recorded}
    return [
        replace(each, envelope=replace(each.envelope, occurred_at=each.envelope.occurred_at - days[of] * DAY))
        for each in recorded
        if (of := each.envelope.command)
    ]
