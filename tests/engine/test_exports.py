"""An export stands whole under its name, recorded with its hash, or it does not stand at all."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from domain.audit import ExportProduced, audit_of
from domain.refusals import StorageTrouble
from engine.exports import Exports, Wrote
from engine.runtime import Confrere
from models.encoder import Encoder
from tests.engine.forked import Victim
from tests.engine.town import NET, Town

FILES = ("a.txt", "b.txt")


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path / "town", encoder) as opened:
        yield opened


def two(draft: Path) -> Wrote:
    for name in FILES:
        (draft / name).write_text(f"words in {name}\n")
    return Wrote(2, 7)


def write(town: Confrere, folder: Path, writer: object = two, *, opened: bool = True) -> object:
    return town.exports.write(NET, folder, "test", writer, files=FILES, opened=opened)  # type: ignore[arg-type]


def recorded(town: Confrere) -> list[ExportProduced]:
    return [each.event for each in town.store.stream(audit_of(NET)) if isinstance(each.event, ExportProduced)]


def beside(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.parent.iterdir() if each.name not in {"town", folder.name})


def test_what_stands_was_recorded_with_a_hash_that_other_tools_compute(town: Town, tmp_path: Path) -> None:
    done = write(town, tmp_path / "out")
    (event,) = recorded(town)
    assert (event.form, event.by, event.records, event.position) == ("test", "operator", 2, 7)
    sums = subprocess.run(["sha256sum", *FILES], cwd=tmp_path / "out", capture_output=True, check=True).stdout
    assert event.digest == hashlib.sha256(sums).hexdigest() == done.digest  # type: ignore[attr-defined]
    assert beside(tmp_path / "out") == []
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_nothing_is_written_over(town: Town, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for taken in (tmp_path / "full", tmp_path / "file", tmp_path / "file" / "below", Path("/")):
        with pytest.raises(StorageTrouble, match=r"lies there already|cannot be made"):
            write(town, taken)
    (tmp_path / "empty").mkdir()
    write(town, tmp_path / "empty")
    assert sorted(each.name for each in (tmp_path / "empty").iterdir()) == list(FILES)
    assert len(recorded(town)) == 1


def test_a_writer_that_fails_leaves_nothing(town: Town, tmp_path: Path) -> None:
    def failing(draft: Path) -> Wrote:
        two(draft)
        raise OSError(28, "no space left")

    with pytest.raises(StorageTrouble, match="cannot be written"):
        write(town, tmp_path / "out", failing)
    with pytest.raises(StorageTrouble, match="cannot be written"):
        write(town, tmp_path / "out", lambda draft: Wrote(0, 0))  # a promised file is not there
    assert not (tmp_path / "out").exists()
    assert beside(tmp_path / "out") == []
    assert recorded(town) == []
    assert town.exports.register.all(NET) == []


def test_an_erasure_finds_what_holds_opened_words_and_deletes_that_alone(town: Town, tmp_path: Path) -> None:
    write(town, tmp_path / "closed", opened=False)
    write(town, tmp_path / "open")
    write(town, tmp_path / "mixed")
    write(town, tmp_path / "moved")
    (tmp_path / "mixed" / "mine.txt").write_text("mine")
    (tmp_path / "moved").rename(tmp_path / "elsewhere")
    register = town.exports.register
    found = {each.folder.name: register.discard(each) for each in register.holding_words(NET)}
    assert found == {"open": True, "mixed": True, "moved": False}
    assert not (tmp_path / "open").exists()
    assert [each.name for each in (tmp_path / "mixed").iterdir()] == ["mine.txt"]
    assert [each.folder.name for each in register.all(NET)] == ["closed"]


def test_a_draft_that_is_being_written_is_left_alone_and_can_be_discarded(town: Town, tmp_path: Path) -> None:
    def interrupted(draft: Path) -> Wrote:
        town.exports.settle(NET)
        assert draft.exists()
        wrote = two(draft)
        (one,) = town.exports.register.holding_words(NET)
        assert town.exports.register.discard(one)
        return wrote

    with pytest.raises(StorageTrouble, match="cannot be written"):
        write(town, tmp_path / "out", interrupted)
    assert not (tmp_path / "out").exists()
    assert recorded(town) == []


def die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(_told: Connection, folder: Path, out: Path, moment: str) -> None:
    """What a process does that is killed at that moment."""

    def half(draft: Path) -> Wrote:
        (draft / "a.txt").write_text("wor")
        die()
        raise AssertionError

    with Town(folder, Encoder()) as town:
        if moment == "before it is recorded":
            Exports._record = die  # type: ignore[method-assign]
        if moment == "before it has its name":
            Exports._give_its_name = die  # type: ignore[method-assign]
        if moment == "after it has its name":
            Path.rename = lambda *given, of=Path.rename: (of(*given), die())  # type: ignore[method-assign,assignment]
        write(town, out, half if moment == "half-written" else two)


def killed(town: Town, out: Path, moment: str) -> None:
    assert Victim(dying, town.folder, out, moment).end() == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["half-written", "before it is recorded"])
def test_a_kill_before_it_is_recorded_leaves_nothing(town: Town, tmp_path: Path, moment: str) -> None:
    killed(town, tmp_path / "out", moment)
    assert not (tmp_path / "out").exists()
    assert recorded(town) == []
    town.exports.settle(NET)
    assert beside(tmp_path / "out") == []
    assert town.exports.register.all(NET) == []


@pytest.mark.slow
def test_a_kill_after_it_is_recorded_is_finished_by_whoever_comes_next(town: Town, tmp_path: Path) -> None:
    killed(town, tmp_path / "out", "before it has its name")
    assert not (tmp_path / "out").exists()
    (event,) = recorded(town)
    write(town, tmp_path / "other")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == list(FILES)
    assert beside(tmp_path / "out") == ["other"]
    registered = {each.folder.name: each for each in town.exports.register.all(NET)}
    assert registered["out"].whole
    assert registered["out"].digest == event.digest
    assert isinstance(town.exports, Exports)


@pytest.mark.slow
@pytest.mark.parametrize("settled", [True, False])
def test_an_erasure_finds_an_export_whose_writer_was_killed_right_after(
    town: Town, tmp_path: Path, *, settled: bool
) -> None:
    killed(town, tmp_path / "out", "after it has its name")
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == list(FILES)
    if settled:
        town.exports.settle(NET)
    (one,) = town.exports.register.holding_words(NET)
    assert one.whole == settled
    assert town.exports.register.discard(one)
    assert not (tmp_path / "out").exists()
