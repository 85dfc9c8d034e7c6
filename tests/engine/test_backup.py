"""A backup is whole, checked and apart from its keys, or it is not there."""

import json
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from domain.audit import ExportProduced
from domain.refusals import BadFile, Malformed, StorageTrouble
from engine import backup, backup_check
from engine.backup import UNFINISHED, back_up
from engine.backup_check import EVENTS, KEYS, NAME
from engine.copying import copy_database
from engine.notes import opened
from tests.engine.town import NET
from tests.engine.vault import ADA, WRITTEN, Vault, rows_of


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(tmp_path)
    vault.begin(5)
    return vault


def test_a_backup_holds_the_history_as_it_was_signed(vault: Vault) -> None:
    made = vault.back_up()
    folder, _ = vault.places("one")
    assert vault.assert_whole("one") == made
    with vault.running() as system:
        key = system.proofs(NET).verifier_key
        assert [opened(each.checkpoint, key).origin for each in made.networks] == [f"confrere/{NET}"]
        (told,) = system.store.page(made.position)  # the copy holds all before what tells of it
        assert isinstance(told.event, ExportProduced)
        assert (told.event.form, told.event.export) == ("backup", made.backup)
        assert told.event.digest == backup_check.digest(folder / NAME)
    assert rows_of(folder / EVENTS) == rows_of(vault.settings.data / EVENTS)[:-1]


def test_keys_lie_apart_and_nothing_that_was_written_can_be_read_without_them(vault: Vault) -> None:
    with vault.running() as system:
        system.tokens.create(NET, "member-0000000a", label="a laptop")
        system.index(NET)
    vault.back_up()
    folder, keys = vault.places("one")
    assert not list(folder.rglob(KEYS))
    assert [each.name for each in keys.glob("*.db")] == [KEYS]
    held = b"".join(path.read_bytes() for path in (*folder.rglob("*"), *keys.rglob("*")) if path.is_file())
    assert WRITTEN.encode() not in held
    master = vault.settings.master_key.read_bytes().strip()
    assert master not in held


def test_a_backup_is_closed_to_others(vault: Vault) -> None:
    vault.back_up()
    for place in vault.places("one"):
        for path in (place, *place.rglob("*")):
            assert not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO), path


def test_writers_go_on_while_a_backup_is_made(vault: Vault) -> None:
    with vault.running() as system:
        ended = Event()

        def write() -> None:
            while not ended.is_set():
                vault.more(system, 1)

        writer = Thread(target=write)
        writer.start()
        made = [back_up(system, *vault.places(name)) for name in ("one", "two", "three")]
        ended.set()
        writer.join()
        assert made[0].position < made[2].position <= system.store.head()
    for name in ("one", "two", "three"):
        vault.assert_whole(name)


