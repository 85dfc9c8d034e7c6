"""A log is written out as it was signed, proven to whoever reads it, or not at all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.challenges import PostChallenge
from engine import log_export
from engine.exports import Export
from engine.log_export import write_log
from engine.log_lines import EVENTS, rows_in
from engine.verifying import Tampered
from engine.verifying_files import verify_export
from models.encoder import Encoder
from tests.engine.town import ADA, NET, Town


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path / "town", encoder) as opened:
        yield opened


def export(town: Town, folder: Path) -> Export:
    proofs = town.proofs(NET)
    return town.exports.write(
        NET, folder, "log", lambda draft: write_log(draft, town.store, proofs), files=log_export.FILES, opened=False
    )


def test_every_event_up_to_the_checkpoint_stands_in_it_as_it_is_stored(town: Town, tmp_path: Path) -> None:
    stored = list(town.store.rows(0, network=NET))
    done = export(town, tmp_path / "out")
    assert (done.records, done.position) == (len(stored), stored[-1][0])
    with (tmp_path / "out" / EVENTS).open("rb") as lines:
        assert list(rows_in(lines)) == stored
    assert verify_export(tmp_path / "out", key=town.proofs(NET).verifier_key).events == len(stored)


def test_a_later_export_begins_with_the_earlier_one(town: Town, tmp_path: Path) -> None:
    export(town, tmp_path / "first")
    town.say(PostChallenge(challenge="challenge-00000077", author=ADA, title="Desks in rows"))
    export(town, tmp_path / "second")
    first, second = ((tmp_path / each / EVENTS).read_bytes() for each in ("first", "second"))
    assert [event[3:] for event in rows_in(second.splitlines(keepends=True))][: first.count(b"\n")] == [
        event[3:] for event in rows_in(first.splitlines(keepends=True))
    ]
    kept = tmp_path / "first" / "checkpoint"
    assert verify_export(tmp_path / "second", [kept]).earlier == (first.count(b"\n"),)


def test_hashes_that_were_damaged_beside_the_log_are_made_anew(town: Town, tmp_path: Path) -> None:
    town.proofs(NET).sign()
    tree = town.settings.data / NET / "tree"
    content = bytearray(tree.read_bytes())
    content[len(content) // 2] ^= 1
    tree.write_bytes(content)
    export(town, tmp_path / "out")
    verify_export(tmp_path / "out", key=town.proofs(NET).verifier_key)


def test_a_log_that_was_altered_is_not_written_out(town: Town, tmp_path: Path) -> None:
    town.proofs(NET).sign()
    with closing(sqlite3.connect(town.settings.data / "events.db")) as connection, connection:
        connection.execute("drop trigger events_are_not_changed")
        connection.execute("update events set recorded_us = recorded_us + 1 where position = 5")
    with pytest.raises(Tampered, match=r"event 5 .position 5.: altered"):
        export(town, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["town"]
