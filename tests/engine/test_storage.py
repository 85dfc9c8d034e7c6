import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic

import pytest
from eventsourcing.persistence import StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.refusals import StorageTrouble, Unknown
from engine.event_store import Addition, CommandSeen, EventStore, VersionRace
from engine.sealing import KeyRing
from engine.storage.database import PATIENCE, Database
from engine.storage.memory import MemoryRecorder
from engine.storage.recorder import Recorder, Save
from engine.storage.sqlite import SQLiteRecorder
from tests.engine.facts import ADA, CATALOGUE, NET, Asked, adding, origin, saying


@pytest.fixture
def on_disk(tmp_path: Path, keys: KeyRing) -> Iterator[EventStore]:
    store = EventStore(tmp_path, keys, CATALOGUE)
    yield store
    store.close()


def raw(store: EventStore) -> sqlite3.Connection:
    return store._recorder.database.writer


def big(i: int) -> list[Addition]:
    return [saying(f"challenge-{i}", 0, (Asked(author=ADA, text="x" * 20_000),))]


def fill(store: EventStore) -> None:
    for i in range(store.head(), 100):
        store.append(NET, big(i), origin=origin(f"command-{i}"))


def sound(store: EventStore) -> bool:
    return raw(store).execute("pragma integrity_check").fetchone() == ("ok",)


# the file


@pytest.mark.parametrize("change", ["update events set payload = x''", "delete from events"])
def test_events_can_be_neither_changed_nor_deleted(on_disk: EventStore, change: str) -> None:
    told = on_disk.append(NET, adding("budget-01", 1), origin=origin())
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        raw(on_disk).execute(change)
    assert on_disk.page(0) == told


def test_a_position_is_never_used_again(on_disk: EventStore) -> None:
    on_disk.append(NET, adding("budget-01", 1, 2), origin=origin())
    raw(on_disk).execute("drop trigger events_are_not_deleted")
    raw(on_disk).execute("delete from events where position = 2")
    (told,) = on_disk.append(NET, adding("budget-01", 3, after=1), origin=origin())
    assert told.position == 3


def test_an_acknowledged_save_is_on_disk(on_disk: EventStore) -> None:
    assert raw(on_disk).execute("pragma synchronous").fetchone() == (2,)  # full
    assert raw(on_disk).execute("pragma journal_mode").fetchone() == ("wal",)


def test_readers_cannot_write(on_disk: EventStore) -> None:
    with pytest.raises(StorageTrouble), on_disk._recorder.database.read() as connection:
        connection.execute("delete from commands")


def test_a_file_of_something_else_is_refused(tmp_path: Path, keys: KeyRing) -> None:
    (tmp_path / "events.db").write_bytes(b"these are no events" * 100)
    with pytest.raises(StorageTrouble, match=r"events\.db: the file is not one of ours"):
        EventStore(tmp_path, keys, CATALOGUE)


def test_readers_do_not_wait_for_a_writer(on_disk: EventStore) -> None:
    on_disk.append(NET, adding("budget-01", 1), origin=origin())
    with on_disk._recorder.database.write() as connection:
        connection.execute("insert into trackings values ('somebody', 1)")
        started = monotonic()
        assert len(on_disk.page(0)) == 1
        assert monotonic() - started < PATIENCE / 2


# trouble


def test_a_full_disk_loses_nothing_and_leaves_nothing_half_written(on_disk: EventStore) -> None:
    raw(on_disk).execute("pragma max_page_count = 60")
    with pytest.raises(StorageTrouble, match="full"):
        fill(on_disk)
    written = on_disk.head()
    assert 0 < written < 100
    assert [recorded.position for recorded in on_disk.page(0)] == list(range(1, written + 1))
    assert on_disk.receipt(NET, f"command-{written - 1}") is not None
    assert on_disk.receipt(NET, f"command-{written}") is None
    assert on_disk.network_of(f"challenge-{written}") is None
    raw(on_disk).execute("pragma max_page_count = 100000")
    (told,) = on_disk.append(NET, big(written), origin=origin(f"command-{written}"))
    assert told.position == written + 1
    assert sound(on_disk)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_the_system_refuses_is_told_and_the_next_one_works(on_disk: EventStore) -> None:
    with files_no_larger_than(200_000), pytest.raises(StorageTrouble, match="disk"):
        fill(on_disk)
    written = on_disk.head()
    assert 0 < written < 100
    on_disk.append(NET, big(written), origin=origin(f"command-{written}"))
    assert [recorded.position for recorded in on_disk.page(0)] == list(range(1, written + 2))
    assert sound(on_disk)


