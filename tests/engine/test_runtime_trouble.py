import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.networks import CharterNetwork
from domain.refusals import KeyTrouble, ModelTrouble, NewerSoftware, StorageTrouble, Unknown
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import WEIGHTS, Encoder
from projections.network_setting import setting
from tests.engine.town import (
    ABSENT,
    ADA,
    NET,
    PEERS,
    Town,
)

OTHER = "network-00000002"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def test_a_network_is_named_by_its_name_its_id_or_the_beginning_of_it(town: Town) -> None:
    assert town.network(None) == town.network("Riverbend") == town.network(NET) == town.network("network-0") == NET
    charter = Order(command=CharterNetwork(network=OTHER, name="Hilltop"), at=town.now)
    town.commands.handle(charter, Sender(network=OTHER, actor="operator", command_id="charter"))
    assert town.network("Hilltop") == OTHER
    for name, words in ((None, "several"), ("network-0", "several"), ("Hill", "no such"), ("", "no such")):
        with pytest.raises(Unknown, match=words):
            town.network(name)
    with pytest.raises(Unknown, match="no such network"):
        town.views("network-00000003")


def test_without_any_network_one_has_to_be_chartered(tmp_path: Path) -> None:
    with Confrere(Settings(data=tmp_path / "data", master_key=tmp_path / "key")) as empty:
        for name in (None, "Riverbend"):
            with pytest.raises(Unknown, match="no network yet"):
                empty.network(name)


# what cannot be used is refused in words


def test_a_master_key_is_missing_strange_or_in_the_wrong_place(town: Town) -> None:
    town.close()
    settings = town.settings
    with pytest.raises(KeyTrouble, match="lies in the data folder"):
        Confrere(replace(settings, master_key=settings.data / "master.key"))
    for at_fault, words in (
        (lambda path: path.rename(path.with_name("kept")), "cannot be read"),
        (lambda path: path.write_bytes(b"c2hvcnQ="), "not a master key"),
        (lambda path: path.chmod(0o644), "others may read"),
    ):
        spoilt = settings.master_key.with_name("spoilt")
        spoilt.unlink(missing_ok=True)
        spoilt.write_bytes(settings.master_key.read_bytes())
        spoilt.chmod(0o600)
        at_fault(spoilt)
        with pytest.raises(KeyTrouble, match=words):
            Confrere(replace(settings, master_key=spoilt))
    other = Confrere(Settings(data=town.folder / "other", master_key=town.folder / "other.key"))
    other.store.keyed_hash(NET, b"so that there is a key to fit")
    other.close()
    with pytest.raises(KeyTrouble, match="does not fit"):
        Confrere(replace(settings, master_key=town.folder / "other.key"))
    Confrere(settings).close()


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am no folder")
    for settings in (
        Settings(data=tmp_path / "file", master_key=tmp_path / "key"),
        Settings(data=tmp_path / "data", master_key=tmp_path / "file" / "key"),
        Settings(data=tmp_path / "file" / "data", master_key=tmp_path / "key"),
    ):
        with pytest.raises(StorageTrouble, match="cannot be opened"):
            Confrere(settings)


def test_an_event_from_newer_software_is_named_and_nothing_stale_is_shown(town: Town) -> None:
    town.close()
    with sqlite3.connect(town.folder / "data" / "events.db") as connection:
        connection.execute(
            "insert into events (recorded_us, network, stream, version, name, payload)"
            " select recorded_us, network, stream, version + 100, 'member.cloned', payload"
            " from events order by position desc limit 1"
        )
    connection.close()
    with Town(town.folder, town.counting.real) as again:
        for ask in (lambda: again.ask(NET, setting), lambda: again.ask_for(PEERS), lambda: again.index(NET)):
            with pytest.raises(NewerSoftware, match=r"member\.cloned"):
                ask()


def copied(model: Path, folder: Path) -> Path:
    """The packaged model, its files linked rather than copied."""
    for file in model.rglob("*"):
        if file.is_file():
            there = folder / file.relative_to(model)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.symlink_to(file)
    return folder


@pytest.mark.parametrize("file", [WEIGHTS, "config.json", "modules.json"])
def test_a_model_that_lacks_a_file_is_refused(town: Town, tmp_path: Path, file: str) -> None:
    model = copied(town.counting.real.folder, tmp_path / "model")
    (model / file).unlink()
    assert "is missing" in refused(town, model)


@pytest.mark.parametrize("file", ["modules.json", "1_Pooling/config.json", "config.json"])
def test_a_model_whose_settings_do_not_read_is_refused(town: Town, tmp_path: Path, file: str) -> None:
    model = copied(town.counting.real.folder, tmp_path / "model")
    (model / file).unlink()
    (model / file).write_text("{")
    assert str(model) in refused(town, model)


def test_a_model_that_is_none_is_refused(town: Town, tmp_path: Path) -> None:
    model = copied(town.counting.real.folder, tmp_path / "model")
    (model / WEIGHTS).unlink()
    (model / WEIGHTS).write_bytes(os.urandom(1000))
    assert "does not load" in refused(town, model)


def refused(town: Town, model: Path) -> str:
    town.close()
    with Confrere(replace(town.settings, model=model), lambda: town.now) as system:
        head = system.store.head()
        with pytest.raises(ModelTrouble) as no:
            system.recommend(NET, ADA, ABSENT, PEERS)
        assert system.store.head() == head
        assert system.ask(NET, setting).name == "Riverbend"  # what needs no model goes on
    return no.value.words


@pytest.mark.slow
def test_an_altered_copy_of_a_model_is_another_model(town: Town, tmp_path: Path) -> None:
    """A folder of one's own has no known checksum: what it makes is kept apart under its own fingerprint."""
    made = town.index(NET)
    town.close()
    model = copied(town.counting.real.folder, tmp_path / "model")
    flipped(model / WEIGHTS)
    with Confrere(replace(town.settings, model=model), lambda: town.now) as system:
        assert system.encoder.fingerprint != town.counting.fingerprint
        assert system.index(NET) == made
    with Town(town.folder, town.counting.real) as again:
        assert again.index(NET) == type(made)()


def flipped(file: Path) -> None:
    """One bit of the last number; the file is made a copy first."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.unlink()
    file.write_bytes(content)
