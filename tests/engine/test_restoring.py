"""Nothing is replaced by what does not verify, and nothing that lay there is lost."""

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from domain.refusals import BadFile, IllegalMove, KeyTrouble, Refused, StorageTrouble, Unauthenticated
from engine import backup_check, restoring
from engine.backup_check import EVENTS, KEYS, NAME
from engine.changing_over import change_over
from engine.exports import Wrote
from engine.sealing import KeyRing
from engine.settings import Settings
from engine.when import When
from tests.engine.forked import Victim
from tests.engine.keeper import keep
from tests.engine.town import NET
from tests.engine.vault import ADA, WRITTEN, Vault, digest_of

KILLS = 25


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    vault = Vault(tmp_path)
    vault.begin(5)
    return vault


def directory(connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("select name from members where name = ?", (WRITTEN,)).fetchall()]


def in_data(vault: Vault) -> dict[str, bytes]:
    data = vault.settings.data
    return {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*.db") if path.is_file()}


def test_into_an_empty_place_everything_comes_back(vault: Vault) -> None:
    vault.back_up()
    before, names = digest_of(vault.places("one")[0] / EVENTS), vault.names()
    shutil.rmtree(vault.settings.data)
    done = vault.restore()
    assert (done.before, done.lost, done.erased) == (None, 0, ())
    assert vault.digest() == before
    assert vault.names() == names
    assert WRITTEN in names
    vault.grow()
    assert len(vault.names()) == len(names) + 1


def test_data_that_lie_there_are_set_aside_whole_and_only_when_told_to(vault: Vault) -> None:
    vault.back_up()
    vault.grow(3)
    with vault.running() as system:  # these make tables of opened words
        assert system.ask(NET, directory)
        assert system.queries.ask(NET, directory, when=When(as_of=system.store.head() - 1))
    later = vault.digest()
    with pytest.raises(IllegalMove, match="data already"):
        vault.restore()
    assert vault.digest() == later
    done = vault.restore(replace=True)
    assert done.before is not None
    assert digest_of(done.before / EVENTS) == later
    assert done.lost == 4  # they, and what told of the backup
    assert vault.digest() == digest_of(vault.places("one")[0] / EVENTS)
    assert len(vault.names()) == 6
    assert not [path for path in done.before.rglob("*") if path.is_file() and WRITTEN.encode() in path.read_bytes()]
    aside = Vault(vault.folder)
    aside.settings = Settings(data=done.before, master_key=vault.settings.master_key)
    assert len(aside.names()) == 9


def test_checkpoints_that_were_signed_come_back_and_signing_goes_on(vault: Vault) -> None:
    with vault.running() as system:
        first = system.proofs(NET).sign()
    vault.grow()
    vault.back_up()
    shutil.rmtree(vault.settings.data)
    vault.restore()
    with vault.running() as system:
        proofs = system.proofs(NET)
        assert proofs.agrees(first)
        last = proofs.latest()
        vault.more(system, 1)
        assert proofs.consistency(last, proofs.sign()).proof
        assert len(list((vault.settings.data / NET / "checkpoints").iterdir())) == 3


def test_notes_kept_elsewhere_over_what_was_lost_are_put_under_another_name(vault: Vault) -> None:
    vault.settings = Settings(
        data=vault.settings.data, master_key=vault.settings.master_key, checkpoints=vault.folder / "far"
    )
    vault.back_up()
    vault.grow(3)
    with vault.running() as system:
        late = system.proofs(NET).sign()
    vault.restore(replace=True)
    assert [path.read_text("utf-8") for path in (vault.folder / "far").glob("*.lost")] == [late]
    with vault.running() as system:
        assert system.proofs(NET).sign()


def test_a_checkpoint_kept_elsewhere_has_to_agree(vault: Vault) -> None:
    with vault.running() as system:
        early = system.proofs(NET).sign()
    vault.back_up()
    vault.grow()
    with vault.running() as system:
        late = system.proofs(NET).sign()
    assert vault.restore(replace=True, checkpoints=[early]).lost
    before = in_data(vault)
    with pytest.raises(BadFile, match="not the one that was signed"):
        vault.restore(replace=True, checkpoints=[early, late])
    with pytest.raises(BadFile, match="not in the backup"):
        vault.restore(replace=True, checkpoints=[late.replace(NET, "network-000000ff")])
    assert in_data(vault) == before


def flip(path: Path, place: int = -100) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def digest_anew(folder: Path) -> None:
    told = json.loads((folder / NAME).read_text())
    told["files"][EVENTS] = backup_check.digest(folder / EVENTS)
    (folder / NAME).write_text(json.dumps(told))


def forged(folder: Path, keys: Path) -> None:
    """An event changed, and the digest of the file with it."""
    with closing(sqlite3.connect(folder / EVENTS)) as connection:
        connection.execute("drop trigger events_are_not_changed")
        connection.execute("update events set recorded_us = recorded_us - 1 where position = 2")
        connection.commit()
    digest_anew(folder)


def shortened(folder: Path, keys: Path) -> None:
    """The end cut off, and the digest of the file with it."""
    with closing(sqlite3.connect(folder / EVENTS)) as connection:
        connection.execute("drop trigger events_are_not_deleted")
        connection.execute("delete from events where position > 4")
        connection.commit()
    digest_anew(folder)


def resigned(folder: Path, keys: Path) -> None:
    told = json.loads((folder / NAME).read_text())
    note = told["networks"][0]["checkpoint"]
    told["networks"][0]["checkpoint"] = re.sub(r"\n(\d+)\n", lambda found: f"\n{int(found[1]) - 1}\n", note)
    (folder / NAME).write_text(json.dumps(told))


def of_another(folder: Path, keys: Path) -> None:
    other = Vault(folder.parent / "other")
    other.begin()
    other.back_up()
    shutil.rmtree(keys)
    shutil.copytree(other.places("one")[1], keys)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda folder, keys: flip(folder / EVENTS), "not what was copied"),
        (lambda folder, keys: flip(keys / KEYS), "not what was copied"),
        (lambda folder, keys: (folder / EVENTS).unlink(), "is missing"),
        (lambda folder, keys: (keys / KEYS).unlink(), "is missing"),
        (lambda folder, keys: (folder / NAME).unlink(), "no backup here"),
        (lambda folder, keys: flip(folder / NAME, 0), "does not tell of a backup"),
        (forged, "not the one that was signed"),
        (shortened, "not the one that was signed"),
        (resigned, "altered"),
        (of_another, "belongs to another backup|not what was copied"),
    ],
    ids=["events", "keys", "no events", "no keys", "no word", "broken word", "forged", "cut off", "resigned", "mixed"],
)
def test_what_does_not_verify_replaces_nothing(vault: Vault, harm: Callable[[Path, Path], None], words: str) -> None:
    vault.back_up()
    vault.grow()
    harm(*vault.places("one"))
    before, beside = in_data(vault), sorted(vault.folder.iterdir())
    with pytest.raises(Refused, match=words):
        vault.restore(replace=True)
    assert in_data(vault).keys() >= before.keys()
    assert vault.digest()
    assert len(vault.names()) == 7
    assert sorted(vault.folder.iterdir()) == beside


