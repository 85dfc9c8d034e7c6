"""The tables as of a position, beside those of a replay that ends there."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from random import Random
from sqlite3 import Connection
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.catalogue import CATALOGUE
from domain.challenges import AnswerChallenge, PostChallenge
from domain.kernel import Recorded
from domain.vocabulary import OPERATOR
from engine.event_store import EventStore
from engine.followers import Log, Views
from engine.happened import Happened
from engine.past import Past
from engine.queries import Queries
from engine.sealing import KeyRing
from engine.when import When, end_of
from projections import challenge_board, timeline
from projections.network_setting import setting
from projections.reading import Reader
from tests.histories import ADA, BEN, DAY, NET, NOON, History, begun, copy_into
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


@settings(max_examples=12, deadline=None)
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


@settings(max_examples=8, deadline=None)
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
                with asked.standing(NET, When(on=on, empty=True)) as connection:
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


def steps(connection: Connection, question: Callable[[Connection], object]) -> int:
    """How much SQLite does for an answer, in tens of instructions, once it has looked at the tables' declarations."""
    question(connection)
    taken = []
    connection.set_progress_handler(lambda: taken.append(1), 10)
    question(connection)
    connection.set_progress_handler(None, 0)
    return len(taken)


@pytest.mark.parametrize(
    "question",
    [
        partial(challenge_board.open_challenges, limit=5),
        partial(challenge_board.board, reader=Reader(member=OPERATOR), limit=5),
        partial(challenge_board.challenge, challenge="challenge-000000a0"),
        partial(challenge_board.by_author, author=ADA),
        partial(timeline.moments, after=30, limit=20),
    ],
)
def test_a_question_costs_no_more_the_more_has_happened_since(question: Callable[[Connection], object]) -> None:
    history = discussed(200)
    with past_of(history, few=100) as past:
        for share in (0.2, 0.5, 1.0):
            position = round(share * history.head())
            with closing(Views(None, NET, history)) as views:
                views.catch_up(until=position)
                with views.reading() as connection:
                    known, now = question(connection), steps(connection, question)
            with past.standing(NET, position) as connection:
                assert question(connection) == known
                assert steps(connection, question) <= 7 * now + 100


def discussed(challenges: int) -> History:
    """Each challenge is answered by and by, a few at the same time."""
    history = begun()
    for number in range(challenges + 10):
        if number < challenges:
            history.do(PostChallenge(challenge=f"challenge-{number:08x}", author=ADA, title=f"No. {number}"))
        for each in range(max(0, number - 10), min(number, challenges)):
            answer = f"answer-{number:04x}{each:04x}"
            history.do(AnswerChallenge(challenge=f"challenge-{each:08x}", answer=answer, member=BEN, text="So."))
    return history
