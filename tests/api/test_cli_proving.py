"""What the command line signs and proves, and what it says no to."""

import base64
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.leaves import leaf_of
from engine.merkle import verify_inclusion
from engine.notes import opened
from tests.api.shell import Shell


def signed(shell: Shell, name: str = "now") -> Path:
    path = shell.folder / f"{name}.checkpoint"
    path.write_text(shell.run("audit", "checkpoint").stdout, "utf-8")
    return path


def rows(shell: Shell) -> list[tuple]:
    return shell.history()


def test_a_checkpoint_is_printed_as_a_note_that_its_key_opens(shell: Shell) -> None:
    head = len(rows(shell))
    note, key = signed(shell).read_text("utf-8"), shell.run("audit", "key").stdout
    assert opened(note, key).size == head
    assert shell.json("audit", "checkpoint") == {"checkpoint": note, "key": key.strip()}


def test_a_proof_is_a_text_that_other_tools_read(shell: Shell) -> None:
    path = signed(shell)
    proof = shell.run("audit", "prove", 5, "--checkpoint", path).stdout
    head, _, note = proof.partition("\n\n")
    first, index, *hashes = head.split("\n")
    assert (first, index) == ("c2sp.org/tlog-proof@v1", "index 4")
    checkpoint = opened(note, shell.run("audit", "key").stdout)
    leaf = leaf_of(rows(shell)[4])
    assert verify_inclusion(leaf, 4, checkpoint.size, [base64.b64decode(each) for each in hashes], checkpoint.root)
    assert shell.json("audit", "prove", 5)["leaf"] == base64.b64encode(leaf).decode()


def test_the_history_is_shown_to_continue_an_old_checkpoint(shell: Shell) -> None:
    old = signed(shell, "old")
    shell.run("join", "--name", "Fay Finch")
    new = signed(shell, "new")
    assert "are the beginning of" in shell.run("audit", "consistent", old, new).stdout
    assert shell.json("audit", "consistent", old)["second"] == shell.json("audit", "consistent", old, new)["second"]
    assert "covers more" in shell.refused("audit", "consistent", new, old)


def test_what_is_no_checkpoint_is_refused_with_its_file(shell: Shell, tmp_path: Path) -> None:
    signed(shell)
    (tmp_path / "half").write_text(signed(shell).read_text("utf-8")[:-20])
    (tmp_path / "binary").write_bytes(b"\xff\xfe" * 50)
    for name in ("half", "binary", "missing"):
        words = shell.refused("audit", "prove", 1, "--checkpoint", tmp_path / name)
        assert str(tmp_path / name) in words


@pytest.mark.parametrize(
    ("position", "words"), [(100_000, "no event there"), (1, "nothing was signed yet")], ids=["beyond", "unsigned"]
)
def test_what_cannot_be_proven_is_refused(shell: Shell, position: int, words: str) -> None:
    if position > 1:
        signed(shell)
    assert words in shell.refused("audit", "prove", position)


def test_a_checkpoint_of_another_installation_is_refused(shell: Shell, empty: Shell, tmp_path: Path) -> None:
    path = signed(shell)
    other = Shell(tmp_path / "elsewhere")
    other.run("charter", "Other", "--zone", "America/New_York")
    assert "of another log" in other.refused("audit", "consistent", path)


def test_a_history_altered_on_disk_is_refused(shell: Shell) -> None:
    path = signed(shell)
    with closing(sqlite3.connect(shell.folder / "data" / "events.db")) as connection:
        connection.execute("drop trigger events_are_not_changed")
        connection.execute("update events set recorded_us = recorded_us - 1 where position = 5")
        connection.commit()
    assert "not the one that was signed" in shell.refused("audit", "prove", 5, "--checkpoint", path)
    assert "no longer continues" in shell.refused("audit", "checkpoint")
    assert "not the one that this checkpoint" in shell.refused("audit", "consistent", path)