def test_without_its_master_key_nothing_is_restored_and_none_is_made(vault: Vault) -> None:
    vault.back_up()
    kept = vault.settings.master_key.read_bytes()
    vault.settings.master_key.unlink()
    with pytest.raises(KeyTrouble, match="cannot be read"):
        vault.restore(replace=True)
    assert not vault.settings.master_key.exists()
    KeyRing.create_master_key(vault.settings.master_key)
    with pytest.raises(KeyTrouble, match="does not fit"):
        vault.restore(replace=True)
    vault.settings.master_key.write_bytes(kept)
    assert vault.restore(replace=True).before


def test_while_a_service_runs_nothing_is_replaced(vault: Vault) -> None:
    vault.back_up()
    with vault.running() as system:
        with pytest.raises(StorageTrouble, match="in use"):
            vault.restore(replace=True)
        vault.more(system, 1)
    assert vault.restore(replace=True).lost == 2


def test_what_was_erased_since_stays_erased(vault: Vault) -> None:
    vault.back_up()
    with vault.running() as system:
        system.keys.destroy(ADA)
    done = vault.restore(replace=True)
    assert done.erased == (ADA,)
    assert done.unread == ()
    assert WRITTEN not in vault.names()
    held = b"".join(path.read_bytes() for path in vault.settings.data.rglob("*") if path.is_file())
    assert WRITTEN.encode() not in held


def test_tokens_revoked_since_do_not_come_back(vault: Vault) -> None:
    with vault.running() as system:
        secret, token = system.tokens.create(NET, ADA)
        other, _ = system.tokens.create(NET, ADA)
    vault.back_up()
    with vault.running() as system:
        system.tokens.revoke(token.token)
    vault.restore(replace=True)
    with vault.running() as system:
        assert system.tokens.bearer(other).member == ADA
        with pytest.raises(Unauthenticated):
            system.tokens.bearer(secret)


