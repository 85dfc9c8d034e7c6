"""Rate limits: never more than the limit in any minute, whatever is restarted in between."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine.rate_limits
from domain.refusals import StorageTrouble
from engine.rate_limits import Allowance, RateLimits

ROOT = Path(__file__).parents[2]
START = 1_700_000_000.25


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(tmp_path: Path, clock: Clock) -> Iterator[RateLimits]:
    with closing(RateLimits(tmp_path, 3, clock)) as limits:
        yield limits


def rows(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "limits.db")) as connection:
        return [key for (key,) in connection.execute("select key from limits order by key")]


def test_the_limit_is_counted_down_then_refused_then_there_is_room_again(limits: RateLimits, clock: Clock) -> None:
    assert limits.take("ada") == Allowance(allowed=True, limit=3, remaining=2, reset_after=61)
    clock.now += 10
    assert limits.take("ada") == Allowance(allowed=True, limit=3, remaining=1, reset_after=51)
    assert limits.take("ada") == Allowance(allowed=True, limit=3, remaining=0, reset_after=51)
    refused = limits.take("ada")
    assert refused == Allowance(allowed=False, limit=3, remaining=0, reset_after=51)
    clock.now += refused.reset_after - 1
    assert not limits.take("ada").allowed
    clock.now += 1
    assert limits.take("ada") == Allowance(allowed=True, limit=3, remaining=0, reset_after=10)


def test_keys_do_not_share_their_limit(limits: RateLimits) -> None:
    for _ in range(3):
        assert limits.take("ada").allowed
    assert not limits.take("ada").allowed
    assert limits.take("ben").allowed


steps = st.lists(
    st.tuples(st.floats(0, 40), st.integers(1, 6), st.booleans()),  # seconds that pass, requests, restart before
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps, limit=st.integers(1, 8))
def test_no_more_than_the_limit_passes_in_any_minute(steps: list[tuple[float, int, bool]], limit: int) -> None:
    clock = Clock()
    passed: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        limits = RateLimits(Path(folder), limit, clock)
        for seconds, requests, restart in steps:
            if restart:
                limits.close()
                limits = RateLimits(Path(folder), limit, clock)
            clock.now += seconds
            passed += [clock.now for _ in range(requests) if limits.take("ada").allowed]
        limits.close()
    for begin in passed:
        assert sum(begin <= at <= begin + 60 for at in passed) <= limit


@settings(max_examples=60, deadline=None)
@given(steps=steps, limit=st.integers(1, 8))
def test_nobody_waits_longer_than_they_were_told(steps: list[tuple[float, int, bool]], limit: int) -> None:
    clock = Clock()
    with closing(RateLimits(None, limit, clock)) as limits:
        for seconds, requests, _ in steps:
            clock.now += seconds
            for _ in range(requests):
                answer = limits.take("ada")
                assert 0 <= answer.remaining < limit
                if not answer.allowed:
                    clock.now += answer.reset_after
                    assert limits.take("ada").allowed


def test_a_clock_that_goes_back_neither_refills_nor_locks_out(limits: RateLimits, clock: Clock) -> None:
    for _ in range(3):
        limits.take("ada")
    clock.now -= 3600
    refused = limits.take("ada")
    assert not refused.allowed
    clock.now += refused.reset_after
    assert limits.take("ada").allowed


def test_a_restart_does_not_refill(tmp_path: Path, clock: Clock, limits: RateLimits) -> None:
    for _ in range(2):
        limits.take("ada")
    limits.close()
    limits.close()  # again changes nothing
    clock.now += 5
    with closing(RateLimits(tmp_path, 3, clock)) as again:
        assert again.take("ada") == Allowance(allowed=True, limit=3, remaining=0, reset_after=56)
        assert not again.take("ada").allowed


@pytest.mark.slow
def test_a_killed_process_does_not_refill(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.engine.taker", tmp_path, "500"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "all taken\n"
            time.sleep(6 * engine.rate_limits.EVERY)  # until it is written down, also where the machine is busy
        finally:
            process.kill()
    with closing(RateLimits(tmp_path, 500)) as limits:
        assert not limits.take("ada").allowed
        assert limits.take("ben").allowed


def test_what_is_over_is_swept_from_memory_and_disk(limits: RateLimits, clock: Clock, tmp_path: Path) -> None:
    limits.take("ada")
    clock.now += 30
    limits.take("ben")
    limits.flush()
    assert rows(tmp_path) == ["ada", "ben"]
    clock.now += 31
    limits.sweep()
    assert rows(tmp_path) == ["ben"]
    assert set(limits._windows) == {"ben"}


def test_beyond_so_many_keys_the_rest_share_one_count(limits: RateLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.rate_limits, "KEYS", 2)
    assert limits.take("ada").remaining == limits.take("ben").remaining == 2
    assert [limits.take(f"stranger {n}").allowed for n in range(4)] == [True, True, True, False]
    assert limits.take("ada").allowed


def test_threads_together_get_no_more_than_the_limit(tmp_path: Path, clock: Clock) -> None:
    with closing(RateLimits(tmp_path, 1000, clock)) as limits, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: limits.take("ada").allowed, range(4000)))
    assert sum(answers) == 1000


def test_a_damaged_file_is_begun_anew(tmp_path: Path, clock: Clock, limits: RateLimits) -> None:
    limits.take("ada")
    limits.close()
    (tmp_path / "limits.db").write_bytes(b"no database, but long enough to be taken for one" * 100)
    with closing(RateLimits(tmp_path, 3, clock)) as again:
        assert again.take("ada").remaining == 2


def test_limits_go_on_when_the_disk_does_not(limits: RateLimits, clock: Clock) -> None:
    limits.take("ada")
    assert limits._database is not None
    limits._database.writer.execute("pragma query_only = on")  # as a disk that may not be written any more
    with pytest.raises(StorageTrouble):
        limits.flush()
    give_up = time.monotonic() + 60
    while limits.trouble is None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert limits.trouble is not None
    assert limits.take("ada").remaining == 1
    limits._database.writer.execute("pragma query_only = off")
    limits.flush()


def test_a_file_that_cannot_be_opened_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "limits.db").mkdir()
    with pytest.raises(StorageTrouble, match="cannot be opened"):
        RateLimits(tmp_path, 3)
