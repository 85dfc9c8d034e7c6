"""Settings and doctor at the command line."""

import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.api.shell import Shell
from tests.api.test_light import RUNS
from tests.test_layers import loaded

ROOT = Path(__file__).parents[2]


def test_settings_say_what_holds_and_where_it_comes_from(empty: Shell) -> None:
    file = empty.folder / "given.toml"
    file.write_text("pool = 3")
    given = {"CONFRERE_CONFIG": str(file), "CONFRERE_PORT": "9000"}
    printed = empty.run("settings", **given).stdout
    assert "CONFRERE_PORT = 9000  (environment)" in printed
    assert f"CONFRERE_POOL = 3  ({file})" in printed
    assert "CONFRERE_HOST = 127.0.0.1  (default)\n    address to serve on" in printed
    told = {each["name"]: each for each in json.loads(empty.run("settings", "--json", **given).stdout)}
    assert told["CONFRERE_POOL"]["value"] == "3"
    assert told["CONFRERE_DATA"]["source"] == "environment"


def test_settings_that_cannot_be_used_are_refused(empty: Shell) -> None:
    assert empty.refused("settings", CONFRERE_PORT="many").startswith("CONFRERE_PORT: a number from 0 to 65535")
    file = empty.folder / "given.toml"
    file.write_text("prot = 9000")
    words = empty.refused("settings", CONFRERE_CONFIG=str(file))
    assert words == f"{file}: prot: there is no such setting (the nearest is port)"


def test_the_doctor_finds_a_sound_network_well_in_every_respect(shell: Shell) -> None:
    found = shell.json("doctor")
    assert found["ready"] is True
    assert len(found["checks"]) == 11
    printed = shell.run("doctor").stdout
    assert "well" in printed
    assert "ILL" not in printed


def test_the_doctor_says_what_is_not_well_and_what_helps(shell: Shell) -> None:
    (shell.folder / "data" / "keys.db").unlink()
    printed = shell.run("doctor", code=1).stdout
    assert "ILL" in printed
    assert "restore keys.db" in printed
    found = json.loads(shell.run("doctor", "--json", code=1).stdout)
    assert [each["name"] for each in found["checks"] if not each["ok"]] == ["keys"]


def test_the_doctor_sees_that_a_signed_history_was_cut_off(shell: Shell) -> None:
    shell.run("audit", "checkpoint")
    assert "what was signed still holds" in " ".join(shell.run("doctor").stdout.split())
    with closing(sqlite3.connect(shell.folder / "data" / "events.db")) as connection:
        connection.execute("drop trigger events_are_not_deleted")
        connection.execute("delete from events where position > 10")
        connection.commit()
    found = json.loads(shell.run("doctor", "--json", code=1).stdout)
    assert "no longer continues" in {each["name"]: each["words"] for each in found["checks"]}["checkpoints"]


def test_the_doctor_begins_nothing(empty: Shell) -> None:
    assert "nothing is recorded yet" in empty.run("doctor").stdout
    assert list(empty.folder.iterdir()) == []


def test_a_backup_made_and_restored_as_documented_is_well(shell: Shell) -> None:
    page = (ROOT / "docs" / "operation.md").read_text("utf-8")
    block = (
        page.partition("## Backup")[2].partition("```sh\n")[2].partition("```")[0].replace(" /", f" {shell.folder}/")
    )
    backup, restore = (shlex.split(line.partition("#")[0])[1:] for line in block.splitlines())
    shell.run("token", "create", "--member", shell.ids("members")["Ada Aberg"])
    before = shell.json("show", "members")
    shell.run(*backup)
    folder = Path(backup[1])
    assert {"events.db", "accounts.db", "vectors.db", "checkpoints"} < {file.name for file in folder.iterdir()}
    elsewhere = {"CONFRERE_DATA": str(shell.folder / "elsewhere")}
    shell.run(*restore, **elsewhere)
    assert shell.run("doctor", **elsewhere).exit_code == 0
    assert json.loads(shell.run("show", "members", "--json", **elsewhere).stdout) == before


def test_a_folder_without_a_network_is_not_served_and_not_begun(empty: Shell) -> None:
    words = f"{empty.folder / 'data'}: there is no network here yet (`confrere charter` begins one"
    assert empty.refused("serve", "--port", 0).startswith(words)
    assert list(empty.folder.iterdir()) == []
    empty.run("token", "list", code=1)  # this begins the folder, without a network
    assert empty.refused("serve", "--port", 0).startswith(words)


def test_a_name_in_the_environment_that_is_no_setting_is_told_when_serving(empty: Shell) -> None:
    told = empty.run("serve", "--port", 0, code=1, CONFRERE_PROT="9000").stderr
    assert "CONFRERE_PROT is no setting and changes nothing; the nearest is CONFRERE_PORT.\n" in told


def test_no_command_but_serving_loads_the_web() -> None:
    assert not {"litestar", "uvicorn", "prometheus_client", "structlog"} & loaded(RUNS.format(["settings"]))