def test_a_writer_whose_turn_does_not_come_says_so(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", "create table if not exists t (x)", patience=0.05)
    holding, done = Flag(), Flag()

    def hold() -> None:
        with database.write():
            holding.set()
            done.wait(60)

    thread = Thread(target=hold)
    thread.start()
    holding.wait(60)
    with pytest.raises(StorageTrouble, match="earlier saves"), database.write():
        pass
    done.set()
    thread.join()
    with database.write() as connection:  # the turn was given back
        connection.execute("insert into t values (1)")
    database.close()


def test_a_file_held_by_another_process_is_told(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", "create table if not exists t (x)", patience=0.05)
    other = sqlite3.connect(tmp_path / "some.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(StorageTrouble, match="another process"), database.write():
        pass
    other.execute("rollback")
    other.close()
    with database.write() as connection:
        connection.execute("insert into t values (1)")
    database.close()


def test_readers_that_are_all_busy_are_told_and_come_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", "", readers=1, patience=0.05)
    with database.read(), pytest.raises(StorageTrouble, match="readers"), database.read():
        pass
    with database.read() as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    database.close()


# the same answers from every module

names = st.sampled_from(["a", "b", "c"])
saves = st.lists(
    st.tuples(
        st.sampled_from(["net-1", "net-2"]),
        st.integers(0, 8),  # command
        st.lists(st.tuples(names, st.integers(0, 3), st.integers(0, 2)), max_size=2, unique_by=lambda a: a[0]),
        st.dictionaries(names, st.integers(0, 3), max_size=1),
        st.integers(0, 50),  # what the clock shows
    ),
    max_size=25,
)


def outcome(recorder: Recorder, save: tuple) -> object:
    network, command, additions, reads, now = save
    recorder.clock = lambda: now
    stored = [
        StoredEvent(stream, after + i, "name", b"state") for stream, after, n in additions for i in range(1, n + 1)
    ]
    expected = reads | {stream: after for stream, after, _ in additions}
    about = Save(network, f"command-{command}", bytes([command]), expected)
    try:
        return list(recorder.insert_events(stored, save=about)), about.recorded_us
    except CommandSeen as seen:
        return seen.receipt
    except (VersionRace, Unknown) as refusal:
        return type(refusal)


@settings(max_examples=60, deadline=None)
@given(saves=saves)
def test_all_storage_modules_give_the_same_answers(tmp_path_factory: pytest.TempPathFactory, saves: list) -> None:
    disk = SQLiteRecorder(tmp_path_factory.mktemp("log") / "events.db")
    memory = MemoryRecorder()
    for save in saves:
        assert outcome(disk, save) == outcome(memory, save)
    for network in (None, "net-1", "net-2", "net-3"):
        for after, until in ((0, None), (2, None), (1, 4), (3, 0)):
            ask = {"limit": 3, "network": network, "until": until}
            assert disk.rows_after(after, **ask) == memory.rows_after(after, **ask)
    for stream in "abc":
        assert disk.rows_of(stream, after=1, until=5) == memory.rows_of(stream, after=1, until=5)
        assert disk.top(stream) == memory.top(stream)
    for now in range(-1, 52, 7):
        assert disk.position_at(now) == memory.position_at(now)
    assert disk.networks() == memory.networks()
    assert disk.max_notification_id() == memory.max_notification_id()
    disk.close()


def test_closing_waits_for_who_reads_and_refuses_who_comes_late(tmp_path: Path) -> None:
    database = Database(tmp_path / "some.db", "create table if not exists some (n integer) strict", readers=1)
    closing = Thread(target=database.close)
    with database.read() as reader:
        closing.start()
        closing.join(0.1)
        assert closing.is_alive()
        assert reader.execute("select count(*) from some").fetchone() == (0,)
    closing.join(PATIENCE)
    with pytest.raises(StorageTrouble, match="closed"), database.read():
        pass
    database.close()
