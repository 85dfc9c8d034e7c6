"""Every rule over a whole history, at the command line: what is proven, and the first event that breaks one."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.rules.all import NOT_CLAIMED, RULES
from tests.api.shell import Shell


def doctored(shell: Shell, name: str, change: Callable[[list[Any]], None]) -> int:
    """Rewrite what the first event of this name says, past the guards of the database; gives its position."""
    with closing(sqlite3.connect(shell.folder / "data" / "events.db")) as connection, connection:
        connection.execute("drop trigger events_are_not_changed")
        query = "select position, payload from events where name = ? order by position limit 1"
        position, payload = connection.execute(query, (name,)).fetchone()
        stored = msgspec.msgpack.decode(payload)
        change(stored)
        told = (msgspec.msgpack.encode(stored), position)
        connection.execute("update events set payload = ? where position = ?", told)
    return int(position)


def test_a_history_that_was_recorded_breaks_no_rule(shell: Shell) -> None:
    before = shell.history()
    printed = shell.run("audit", "check").stdout
    assert f"{len(before)} events, and no rule is broken." in printed
    assert shell.history() == before
    found = shell.json("audit", "check", "--open")
    assert found["violation"] is None
    assert {each["rule"] for each in found["rules"]} == {rule.number for rule in RULES}
    assert shell.happened() == [each for each in before if not each[3].startswith("access-")]


@pytest.mark.parametrize("given", [(), ("out",)])
def test_who_opens_what_is_sealed_to_check_it_is_on_record(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, given: tuple[str, ...]
) -> None:
    monkeypatch.chdir(shell.folder)
    shell.run("export", "out", "--log")
    before = shell.history()
    shell.run("audit", "check", *given)
    assert shell.history() == before
    shell.run("audit", "check", *given, "--open")
    (*_, (*_, name, payload)) = shell.history()
    said = msgspec.msgpack.decode(payload)[2]
    assert (name, said["what"], said.get("members", [])) == ("access.recorded", "rules with sealed words", [])


def test_the_first_violation_is_named_with_its_place_and_told_to_those_it_names(shell: Shell) -> None:
    def chosen_by_another(stored: list[Any]) -> None:
        stored[1][2] = None

    position = doctored(shell, "member.engagement-level-chosen", chosen_by_another)
    done = shell.run("audit", "check", code=1)
    assert f"Rule 7 is broken at position {position}: operator chooses the level of member-" in done.stderr
    assert not done.stdout
    (*_, last) = shell.history()
    assert last[5] == "access.recorded"
    assert shell.json("audit", "check", "--rule", "1")["violation"] is None


def test_what_is_sealed_is_opened_only_where_it_is_wished(shell: Shell) -> None:
    """Here: a link was moved to another place, which its seal does not fit."""
    ids = shell.ids("members")
    with closing(sqlite3.connect(shell.folder / "data" / "events.db")) as connection, connection:
        connection.execute(
            """insert into events (recorded_us, network, stream, version, name, payload)
            select max(recorded_us), network, ?, (select max(version) + 1 from events where stream = ?),
            'member.muted', ? from events""",
            (ids["Ada Aberg"], ids["Ada Aberg"], _muted(shell, ids["Ada Aberg"])),
        )
    assert shell.run("audit", "check").stdout
    assert "the sealed other was changed, or moved" in shell.run("audit", "check", "--open", code=1).stderr


def _muted(shell: Shell, member: str) -> bytes:
    (_, _, _, _, _, _, payload) = shell.history()[-1]
    _, envelope, _, _ = msgspec.msgpack.decode(payload)
    envelope[3:6] = ["command-00000001"] * 3
    return msgspec.msgpack.encode([1, [*envelope[:6], "sealed"], {"other": b"x" * 60}, {"other": member}])


def test_an_export_is_checked_where_there_is_nothing_else(shell: Shell, tmp_path: Path) -> None:
    shell.run("export", shell.folder / "out", "--log")
    alone = Shell(tmp_path / "elsewhere")
    printed = alone.run("audit", "check", shell.folder / "out").stdout
    assert "and no rule is broken" in printed
    assert not alone.recorded()
    file = shell.folder / "out" / "events.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if n and json.loads(line)["type"] == "member.joined")
    file.write_bytes(b"".join([*lines[:first], *lines[first + 1 :]]))
    done = alone.run("audit", "check", file, code=1)
    assert "Rule 32 is broken at position" in done.stderr
    file.write_bytes(b"".join(lines)[:-9])
    assert "no verifiable export" in alone.refused("audit", "check", file)


def test_of_every_rule_it_is_said_what_is_proven_or_why_nothing_is(empty: Shell) -> None:
    found = json.loads(empty.run("audit", "check", "--list", "--json").stdout)
    assert {each["rule"] for each in found["checked"]} == {rule.number for rule in RULES}
    assert set(found["not_claimed"]) == {str(number) for number in NOT_CLAIMED}
    assert "not checked: no cycles are recorded yet" in empty.run("audit", "check", "--list").stdout


@pytest.mark.parametrize("number", [8, 99])
def test_a_rule_that_nothing_checks_is_refused(shell: Shell, number: int) -> None:
    assert f"nothing is checked of rule {number}" in shell.refused("audit", "check", "--rule", number)
