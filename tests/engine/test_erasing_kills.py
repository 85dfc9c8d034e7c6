"""Killed at any moment, an erasure has not begun, or it is finished by whoever comes next."""

import shutil
import signal
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from domain.erasure import ErasureBegun, KeyDestroyed, erasure_of
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import Encoder
from tests.domain.scenario import ADA, NOON
from tests.engine.canaries import NET, Canaries, found_in
from tests.engine.dying_eraser import erase
from tests.engine.forked import Victim
from tests.engine.test_erasing import House, read
from tests.histories import copy_into

KILLS = 25


def eraser(folder: Path, call: int) -> Victim:
    return Victim(erase, folder, ADA, call)


@pytest.fixture(scope="module")
def sung() -> Canaries:
    return Canaries()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, sung: Canaries) -> Path:
    """An installation that everything was used in, to be copied."""
    folder = tmp_path_factory.mktemp("told") / "house"
    with House(folder, encoder) as house:
        copy_into(house.store, sung.history.recorded)
        house.use()
    return folder


@pytest.mark.slow
def test_twenty_five_kills_leave_it_undone_or_finished(told: Path, sung: Canaries, tmp_path: Path) -> None:
    theirs = {each.word for each in sung.of(ADA)}
    whole = eraser(Path(shutil.copytree(told, tmp_path / "whole")), 0)
    calls, random = whole.next(), Random(1)  # noqa: S311 - only a moment to kill at
    assert whole.end() == 0
    ends = {True: 0, False: 0}
    for turn in range(KILLS):
        folder = Path(shutil.copytree(told, tmp_path / f"turn-{turn}"))
        moment = 1 + calls * turn // KILLS + random.randrange(calls // KILLS)
        assert eraser(folder, moment).end() == -signal.SIGKILL
        if turn % 3 == 0:  # killed again while it is being finished
            eraser(folder, 1 + random.randrange(calls)).end()
        ends[begun_and_finished(folder, theirs)] += 1
        shutil.rmtree(folder)
    assert ends[True] > KILLS // 3, "some were killed in the middle"
    assert ends[False] > 0, "some before anything was decided"


def begun_and_finished(folder: Path, theirs: set[str]) -> bool:
    """Whoever opens the installation next finds one of the two; says which."""
    settings = Settings(data=folder / "data", master_key=folder / "master.key")
    with Confrere(settings, lambda: NOON + timedelta(days=30)) as system:
        events = {type(each.event) for each in system.store.stream(erasure_of(ADA))}
        assert (ErasureBegun in events) == (KeyDestroyed in events)
        assert system.erasures.unfinished(NET) == []
        done = KeyDestroyed in events
        told = read(system, theirs)
        assert told == (set() if done else theirs)
        assert bool(found_in(folder, theirs)) is not done
        assert system.keys.erased(ADA) is done
        kept = system.queries.kept_up(NET)
        assert kept.last_error is None
    assert bool(found_in(folder, theirs)) is not done
    return done
