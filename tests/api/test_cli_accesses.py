"""What the operator looks at, at the command line, is on record with the member concerned."""

from typing import Any

import pytest

from tests.api.shell import ABSENT, Shell

TITLE = "My first calls home lead nowhere"


@pytest.fixture
def asked(shell: Shell) -> tuple[Shell, str, str]:
    """Ada asks for coaching; her id and that of the case."""
    ada = shell.ids("members")["Ada Aberg"]
    case = shell.json("coaching", "request", "--seeker", ada, "--title", TITLE, "--submit")["coaching"]
    return shell, ada, case


def looks(shell: Shell, member: str) -> list[dict[str, Any]]:
    """Without those at the record itself."""
    found: list[dict[str, Any]] = shell.json("access", "--member", member, "--limit", 200)["items"]
    return [each for each in found if each["what"] != "list accesses"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("coaching", "queue"), "list coaching queue"),
        (("coaching", "show", "CASE"), "read coaching"),
        (("coaching", "show", "CASE", "--as", "ADA"), "read coaching"),
        (("coaching", "mine", "ADA"), "list coaching"),
    ],
)
def test_who_reads_of_coaching_at_the_command_line_is_on_record(
    asked: tuple[Shell, str, str], words: tuple[str, ...], what: str
) -> None:
    shell, ada, case = asked
    assert TITLE in shell.run(*[{"CASE": case, "ADA": ada}.get(word, word) for word in words], "--json").stdout
    (look,) = looks(shell, ada)
    assert (look["viewer"], look["what"], look["subjects"]) == ("operator", what, [case])


def test_who_offers_time_is_told_of_the_burden_board(asked: tuple[Shell, str, str]) -> None:
    shell, ada, _ = asked
    board = shell.json("coaching", "burden")
    assert ada in [each["member"] for each in board["page"]["items"]]
    assert [each["what"] for each in looks(shell, ada)] == ["read burden board"]


def test_whose_list_is_made_or_explained_is_told(shell: Shell) -> None:
    ada, challenge = shell.ids("members")["Ada Aberg"], shell.ids("challenges")[ABSENT]
    (listed,) = shell.json("recommend", challenge, "--kind", "peers")
    shell.run("explain", listed["recommendation"])
    candidate = shell.ids("members")["Dan Dorn"]
    shell.run("explain", listed["recommendation"], "--why-not", candidate)
    found = looks(shell, ada)
    assert [each["what"] for each in found] == ["why not", "explain", "recommend"]
    assert {tuple(each["subjects"]) for each in found} == {(listed["recommendation"],)}


def test_that_all_that_is_held_was_written_out_is_told(asked: tuple[Shell, str, str]) -> None:
    shell, ada, _ = asked
    shell.run("my-data", ada, "--to", shell.folder / "for-ada")
    assert [(each["what"], each["subjects"]) for each in looks(shell, ada)] == [("my data", [ada])]


def test_to_read_the_record_is_on_record(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    assert shell.json("access", "--member", ada)["count"] == 0
    shell.run("recommend", shell.ids("challenges")[ABSENT], "--kind", "peers")
    shell.run("access", "--member", ada)
    printed = shell.run("access", "--member", ada).stdout
    assert "the operator" in printed
    assert "list accesses" in printed


def test_that_there_is_a_challenge_for_a_few_is_not_shown_without_a_trace(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    posted = shell.json("post", "--author", ada, "--title", "For a few", "--confidentiality", "group")
    assert "For a few" not in shell.run("show", "challenges").stdout
    (look,) = looks(shell, ada)
    assert (look["what"], look["subjects"]) == ("show challenges", [posted["challenge"]])


def test_what_is_open_to_all_is_read_without_a_trace(shell: Shell) -> None:
    before = shell.history()
    for words in (
        ("show", "members"),
        ("show", "challenges"),
        ("tail",),
        ("coaching", "queue"),
        ("coaching", "themes"),
    ):
        shell.run(*words)
    assert shell.history() == before
