import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from engine.event_store import EventStore
from engine.sealing import KeyRing
from tests.engine.facts import CATALOGUE, NET

ROOT = Path(__file__).parents[2]


class Data:
    """A data folder that processes write into, and what they were told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.master_key = folder / "master.key"
        self.acknowledged: dict[str, tuple[int, ...]] = {}
        KeyRing.open(self.folder, self.master_key).close()

    def start(self, name: str, saves: int = 0) -> subprocess.Popen[str]:
        """Start a writer; without a number of saves it goes on until it is killed."""
        words = [sys.executable, "-m", "tests.engine.writer", self.folder, self.master_key, name, str(saves)]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=dict(os.environ))

    def hear(self, told: str) -> None:
        for line in told.splitlines():
            command, *positions = line.split()
            self.acknowledged[command] = tuple(map(int, positions))

    def store(self) -> EventStore:
        return EventStore(self.folder, KeyRing.open(self.folder, self.master_key), CATALOGUE)


def assert_nothing_is_lost(data: Data) -> None:
    store = data.store()
    log = [recorded for after in range(0, store.head(), 2000) for recorded in store.page(after)]
    at = {recorded.position: recorded for recorded in log}
    assert sorted(at) == list(range(1, len(log) + 1))
    for command, positions in data.acknowledged.items():
        assert store.receipt(NET, command).positions == positions
        assert {at[position].envelope.command for position in positions} == {command}
    by_command: dict[str, int] = {}
    for recorded in log:
        by_command[recorded.envelope.command] = by_command.get(recorded.envelope.command, 0) + 1
    assert set(by_command.values()) <= {3}  # all three events of a save, or none of them
    versions: dict[str, list[int]] = {}
    for recorded in log:
        versions.setdefault(recorded.stream, []).append(recorded.version)
    assert all(known == list(range(1, len(known) + 1)) for known in versions.values())
    assert [a.recorded_at for a in log] == sorted(a.recorded_at for a in log)
    store.close()


def assert_the_file_is_sound(data: Data) -> None:
    with sqlite3.connect(data.folder / "events.db") as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    data = Data(tmp_path)
    random = Random(20240902)  # noqa: S311 - only a moment to kill at
    for turn in range(20):
        writer = data.start(f"{turn}")
        # every fourth is killed while it starts, the others amid some line or other
        first = "".join(writer.stdout.readline() for _ in range(random.randint(1, 30) if turn % 4 else 0))
        time.sleep(random.uniform(0, 0.02 if turn % 4 else 0.25))
        writer.kill()
        rest, _ = writer.communicate()
        data.hear((first + rest).rpartition("\n")[0])  # a line cut off in the middle was not told
        assert_nothing_is_lost(data)
    assert_the_file_is_sound(data)
    assert len(data.acknowledged) > 100


@pytest.mark.slow
def test_several_processes_write_while_one_of_them_is_killed(tmp_path: Path) -> None:
    data = Data(tmp_path)
    doomed = data.start("doomed")
    writers = [data.start(name, saves=60) for name in ("a", "b", "c")]
    first = doomed.stdout.readline()
    time.sleep(0.2)
    doomed.kill()
    data.hear((first + doomed.communicate()[0]).rpartition("\n")[0])
    for writer in writers:
        data.hear(writer.communicate(timeout=120)[0])
        assert writer.returncode == 0
    assert sum(not command.startswith("command-doomed") for command in data.acknowledged) == 180
    assert_nothing_is_lost(data)
    assert_the_file_is_sound(data)


@pytest.mark.slow
def test_what_another_process_writes_is_seen_soon(tmp_path: Path) -> None:
    data = Data(tmp_path)
    store = data.store()
    writer = data.start("far", saves=20)
    seen: list[str] = []
    after = 0
    started = time.monotonic()
    while len(seen) < 60:
        assert store.wait(after, 60)
        page = store.page(after)
        seen += [recorded.envelope.command for recorded in page]
        after = page[-1].position
    assert time.monotonic() - started < 50  # not only when a wait has run out
    writer.communicate(timeout=120)
    assert seen == [f"command-far-{i}" for i in range(20) for _ in range(3)]
    store.close()


@pytest.mark.slow
def test_processes_that_start_together_on_an_empty_folder_all_get_in(tmp_path: Path) -> None:
    data = Data(tmp_path)
    writers = [data.start(f"{i}", saves=3) for i in range(6)]
    for writer in writers:
        data.hear(writer.communicate(timeout=120)[0])
        assert writer.returncode == 0
    assert len(data.acknowledged) == 18
    assert_nothing_is_lost(data)
