"""Backing up and restoring at the command line, from the history to its end."""

import shutil
from pathlib import Path

from tests.api.shell import Shell


def test_what_was_backed_up_comes_back_and_tells_what_was_set_aside(shell: Shell, tmp_path: Path) -> None:
    places = (tmp_path / "data-copy", "--keys", tmp_path / "keys-copy")
    told = shell.run("backup", *places).stdout
    assert "not copied" in told
    assert str(shell.folder / "master.key") in told.replace("\n", "")
    before = shell.history()[:-1]  # the last tells of the backup
    shell.run("join", "--name", "Fay Finch")
    assert "data already" in shell.refused("restore", *places)
    told = shell.run("restore", *places, "--replace").stdout
    assert "positions are only there" in told.replace("\n", " ")
    assert shell.history() == before
    assert "Ada Aberg" in shell.ids("members")
    assert "Fay Finch" not in shell.ids("members")


def test_on_another_machine_a_backup_and_the_master_key_are_enough(shell: Shell, tmp_path: Path) -> None:
    note = tmp_path / "kept.checkpoint"
    note.write_text(shell.run("audit", "checkpoint").stdout, "utf-8")
    made = shell.json("backup", tmp_path / "b", "--keys", tmp_path / "k")
    history = shell.history()[:-1]  # the last tells of the backup
    other = Shell(tmp_path / "elsewhere")
    other.folder.mkdir()
    shutil.copy(shell.folder / "master.key", other.folder / "master.key")
    restored = other.json("restore", tmp_path / "b", "--keys", tmp_path / "k", "--checkpoint", note)
    assert (restored["position"], restored["before"]) == (made["position"], None)
    assert other.history() == history
    other.run("doctor")


def test_keys_and_data_in_one_folder_are_refused(shell: Shell, tmp_path: Path) -> None:
    assert "lie in one another" in shell.refused("backup", tmp_path / "b", "--keys", tmp_path / "b")
    assert not (tmp_path / "b").exists()
    assert "no backup here" in shell.refused("restore", tmp_path / "b", "--keys", tmp_path / "k", "--replace")


def test_who_was_erased_since_is_named_with_the_hold_that_stands_again_and_their_name_is_not_looked_for(
    shell: Shell, tmp_path: Path
) -> None:
    member = shell.ids("members")["Ben Brook"]
    shell.run("hold", member, "--reason", "a lawsuit is pending")
    shell.run("backup", tmp_path / "b", "--keys", tmp_path / "k")
    shell.run("release", member, "--reason", "it was settled")
    shell.run("erase", member, "--yes")
    told = shell.run("restore", tmp_path / "b", "--keys", tmp_path / "k", "--replace").stdout
    assert f"{member} was erased after this backup: their texts stay gone; lift the legal hold" in told
    assert "legal hold" in shell.refused("erase", member, "--yes")
    shell.run("release", member, "--reason", "it was settled")
    again = shell.run("erase", member, "--yes").stdout.replace("\n", " ")
    assert "a name that nobody can open any more" in again
    assert "was not looked for, since nobody knows it" in again
    assert "Others wrote their name" not in again
