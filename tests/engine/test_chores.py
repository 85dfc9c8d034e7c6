import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from domain.challenges import PostChallenge
from engine import chores
from engine.chores import Chores
from models.encoder import Encoder
from projections import introductions
from projections.introductions import Reached
from tests.engine.town import BEN, NET, PEERS, Town
from tests.engine.waiting_room import WaitingRoom, case, coach

SOON = 60.0  # seconds that a busy machine may take
MOST = 6 + 5 * 6  # sentences that a list of five may wait for: some of the need, some of each one's first reason


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def wait_until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def reached(town: Town) -> Sequence[str]:
    return [found for (found,) in town.ask(NET, lambda c: c.execute("select reached from introductions").fetchall())]


def test_an_offer_that_nobody_answered_expires_though_nobody_asks_for_a_list(town: Town) -> None:
    town.offers_time(BEN, 60)
    town.asks(BEN, 30)
    assert reached(town) == [Reached.OFFERED]
    town.later(days=30)
    assert town.ask(NET, lambda c: introductions.expired_offers(c, town.now))
    with Chores(town, pytest.fail, every=0.01):
        wait_until(lambda: reached(town) == [Reached.EXPIRED])


def test_new_texts_are_understood_before_anybody_asks_for_a_list(town: Town) -> None:
    assert town.vectors.count() == 0
    with Chores(town, pytest.fail, every=0.01):
        wait_until(lambda: town.vectors.count() > 0 and town.vectors.reached(NET) > 0)
    whole = set(town.counting.texts)
    town.counting.counted()
    assert town.picks(PEERS)
    sentences = town.counting.texts
    assert len(sentences) <= MOST  # these alone are encoded while somebody waits, and no text
    assert all(any(each in text and each != text for text in whole) for each in sentences)


def test_an_end_does_not_wait_until_all_texts_are_understood(town: Town) -> None:
    for number in range(300):
        text = f"One more of {number} ways to lose an afternoon."
        town.say(PostChallenge(challenge=f"challenge-{number:08x}00", author=BEN, title=text), id=f"more-{number}")
    with Chores(town, pytest.fail, every=0.01):
        wait_until(lambda: town.vectors.count() > 0)
        town.ended.set()
    assert 0 < town.vectors.count() < 300


def test_what_goes_wrong_is_told_and_the_chores_go_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Exception] = []

    def broken(*_: object) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(town, "react", broken)
    with Chores(town, told.append, every=0.01):
        wait_until(lambda: bool(told) and town.vectors.count() > 0)
    assert isinstance(told[0], OSError)


def test_what_is_new_is_signed_after_a_quiet_spell(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "MINUTE", 0.05 / 60)
    folder = town.folder / "data" / NET / "checkpoints"
    with Chores(town, pytest.fail, every=0.01):
        wait_until(lambda: len(list(folder.glob("*"))) == 1)
        head = town.store.head()
        time.sleep(0.3)
        assert town.store.head() == head  # a checkpoint alone is no news
        town.say(PostChallenge(challenge="challenge-0000000900", author=BEN, title="One more"))
        wait_until(lambda: len(list(folder.glob("*"))) == 2)


def test_a_service_that_is_never_quiet_signs_in_the_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "MINUTE", 0.5 / 60)
    monkeypatch.setattr(chores, "_PATIENCE", 2)
    folder = town.folder / "data" / NET / "checkpoints"
    end = time.monotonic() + SOON
    with Chores(town, pytest.fail, every=0.01):
        for number in count(1):
            town.say(PostChallenge(challenge=f"challenge-{number:08x}99", author=BEN, title="More"), id=f"m-{number}")
            time.sleep(0.1)
            if folder.exists() or time.monotonic() > end:
                break
    assert folder.exists()


def test_freed_time_is_offered_at_once_and_not_only_at_the_next_look_at_the_clock(tmp_path: Path) -> None:
    with WaitingRoom(tmp_path) as room, Chores(room, pytest.fail, every=0.01):
        room.waits(1)
        room.coaches(1)
        wait_until(lambda: room.offered() == [(case(1), coach(1))])


def test_what_frees_nobodys_time_stirs_nothing(town: Town) -> None:
    assert town.reactions.stirred(NET)
    assert not town.reactions.stirred(NET)
    town.say(PostChallenge(challenge="challenge-000000ff", author=BEN, title="Quiet corners"))
    assert not town.reactions.stirred(NET)
    town.offers_time(BEN, 60)
    assert town.reactions.stirred(NET)
