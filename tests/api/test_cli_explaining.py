"""Why, then, at the command line: one decision, all of them, under today's rules, and who is not on a list."""

import msgspec
import pytest

from tests.api.shell import ABSENT, Shell
from tests.api.test_cli import peers_of
from tests.api.test_cli_accesses import looks


def test_all_lists_are_derived_again_at_one_go(shell: Shell) -> None:
    shell.json("recommend", shell.ids("challenges")[ABSENT])
    found = shell.json("explain", "--all")
    assert len(found) > 1
    assert {each["outcome"] for each in found} == {"identical"}
    words = f"{len(found)} lists and suggestions derived again: {len(found)} identical"
    assert words in shell.run("explain", "--all").stdout


def test_a_list_is_told_with_what_deriving_it_again_gave(shell: Shell) -> None:
    listed = peers_of(shell)
    told = shell.run("explain", listed["recommendation"]).stdout
    assert f"Derived again from position {listed['position']}: identical" in told


def test_what_is_gone_from_a_list_is_a_look_that_its_reader_reads(shell: Shell) -> None:
    listed = peers_of(shell)
    shell.run("erase", listed["picks"][0]["candidate"], "--yes")
    assert listed["picks"][0]["candidate"] in str(shell.json("explain", "--all"))
    assert "explain all" in [each["what"] for each in looks(shell, listed["reader"])]


def test_todays_rules_are_said_to_be_hypothetical_and_record_nothing_but_the_look(shell: Shell) -> None:
    listed = peers_of(shell)["recommendation"]
    before = shell.happened()
    found = shell.json("explain", listed, "--today")
    assert found["same"] is True
    assert "not recorded" in found["says"]
    assert shell.run("explain", listed, "--today").stdout.startswith("Hypothetical")
    assert shell.happened() == before


def test_that_the_true_cause_was_asked_for_reads_like_every_why_not(shell: Shell) -> None:
    """Else the record of who is not on a list would tell them that the cause may be private."""
    members, listed = shell.ids("members"), peers_of(shell)["recommendation"]
    dan = members["Dan Dorn"]
    shell.json("explain", listed, "--why-not", dan, "--true-cause")
    shell.json("explain", listed, "--why-not", dan)
    told = [{name: look[name] for name in ("viewer", "what", "subjects")} for look in looks(shell, dan)]
    assert len(told) == 2
    assert told[0] == told[1]
    assert told[0]["what"] == "why not"


def test_that_all_was_derived_again_is_a_look_that_names_nobody(shell: Shell) -> None:
    shell.json("explain", "--all")
    (*_, (*_, name, payload)) = shell.history()
    said = msgspec.msgpack.decode(payload)[2]
    assert (name, said["what"], said.get("members", [])) == ("access.recorded", "all decisions derived again", [])
    assert not [look for member in shell.ids("members").values() for look in looks(shell, member)]


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("--all", "recommendation-1"),
        ("recommendation-1", "--true-cause"),
        ("coaching-1", "--today", "--why-not", "x"),
    ],
)
def test_what_does_not_go_together_is_said(shell: Shell, given: tuple[str, ...]) -> None:
    assert shell.run("explain", *given, code=2).exit_code == 2