def test_exports_written_since_are_still_found_by_an_erasure(vault: Vault) -> None:
    def write(draft: Path) -> Wrote:
        (draft / "words.txt").write_text(WRITTEN)
        return Wrote(1, 1)

    vault.back_up()
    with vault.running() as system:
        system.exports.write(NET, vault.folder / "out", "words", write, files=("words.txt",), opened=True)
    vault.restore(replace=True)
    with vault.running() as system:
        (one,) = system.exports.register.holding_words(NET)
        assert system.exports.register.discard(one)
    assert not (vault.folder / "out").exists()


def test_damaged_data_are_set_aside_too(vault: Vault) -> None:
    vault.back_up()
    for path in vault.settings.data.glob("*.db*"):
        path.write_bytes(b"not a database at all" * 1000)
    done = vault.restore(replace=True)
    assert done.before is not None
    assert done.unread == tuple(name for name in (KEYS, "accounts.db", "exports.db") if (done.before / name).exists())
    assert KEYS in done.unread
    assert len(vault.names()) == 6


def test_what_goes_wrong_right_after_changing_over_deletes_no_old_data(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed_and_interrupted(new: Path, place: Path) -> None:
        change_over(new, place)
        raise KeyboardInterrupt

    vault.back_up()
    vault.grow()
    before = vault.digest()
    monkeypatch.setattr(restoring, "change_over", changed_and_interrupted)
    with pytest.raises(KeyboardInterrupt):
        vault.restore(replace=True)
    (old,) = vault.folder.glob("data.before-*")
    assert digest_of(old / EVENTS) == before


def test_two_folders_change_over_at_once(tmp_path: Path) -> None:
    for name in ("new", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    change_over(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["new"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["old"]
    with pytest.raises(StorageTrouble, match="at once"):
        change_over(tmp_path / "nowhere", tmp_path / "old")


class Killing:
    """Processes that back up or restore, killed at a moment that chance names."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.random = Random(6)  # noqa: S311 - only moments to kill at
        self.longest: dict[str, float] = {}

    def run(self, what: str, name: str, *, kill: bool = True) -> bool:
        """Whether it said that it was done."""
        process = Victim(keep, what, self.vault.settings, *self.vault.places(name))
        assert process.next() == "begun"
        begun = time.monotonic()
        if kill:
            time.sleep(self.random.uniform(0, self.longest[what]))
            process.kill()
        told = process.next()
        process.end()
        if not kill:
            self.longest[what] = time.monotonic() - begun
        elif told == "done":  # so that some are killed before and some after, however fast the machine is just now
            self.longest[what] *= 0.8
        else:
            self.longest[what] *= 1.1
        return bool(told == "done")


@pytest.mark.slow
def test_killed_at_any_moment_a_backup_is_whole_or_not_there(vault: Vault) -> None:
    vault.grow(300)
    killing = Killing(vault)
    assert killing.run("backup", "first", kill=False)
    cut_short = 0
    for turn in range(KILLS):
        done = killing.run("backup", f"{turn // 5}")
        folder, _ = vault.places(f"{turn // 5}")
        assert folder.exists() or not done
        if folder.exists():
            vault.assert_whole(f"{turn // 5}")
        cut_short += not done
        vault.grow(1)  # the data are none the worse
    assert cut_short > KILLS // 3
    for group in range(KILLS // 5):
        if not vault.places(f"{group}")[0].exists():
            assert killing.run("backup", f"{group}", kill=False)
        vault.assert_whole(f"{group}")
    assert not list(vault.folder.glob(".backup*"))


@pytest.mark.slow
def test_killed_at_any_moment_a_restore_leaves_the_old_data_or_the_new(vault: Vault) -> None:
    vault.grow(300)
    vault.back_up("small")
    vault.grow(300)
    vault.back_up("large")
    of = {name: digest_of(vault.places(name)[0] / EVENTS) for name in ("small", "large")}
    killing = Killing(vault)
    assert killing.run("restore", "small", kill=False)
    stood, changed = "small", 0
    for _ in range(KILLS):
        other = "large" if stood == "small" else "small"
        done = killing.run("restore", other)
        found = vault.digest()
        assert found in {of[stood], of[other]}
        assert found == of[other] or not done
        KeyRing.open(vault.settings.data, vault.settings.master_key).close()
        if found == of[other]:
            stood, changed = other, changed + 1
    assert 0 < changed < KILLS
    assert killing.run("restore", "large", kill=False)
    assert vault.digest() == of["large"]
    assert len(vault.names()) == 606
    aside = [digest_of(path / EVENTS) for path in vault.folder.glob("data.before-*")]
    assert len(aside) == changed + 2  # one a change, and nothing that was left unfinished
    assert not list(vault.folder.glob("data*/being-restored"))
