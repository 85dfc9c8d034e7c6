"""The log of an installation is verified where it lies, and what was done to it is found at its place."""

import shutil
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import msgpack

from domain.audit import audit_of
from domain.challenges import PostChallenge
from domain.refusals import BadFile, StorageTrouble, Unknown
from engine.verifying import Tampered
from engine.verifying_files import Verified
from engine.verifying_here import verify_stored
from models.encoder import Encoder
from tests.engine.town import ADA, NET, Town


class Signed:
    """A folder whose log was signed twice; `events` and `first` are how many events each checkpoint covers."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder = folder
        with Town(folder, encoder) as town:
            self.key = town.proofs(NET).verifier_key
            self.first = int(town.proofs(NET).sign().split("\n")[1])
            for number in range(20, 40):
                town.say(PostChallenge(challenge=f"challenge-{number:08x}", author=ADA, title=f"The {number}th"))
            self.note = town.proofs(NET).sign()
            town.proofs(NET).sign()
            self.events = int(self.note.split("\n")[1])

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def verify(self, *kept: Path, key: str | None = None) -> Verified:
        (found,) = verify_stored(self.data, None, kept, key)
        return found

    def found(self, *kept: Path) -> tuple[str, int]:
        with pytest.raises(Tampered) as refused:
            self.verify(*kept)
        return refused.value.kind, refused.value.sequence

    def change(self, *statements: str | tuple[str, tuple[object, ...]]) -> None:
        """Behind the back of everything that guards the log."""
        with closing(sqlite3.connect(self.data / "events.db")) as c, c:
            c.execute("drop trigger if exists events_are_not_changed")
            c.execute("drop trigger if exists events_are_not_deleted")
            for each in statements:
                c.execute(*((each,) if isinstance(each, str) else each))

    def position(self, number: int) -> int:
        with closing(sqlite3.connect(self.data / "events.db")) as c:
            sql = "select position from events where network = ? order by position limit 1 offset ?"
            return int(c.execute(sql, (NET, number - 1)).fetchone()[0])

    def forget_hashes(self) -> None:
        (self.data / NET / "tree").unlink()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Signed:
    return Signed(tmp_path_factory.mktemp("signed") / "town", encoder)


@pytest.fixture
def signed(told: Signed, tmp_path: Path) -> Signed:
    copy = Signed.__new__(Signed)
    copy.__dict__ |= told.__dict__
    copy.folder = shutil.copytree(told.folder, tmp_path / "town")
    return copy


def test_what_is_as_it_was_signed_is_verified_with_and_without_the_key(signed: Signed) -> None:
    assert signed.verify().signature_checked is False
    found = signed.verify(key=signed.key)
    assert (found.events, found.earlier, found.uncovered) == (signed.events, (signed.first,), 1)
    assert found.signature_checked
    signed.forget_hashes()
    assert signed.verify(key=signed.key) == found


CHANGES = {
    "payload": ("altered", "update events set payload = cast(payload || x'00' as blob)"),
    "time": ("altered", "update events set recorded_us = recorded_us + 1"),
    "stream": ("altered", "update events set stream = 'member-ffffffff'"),
    "version": ("altered", "update events set version = 77"),
    "name": ("altered", "update events set name = 'member.left'"),
    "no text": ("altered", "update events set name = cast(x'ff' as text)"),
    "network": ("missing", "update events set network = 'network-0000000f'"),
    "deleted": ("missing", "delete from events"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", [1, 5, 17, 30])
def test_each_change_is_found_at_its_place(signed: Signed, change: str, number: int) -> None:
    kind, statement = CHANGES[change]
    signed.change((f"{statement} where position = ?", (signed.position(number),)))
    with pytest.raises(Tampered) as refused:
        verify_stored(signed.data, network=NET)
    assert (refused.value.kind, refused.value.sequence) == (kind, number)


def test_without_the_hashes_beside_the_log_the_place_is_between_two_checkpoints(signed: Signed) -> None:
    signed.change(("update events set version = 77 where position = ?", (signed.position(30),)))
    signed.forget_hashes()
    with pytest.raises(Tampered, match=f"events {signed.first + 1} to {signed.events}: rewritten") as refused:
        signed.verify()
    assert "the very event is not known, for the hashes kept beside the log are missing" in str(refused.value)


def test_events_that_changed_places_or_were_put_in_are_found(signed: Signed) -> None:
    here, there = signed.position(10), signed.position(11)
    signed.change(
        ("update events set position = -1 where position = ?", (here,)),
        ("update events set position = ? where position = ?", (here, there)),
        ("update events set position = ? where position = -1", (there,)),
    )
    assert signed.found() == ("altered", 10)


def test_a_log_that_was_cut_off_is_found_by_what_was_signed_and_by_the_hashes_beside_it(signed: Signed) -> None:
    signed.change(("delete from events where position > ?", (signed.position(25),)))
    assert signed.found() == ("truncated", 26)
    signed.forget_hashes()
    with pytest.raises(Tampered, match="were signed, and 25 are here"):
        signed.verify()


def test_what_came_after_the_last_checkpoint_is_compared_with_the_hashes_beside_it(signed: Signed) -> None:
    last = signed.position(signed.events + 1)
    signed.change(("update events set recorded_us = recorded_us + 1 where position = ?", (last,)))
    with pytest.raises(Tampered, match="nobody signed it yet"):
        signed.verify()


def test_an_event_that_tells_of_another_checkpoint_than_was_signed_is_named(signed: Signed) -> None:
    telling = signed.position(signed.events + 1)
    root = b64encode(bytes(32)).decode()
    payload = msgpack.encode([1, [], {"size": signed.events, "root": root, "key": signed.key}, {}])
    signed.change(("update events set payload = ? where position = ?", (payload, telling)))
    assert signed.found() == ("altered", signed.events + 1)
    for note in (signed.data / NET / "checkpoints").iterdir():
        note.unlink()
    assert signed.found() == ("altered", signed.events + 1)
    signed.forget_hashes()
    assert signed.found() == ("rewritten", signed.first + 1)


def test_a_whole_log_that_was_told_anew_is_found_by_a_checkpoint_kept_elsewhere(
    signed: Signed, tmp_path: Path, encoder: Encoder
) -> None:
    kept = tmp_path / "kept.checkpoint"
    kept.write_text(signed.note)
    other = Signed(tmp_path / "other", encoder)
    assert other.events == signed.events
    other.verify()
    assert other.found(kept) == ("rewritten", 1)
    with pytest.raises(BadFile, match="signed with another key"):
        other.verify(kept, key=other.key)


def test_an_altered_note_a_foreign_one_and_an_unknown_network_are_refused(signed: Signed, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.checkpoint"
    foreign.write_text(signed.note.replace(NET, "network-0000000f"))
    with pytest.raises(BadFile, match="of another log"):
        signed.verify(foreign)
    with pytest.raises(Unknown):
        verify_stored(signed.data, network="network-0000000f")
    (newest,) = (signed.data / NET / "checkpoints").glob(f"*{signed.events}.checkpoint")
    newest.write_text(newest.read_text().replace(f"\n{signed.events}\n", f"\n{signed.events - 1}\n"))
    with pytest.raises(BadFile, match="the signature does not fit"):
        signed.verify(key=signed.key)


def test_a_network_that_was_signed_and_left_out_as_a_whole_is_found(signed: Signed) -> None:
    other = "network-0000beef"
    signed.change(("update events set network = ? where network = ?", (other, NET)))
    assert signed.found() == ("truncated", 1)
    signed.change("delete from events")
    assert signed.found() == ("truncated", 1)


def test_nothing_is_written_to_what_is_verified(signed: Signed) -> None:
    def content() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in signed.data.rglob("*") if path.is_file()}

    before = content()
    signed.verify()
    assert {path: bytes_ for path, bytes_ in content().items() if not path.endswith(("-shm", "-wal"))} == before
    assert audit_of(NET) not in before


def test_a_damaged_index_is_told_from_damaged_events(signed: Signed) -> None:
    signed.change(
        "pragma writable_schema = on",
        """update sqlite_schema set sql = replace(sql, '(network, position)', '(network, version)')
            where name = 'events_by_network'""",
    )
    with pytest.raises(StorageTrouble, match="every event is as it was, but what they are found by is damaged"):
        signed.verify()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0 and then nothing", b"no database at all" * 100])
def test_a_file_that_is_no_log_is_refused(signed: Signed, content: bytes) -> None:
    for beside in signed.data.glob("events.db*"):
        beside.unlink()
    (signed.data / "events.db").write_bytes(content)
    with pytest.raises((StorageTrouble, Unknown)):
        signed.verify()
