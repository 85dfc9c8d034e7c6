"""What is kept of the past: shared by threads and processes, deleted for every one of them, never in the way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.catalogue import CATALOGUE
from domain.challenges import ChallengePosted, PostChallenge
from domain.refusals import StorageTrouble, Unknown
from engine.event_store import EventStore
from engine.followers import Views
from engine.past import Past
from engine.queries import Queries
from engine.sealing import KeyRing
from engine.when import When
from projections import challenge_board
from projections.all import PROJECTIONS
from tests.engine.test_followers import poisoned_by
from tests.histories import ADA, BEN, BUSES, DAY, DESKS, NET, NOON, READING, History, begun, copy_into
from tests.random_histories import random_history

BUSY = 7
GYM = "challenge-00000009"
TEXT = "Desks stand in rows"
FIND = partial(challenge_board.challenge, challenge=DESKS)


def told(title: str = TEXT) -> History:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title=title, text=title))
    return history


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def past_in(folder: Path, history: History, opened: ExitStack) -> Past:
    return opened.enter_context(closing(Past(history, folder.joinpath, few=10)))


def holding(folder: Path, words: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_nothing_is_told_twice_and_nothing_new_for_what_is_long_past(
    tmp_path: Path, opened: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = told()
    past, before = past_in(tmp_path, history, opened), history.head()
    with past.standing(NET, before):
        pass
    history.do(PostChallenge(challenge=GYM, author=BEN, title="Gym"))
    read: list[int] = []
    page = history.page
    monkeypatch.setattr(history, "page", lambda after, **more: (read.append(after), page(after, **more))[1])
    with past.standing(NET, before):
        assert read == []
    with past.standing(NET, history.head()):
        assert read == [before]


def test_what_is_discarded_is_in_no_file_and_told_again_from_the_log(tmp_path: Path, opened: ExitStack) -> None:
    history = told()
    past = past_in(tmp_path, history, opened)
    with past.standing(NET, history.head()) as connection:
        assert FIND(connection) is not None
    assert holding(tmp_path, TEXT)
    assert past.discard(NET)
    assert not holding(tmp_path, TEXT)
    with past.standing(NET, history.head()) as connection:
        assert FIND(connection) is not None


def test_another_process_goes_along_when_the_past_is_discarded(tmp_path: Path, opened: ExitStack) -> None:
    history, forgotten = told(), told(title="erased")
    theirs, ours = past_in(tmp_path, history, opened), past_in(tmp_path, forgotten, opened)
    with theirs.standing(NET, history.head()) as connection:
        assert FIND(connection) is not None
    assert ours.discard(NET)
    with ours.standing(NET, forgotten.head()):
        pass
    with theirs.standing(NET, history.head()) as connection:
        found = FIND(connection)
    assert found is not None
    assert found.title == "erased"
    assert not holding(tmp_path, TEXT)


def test_nothing_is_begun_where_nobody_asked(tmp_path: Path, opened: ExitStack) -> None:
    past = past_in(tmp_path, told(), opened)
    assert not past.discard(NET)
    assert not list(tmp_path.iterdir())


def test_threads_ask_for_different_positions_at_the_same_time(tmp_path: Path, opened: ExitStack) -> None:
    history = random_history(BUSY, 200)
    past = past_in(tmp_path, history, opened)
    sql = "select count(*), max(position) from timeline"

    def ask(position: int) -> tuple[int, tuple[int, int]]:
        with past.standing(NET, position) as connection:
            return Views.position_in(connection), connection.execute(sql).fetchone()

    positions = [each.position for each in history.recorded] * 2
    with ThreadPoolExecutor(4) as pool:
        for position, (stands, (count, last)) in zip(positions, pool.map(ask, positions), strict=True):
            assert (stands, last) == (position, position)
            assert count == sum(each.position <= position for each in history.recorded)


def test_two_processes_keep_one_file_up(tmp_path: Path, opened: ExitStack) -> None:
    history = random_history(BUSY, 200)
    both = [past_in(tmp_path, history, opened) for _ in range(2)]
    places = [each.position for each in history.recorded]
    with ThreadPoolExecutor(4) as pool:
        for number, count in enumerate(pool.map(lambda each: _count(both[each % 2], places[each]), range(len(places)))):
            assert count == number + 1


def _count(past: Past, position: int) -> int:
    with past.standing(NET, position) as connection:
        return int(connection.execute("select count(*) from timeline").fetchone()[0])


def test_a_reader_of_the_past_changes_nothing(tmp_path: Path, opened: ExitStack) -> None:
    history = told()
    past = past_in(tmp_path, history, opened)
    with past.standing(NET, history.head()) as connection, pytest.raises(Exception, match="readonly"):
        connection.execute("delete from main.past_timeline")


def test_what_cannot_be_taken_in_hides_only_what_comes_after_it(tmp_path: Path) -> None:
    history = told()
    bad = next(each.position for each in history.recorded if isinstance(each.event, ChallengePosted))
    with closing(Past(history, tmp_path.joinpath, (*PROJECTIONS, poisoned_by(ChallengePosted)))) as past:
        with past.standing(NET, bad - 1) as connection:
            assert Views.position_in(connection) == bad - 1
        with pytest.raises(StorageTrouble, match="cannot be taken in"), past.standing(NET, bad):
            pass


class Door:
    """Questions about a real log, which grows."""

    def __init__(self, folder: Path, history: History, opened: ExitStack) -> None:
        self.history, self.keys = history, KeyRing.in_memory()
        self.store = opened.enter_context(closing(EventStore(None, self.keys, CATALOGUE)))
        self.written = 0
        self.write()
        views = opened.enter_context(closing(Views(None, NET, self.store)))
        self.asked = Queries(self.store, lambda network: _only(network, views), Past(self.store, folder.joinpath))

    def write(self) -> None:
        copy_into(self.store, self.history.recorded[self.written :])
        self.written = len(self.history.recorded)


def _only(network: str, views: Views) -> Views:
    if network != NET:
        raise Unknown("there is no such network", field="network")
    return views


def test_a_day_that_is_kept_hears_of_what_is_told_of_it_later(tmp_path: Path, opened: ExitStack) -> None:
    door = Door(tmp_path, told(), opened)
    door.history.do(PostChallenge(challenge=GYM, author=ADA, title="Later"), at=NOON + 9 * DAY)
    door.history.do(PostChallenge(challenge=BUSES, author=ADA, title="Early"), at=NOON + timedelta(hours=1))
    door.write()

    def there(challenge: str) -> bool:
        found = door.asked.ask(NET, partial(challenge_board.challenge, challenge=challenge), when=When(on=NOON.date()))
        return found is not None

    assert not there(READING)
    door.history.do(PostChallenge(challenge=READING, author=ADA, title="Told late"), at=NOON + timedelta(hours=2))
    door.write()
    assert there(READING)
    assert there(BUSES)
    assert not there(GYM)


def test_days_that_are_kept_are_let_go_when_somebody_is_erased(tmp_path: Path, opened: ExitStack) -> None:
    door = Door(tmp_path, told(), opened)
    door.history.do(PostChallenge(challenge=READING, author=BEN, title="Later"), at=NOON + 9 * DAY)
    door.history.do(PostChallenge(challenge=BUSES, author=BEN, title="Told late"), at=NOON + timedelta(hours=1))
    door.write()
    that_day = When(on=NOON.date())
    for _ in range(2):
        found = door.asked.ask(NET, FIND, when=that_day)
        assert found is not None
        assert found.title == TEXT
    door.keys.destroy(ADA)
    found = door.asked.ask(NET, FIND, when=that_day)
    assert found is not None
    assert found.title != TEXT


def test_the_past_of_a_network_that_is_not_there_is_refused(tmp_path: Path, opened: ExitStack) -> None:
    door = Door(tmp_path, told(), opened)
    for when in (When(as_of=1), When(on=NOON.date())):
        with pytest.raises(Unknown, match="no such network"):
            door.asked.ask("network-00000099", FIND, when=when)
    assert not list(tmp_path.iterdir())