@pytest.mark.parametrize(
    "places",
    [
        lambda folder: (folder / "b", folder / "b"),
        lambda folder: (folder / "b", folder / "b" / "keys"),
        lambda folder: (folder / "k" / "data", folder / "k"),
        lambda folder: (folder / "data" / "b", folder / "k"),
        lambda folder: (folder / "b", folder / "data" / "k"),
        lambda folder: (folder / "b", folder / "data" / ".." / "b" / "k"),
    ],
    ids=["one", "keys in data", "data in keys", "in the data", "keys in the data", "in other words"],
)
def test_data_and_keys_are_never_kept_in_one_another(
    vault: Vault, tmp_path: Path, places: Callable[[Path], tuple[Path, Path]]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    with vault.running() as system, pytest.raises(Malformed, match="lie in one another"):
        back_up(system, *places(tmp_path))
    assert [path for path in tmp_path.rglob("*") if "data" not in path.name and path not in before] == []


def test_nothing_that_lies_there_is_written_over(vault: Vault) -> None:
    vault.back_up()
    before = {path: path.stat().st_mtime_ns for place in vault.places("one") for path in place.rglob("*")}
    with pytest.raises(Malformed, match="there already"):
        vault.back_up()
    with vault.running() as system, pytest.raises(Malformed, match="there already"):
        back_up(system, vault.folder / "other", vault.places("one")[1])
    assert {path: path.stat().st_mtime_ns for place in vault.places("one") for path in place.rglob("*")} == before


def test_what_a_kill_left_goes_and_a_whole_backup_of_that_time_stays(vault: Vault) -> None:
    vault.back_up()
    folder, keys = vault.places("one")
    (keys / UNFINISHED).write_text(str(folder))  # killed at the last moment: both are there
    with pytest.raises(Malformed, match="there already"):
        vault.back_up()
    with vault.running() as system, pytest.raises(Malformed, match="there already"):
        back_up(system, vault.folder / "elsewhere", keys)
    vault.assert_whole("one")
    folder.rename(vault.folder / "gone")  # killed between the two names: the keys alone are there
    (folder.parent / f".{folder.name}.draft").mkdir()
    vault.back_up()
    vault.assert_whole("one")
    assert not list(vault.folder.glob(".*"))


def test_a_history_that_was_altered_is_not_backed_up_as_if_nothing_were(vault: Vault) -> None:
    vault.back_up()
    with closing(sqlite3.connect(vault.settings.data / EVENTS)) as connection:
        connection.execute("drop trigger events_are_not_changed")
        connection.execute("update events set recorded_us = recorded_us - 1 where position = 2")
        connection.commit()
    (vault.settings.data / NET / "tree").unlink()
    with pytest.raises(StorageTrouble, match="no longer continues"):
        vault.back_up("two")
    assert not any(place.exists() for place in vault.places("two"))
    assert not list(vault.folder.glob(".*"))


def test_an_event_altered_beneath_the_tree_is_found_in_the_copy(vault: Vault) -> None:
    vault.back_up()
    with closing(sqlite3.connect(vault.settings.data / EVENTS)) as connection:
        connection.execute("drop trigger events_are_not_changed")
        connection.execute("update events set recorded_us = recorded_us - 1 where position = 2")
        connection.commit()
    with pytest.raises(BadFile, match="not the one that was signed"):  # the tree's file still says what was
        vault.back_up("two")
    assert not any(place.exists() for place in vault.places("two"))


def test_somebody_erased_while_it_is_made_is_in_no_copied_history_so_none_is_kept(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vault.running() as system:

        def copied_and_destroyed(source: Path, target: Path) -> None:
            copy_database(source, target)
            if source.name == EVENTS:
                system.keys.destroy(ADA)

        monkeypatch.setattr(backup, "copy_database", copied_and_destroyed)
        with pytest.raises(StorageTrouble, match="erased meanwhile"):
            back_up(system, *vault.places("one"))
    assert not any(place.exists() for place in vault.places("one"))


def test_a_place_that_cannot_be_written_is_refused_in_words(vault: Vault) -> None:
    (vault.folder / "file").write_text("in the way")
    with vault.running() as system, pytest.raises(StorageTrouble, match="cannot be written"):
        back_up(system, vault.folder / "file" / "b", vault.folder / "k")
    assert not (vault.folder / "k").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told | {"form": 2}, "other software"),
        (lambda told: told | {"files": told["files"] | {"../master.key": "0"}}, "no backup has"),
        (lambda told: told | {"files": {}}, "no backup has"),
        (lambda told: {}, "does not tell of a backup"),
    ],
    ids=["newer", "outside", "nothing", "empty"],
)
def test_a_folder_that_tells_something_else_is_no_backup(
    vault: Vault, change: Callable[[dict], dict], words: str
) -> None:
    vault.back_up()
    folder, _ = vault.places("one")
    (folder / NAME).write_text(json.dumps(change(json.loads((folder / NAME).read_text()))))
    with pytest.raises(BadFile, match=words):
        backup_check.read(folder)
    with pytest.raises(BadFile, match="no backup here"):
        backup_check.read(vault.folder / "nowhere")
