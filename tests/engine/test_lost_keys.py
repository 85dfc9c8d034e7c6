from pathlib import Path

import pytest

from domain.refusals import KeyTrouble, StorageTrouble
from engine.event_store import EventStore
from engine.sealing import KeyRing
from engine.storage.history import holds_events
from tests.engine.facts import ADA, CATALOGUE, NET, Joined, adding, origin, saying


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def master_key(tmp_path: Path) -> Path:
    return tmp_path / "safe" / "master.key"


@pytest.fixture
def recorded(folder: Path, master_key: Path) -> None:
    """A folder in which something personal is recorded."""
    keys = KeyRing.open(folder, master_key)
    store = EventStore(folder, keys, CATALOGUE)
    store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
    store.close()
    keys.close()


def refused(folder: Path, master_key: Path, words: str) -> bool:
    with pytest.raises(KeyTrouble, match=words):
        KeyRing.open(folder, master_key)
    return True


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("with_master_key", [True, False])
@pytest.mark.parametrize("empty", [True, False])
def test_lost_keys_are_never_replaced_beside_events(
    folder: Path, master_key: Path, *, with_master_key: bool, empty: bool
) -> None:
    ring = folder / "keys.db"
    ring.unlink()
    if empty:
        ring.touch()
    if not with_master_key:
        master_key.unlink()
    assert refused(folder, master_key, r"missing.*restore keys\.db.*backup")
    assert ring.exists() is empty
    assert master_key.exists() is with_master_key


@pytest.mark.usefixtures("recorded")
def test_restored_keys_open_the_events_again(folder: Path, master_key: Path) -> None:
    held = {path: path.read_bytes() for path in (folder / "keys.db", master_key)}
    for path in held:
        path.unlink()
    assert refused(folder, master_key, r"restore keys\.db")
    (folder / "keys.db").write_bytes(held[folder / "keys.db"])
    assert refused(folder, master_key, "cannot be read")
    assert not master_key.exists()
    master_key.write_bytes(held[master_key])
    master_key.chmod(0o600)
    store = EventStore(folder, KeyRing.open(folder, master_key), CATALOGUE)
    assert [each.event for each in store.page(0)] == [Joined(name="Ada")]
    store.close()


def test_a_log_without_events_is_no_history(folder: Path, master_key: Path) -> None:
    folder.mkdir()
    (folder / "events.db").touch()
    assert not holds_events(folder)
    EventStore(folder, KeyRing.in_memory(), CATALOGUE).close()
    assert not holds_events(folder)
    KeyRing.open(folder, master_key).ensure([ADA])


def test_events_that_were_just_written_are_a_history(folder: Path) -> None:
    """The log is open and what was written is not in its main file yet."""
    store = EventStore(folder, KeyRing.in_memory(), CATALOGUE)
    assert not holds_events(folder)
    store.append(NET, adding("budget-01", 1), origin=origin())
    assert holds_events(folder)
    store.close()
    assert holds_events(folder)


def test_a_log_that_cannot_be_read_makes_no_keys(folder: Path, master_key: Path) -> None:
    folder.mkdir()
    (folder / "events.db").write_bytes(b"these are no events" * 100)
    with pytest.raises(StorageTrouble, match=r"events\.db"):
        KeyRing.open(folder, master_key)
    assert not (folder / "keys.db").exists()
    assert not master_key.exists()
