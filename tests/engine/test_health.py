"""Health: what a probe and the doctor say of a system that is well, and of each way in which it is not."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.examining import examine
from engine.health import Health, health, standings
from engine.settings import Settings
from models.encoder import WEIGHTS, Encoder, packaged
from tests.engine.town import ADA, LONG_AGO, NET, NOON, Town

PROBED = ["storage", "keys", "disk", "model", "views"]
EXAMINED = [
    *("settings", "model", "disk", "permissions", "files", "keys"),
    *("history", "checkpoints", "clock", "views", "erasures"),
]


@pytest.fixture
def settings(tmp_path: Path, encoder: Encoder) -> Settings:
    """Of a folder with a small history."""
    with Town(tmp_path, encoder) as town:
        town.index(NET)
        return town.settings


def later() -> object:
    return NOON + timedelta(days=1)


def doctor(settings: Settings, clock: Callable[[], object] = later, **environment: str) -> Health:
    return examine(settings, environment, clock)


def ill(found: Health) -> dict[str, str]:
    """The checks that are not well, with words and remedy; there is always a remedy."""
    assert found.ready is all(each.ok for each in found.checks)
    assert all(each.remedy for each in found.checks if not each.ok)
    return {each.name: f"{each.words} ({each.remedy})" for each in found.checks if not each.ok}


def change(file: Path, sql: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(sql)


def test_a_sound_system_is_well_in_every_respect(settings: Settings, tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        found = health(town)
    assert [each.name for each in found.checks] == PROBED
    assert ill(found) == {}
    examined = doctor(settings)
    assert [each.name for each in examined.checks] == EXAMINED
    assert ill(examined) == {}


def test_a_probe_writes_nothing(settings: Settings, tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        health(town)
        files = [each for each in settings.data.rglob("*") if each.is_file()]
        before = {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in files}
        for _ in range(10):
            health(town)
        assert {each: (each.stat().st_mtime_ns, each.stat().st_size) for each in files} == before


def test_a_network_stands_where_its_views_have_come(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        town.index(NET)
        head = town.store.head()
        (standing,) = standings(town)
        assert (standing.network, standing.position, standing.lag, standing.trouble) == (NET, head, 0, None)
        town.offers_time(ADA, 30)
        (standing,) = standings(town)
        assert (standing.position, standing.lag) == (head, 2)


def test_an_event_in_the_way_of_the_views_is_said_without_words_of_people(
    settings: Settings, tmp_path: Path, encoder: Encoder
) -> None:
    newer = """
        insert into events (recorded_us, network, stream, version, name, payload)
        select recorded_us, network, stream, version + 100, 'member.cloned', payload
        from events order by position desc limit 1
    """
    change(settings.data / "events.db", newer)
    with Town(tmp_path, encoder) as town:
        town.views(NET).catch_up()
        (standing,) = standings(town)
        assert standing.lag == 1
        assert "member.cloned" in str(standing.trouble)
        assert set(ill(health(town))) == {"views"}
    assert set(ill(doctor(settings))) == {"history", "views"}


def test_files_that_vanish_while_serving_are_missed(settings: Settings, tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        for name, said in (("events.db", "storage"), ("keys.db", "keys")):
            (settings.data / name).rename(tmp_path / name)
            assert set(ill(health(town))) == {said}
            (tmp_path / name).rename(settings.data / name)
        assert ill(health(town)) == {}


def test_too_little_room_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    room = type(shutil.disk_usage(settings.data))
    monkeypatch.setattr("engine.health.shutil.disk_usage", lambda _: room(10**10, 10**10 - 499_000_000, 499_000_000))
    assert ill(doctor(settings)) == {"disk": "499 MB are free (make room: 500 MB are needed)"}


@pytest.mark.parametrize("name", ["keys.db", "events.db"])
def test_a_lost_file_is_to_be_restored(settings: Settings, name: str) -> None:
    for file in settings.data.glob(f"{name}*"):
        file.unlink()
    found = ill(doctor(settings))
    assert set(found) == {"keys"}
    assert name in found["keys"]
    assert "backup" in found["keys"]
    assert not (settings.data / name).exists()


@pytest.mark.parametrize("name", ["keys.db", "events.db", "vectors.db"])
def test_a_damaged_file_is_found(settings: Settings, name: str) -> None:
    for companion in settings.data.glob(f"{name}-*"):
        companion.unlink()
    with (settings.data / name).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 200)
    found = ill(doctor(settings))
    assert name in found["files"]
    assert "backup" in found["files"]


def test_keys_of_another_master_are_said(settings: Settings, tmp_path: Path) -> None:
    settings.master_key.write_text("A" * 43 + "=\n")
    assert "does not fit" in ill(doctor(settings))["keys"]
    settings.master_key.chmod(0o644)
    assert "others may read" in ill(doctor(settings))["keys"]


@pytest.mark.parametrize("loose", [".", "events.db", f"{NET}"])
def test_loose_permissions_are_said(settings: Settings, loose: str) -> None:
    (settings.data / loose).chmod(0o755)
    found = ill(doctor(settings))
    assert set(found) == {"permissions"}
    assert str(settings.data / loose) in found["permissions"]
    assert "chmod" in found["permissions"]


def test_an_index_open_to_others_is_said_as_words_of_members_stand_in_it(settings: Settings) -> None:
    index = settings.data / NET / "views-0.index"
    index.touch()
    index.chmod(0o644)
    assert str(index) in ill(doctor(settings))["permissions"]


def test_a_clock_behind_the_log_is_said(settings: Settings) -> None:
    found = ill(doctor(settings, lambda: NOON - timedelta(days=LONG_AGO, seconds=1)))
    assert set(found) == {"clock"}


def test_a_setting_that_is_none_is_said(settings: Settings) -> None:
    assert "CONFRERE_PROT" in ill(doctor(settings, CONFRERE_PROT="8000"))["settings"]


def test_altered_weights_are_found_by_the_doctor_and_missing_ones_by_the_probe_too(
    settings: Settings, tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "model"
    shutil.copytree(packaged(), model)
    monkeypatch.setattr("models.encoder.packaged", lambda: model)
    with (model / WEIGHTS).open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"altered")
    assert "was altered" in ill(doctor(settings))["model"]
    with Town(tmp_path, encoder) as town:
        assert ill(health(town)) == {}
        with (model / WEIGHTS).open("r+b") as file:
            file.truncate(1000)
        assert "not whole" in ill(health(town))["model"]
        (model / WEIGHTS).unlink()
        assert "missing" in ill(health(town))["model"]


def test_another_model_is_made_to_speak_too(settings: Settings, tmp_path: Path) -> None:
    shutil.copytree(packaged(), tmp_path / "model")
    assert ill(doctor(replace(settings, model=tmp_path / "model"))) == {}
    assert "missing" in ill(doctor(replace(settings, model=tmp_path)))["model"]


def test_where_nothing_was_recorded_nothing_is_begun(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", master_key=tmp_path / "master.key")
    found = doctor(settings)
    assert ill(found) == {}
    assert found.checks[-1].words == "nothing is recorded yet"
    assert list(tmp_path.iterdir()) == []
