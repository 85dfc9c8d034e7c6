"""Coaching at the command line: each command explains itself, and a need goes its whole way."""

import shlex
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner

from api.cli import confrere
from api.cli.coaching import coaching
from api.cli.coaching.drawing import drawn
from api.cli.coaching.moves import MOVES
from domain.coaching import CoachingCommand
from domain.coaching import commands as c
from domain.coaching import moves as domain_moves
from domain.coaching.states import WORDS
from tests.api.shell import Shell

NAMES = sorted(coaching.commands)
DOC = (Path(__file__).parents[2] / "docs" / "coaching.md").read_text("utf-8")
BY_THEMSELVES = {c.SuggestDisposition, c.ExpireOffer}
ELSEWHERE = {c.NoticeCoachingNeed, c.DraftRequest, c.OfferGroupResponse}  # notice, request, respond
TITLE = "My first calls home lead nowhere"


@pytest.mark.parametrize("name", NAMES)
def test_a_command_explains_itself_with_an_example_that_can_be_typed(name: str) -> None:
    command = coaching.commands[name]
    lines = [line.strip() for line in (command.help or "").splitlines()]
    examples = [shlex.split(line.removeprefix("Example: ")) for line in lines if line.startswith("Example: ")]
    assert examples
    for program, group, called, *words in examples:
        assert (program, group, called) == ("confrere", "coaching", name)
        command.make_context(name, words)  # a UsageError where an option is not understood
    assert command.get_short_help_str()
    assert f"`{name}" in DOC


def test_everything_that_may_be_said_of_a_case_can_be_said_here() -> None:
    assert {move.command for move in MOVES} | ELSEWHERE | BY_THEMSELVES == set(get_args(CoachingCommand))


def test_the_document_shows_the_states_as_the_code_draws_them(empty: Shell) -> None:
    printed = empty.run("coaching", "diagram").stdout
    assert printed == f"{drawn()}\n"
    assert f"```mermaid\n{printed}```" in DOC
    assert all(word in printed for state, word in WORDS.items() if domain_moves.MOVES[state] and word != "not asked")


# the whole way


@pytest.fixture
def staffed(shell: Shell) -> tuple[Shell, dict[str, str]]:
    """With a facilitator, and a coach who offers two hours a month."""
    facilitator = shell.json("join", "--name", "Fay Falk", "--role", "facilitator")["member"]
    members = shell.ids("members") | {"Fay Falk": facilitator}
    shell.run("grant", members["Ben Brook"], "coach")
    return shell, {name.split()[0].lower(): member for name, member in members.items()}


def asked(shell: Shell, seeker: str, *more: str) -> str:
    made = shell.json("coaching", "request", "--seeker", seeker, "--title", TITLE, "--submit", *more)
    assert made["state"] == "waiting"
    coaching: str = made["coaching"]
    return coaching


def triaged(shell: Shell, case: str, facilitator: str) -> None:
    why = [
        word
        for rung in ("resource sent", "peer introduced", "consultancy formed", "group coaching offered")
        for word in ("--passed-over", rung, "It was tried.")
    ]
    decision = ("--tier", "intensive", "--disposition", "coach assigned", "--reason", "Somebody beside her.")
    assert "triaged" in shell.run("coaching", "triage", case, *decision, *why, "--by", facilitator).stdout


def test_a_need_goes_from_the_queue_to_feedback(staffed: tuple[Shell, dict[str, str]]) -> None:
    shell, member = staffed

    def say(name: str, *words: str) -> dict[str, Any]:
        said: dict[str, Any] = shell.json("coaching", name, case, *words)
        return said

    case = asked(shell, member["ada"])
    assert say("ask", "--question", "Which calls?", "--by", member["fay"])["state"] == "waiting for the seeker"
    assert say("clarify", "--text", "The evening ones.")["state"] == "waiting"
    triaged(shell, case, member["fay"])
    (row,) = shell.json("coaching", "queue")["items"]
    assert (row["coaching"], row["place"], row["title"]) == (case, 1, TITLE)
    assert say("offer", "--coach", member["ben"])["state"] == "offered"
    assert "Ben Brook: 60 minutes, waits for Ben Brook until" in shell.run("coaching", "show", case).stdout
    assert say("propose-time", "--at", "2099-03-02T15:00-05:00", "--by", member["ben"])["state"] == "offered"
    assert say("accept")["state"] == "accepted"  # whose word is wanted: hers
    assert say("open", "--goal", "Calls that end with a plan", "--until", "2099-05-29")["state"] == "engaged"
    first = say("hold", "--at", "2026-01-20T15:00-05:00", "--minutes", "45")["session"]
    planned = say("plan", "--at", "2099-04-06T15:00-04:00", "--minutes", "30")["session"]
    assert say("cancel", "--session", planned[:14])["recorded"] == 2  # the plan, and the minutes that it held
    assert say("log", "--text", "We listened to a call.")["recorded"] == 1
    say("step", "--text", "Try it in three calls.")
    assert say("done")["recorded"] == 1
    say("extend", "--until", "2099-06-12", "--reason", "Two more calls.")
    closed = say("close", "--by", member["ada"], "--helpful", "--plan-changed", "--no-tie-confirmed")
    assert closed["state"].startswith("ended")
    seen = shell.json("coaching", "show", case, "--as", member["ada"])
    assert [each["session"] for each in seen["engagement"]["held"]] == [first]
    assert (seen["engagement"]["steps"][0]["done"], seen["feedback"]["helpful"]) == (True, True)
    printed = shell.run("coaching", "show", case, "--as", member["ben"]).stdout
    for words in (TITLE, "The evening ones.", "We listened to a call.", "helpful: yes", "not resource sent: It was"):
        assert words in printed.replace("\n", " ")
    assert "We listened" not in shell.run("coaching", "show", case).output  # for the two alone


def test_saying_the_same_again_changes_nothing(staffed: tuple[Shell, dict[str, str]]) -> None:
    shell, member = staffed
    words = ("--command-id", "mine")
    case = asked(shell, member["ada"], *words)
    triaged(shell, case, member["fay"])
    offer = ("coaching", "offer", case, "--coach", member["ben"], "--command-id", "his")
    once = shell.json(*offer)
    before = shell.history()
    assert shell.json(*offer) == once
    assert "nothing changed" in shell.run("coaching", "submit", case).stdout
    assert shell.history() == before


def test_who_shows_a_case_to_nobody_in_particular_shows_no_words_of_a_pair(
    staffed: tuple[Shell, dict[str, str]],
) -> None:
    shell, member = staffed
    case = asked(shell, member["ada"], "--confidentiality", "pair", "--text", "I was sharp with a child.")
    for words in (("queue",), ("show", case)):
        assert "sharp" not in shell.run("coaching", *words).output
        assert TITLE not in shell.run("coaching", *words).output
    assert TITLE in shell.run("coaching", "mine", member["ada"]).stdout
    assert "cases" in shell.run("coaching", "mine", member["ben"]).stdout


def test_refusals_name_the_state_and_what_is_possible(staffed: tuple[Shell, dict[str, str]]) -> None:
    shell, member = staffed
    case = asked(shell, member["ada"])
    words = shell.refused("coaching", "open", case, "--goal", "x", "--until", "2099-01-01", "--by", member["ada"])
    assert "this case is waiting, so nobody can open the engagement now" in words
    assert "triage the request" in words
    assert "nobody is asked or coaches" in shell.refused("coaching", "accept", case)
    assert "no such coaching" in shell.refused("coaching", "submit", "coaching-00000000")
    assert "until: " in shell.refused("coaching", "defer", case, "--until", "soon", "--reason", "x")
    session = ("--at", "now", "--minutes", "5", "--by", member["ben"])
    assert "this is no time" in shell.refused("coaching", "hold", case, *session)
    triaged(shell, case, member["fay"])
    assert "is no coach of the network" in shell.refused("coaching", "offer", case, "--coach", member["ada"])
    too_long = ("--coach", member["ben"], "--minutes", "200", "--by", member["ben"])
    assert "only a facilitator" in shell.refused("coaching", "offer", case, *too_long)
    shell.run("coaching", "close", case, "--helpful", "--by", member["ada"], code=2)
    shell.run("coaching", "request", "--seeker", member["ada"], code=2)  # no title, and nobody at a terminal


def test_at_a_terminal_the_intake_asks_what_no_option_says(
    staffed: tuple[Shell, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell, member = staffed
    monkeypatch.setattr(import_module("api.cli.coaching.intake"), "at_terminal", lambda: True)
    answers = f"{TITLE}\nI call after every absence.\n\nTwo calls heard by somebody.\nsoon\n30\npair\ny\n"
    words = ["coaching", "request", "--seeker", member["ada"], "--tried", "Letters."]
    done = CliRunner().invoke(confrere, words, env=shell.environment, input=answers.replace("\n\n", "\n"))
    assert done.exit_code == 0, done.output
    assert "What was tried?" not in done.stdout
    (case,) = shell.json("coaching", "mine", member["ada"])["items"]
    request = shell.json("coaching", "show", case["coaching"], "--as", member["ada"])["request"]
    assert {name: request[name] for name in ("title", "tried", "urgency", "minutes", "confidentiality")} == {
        "title": TITLE,
        "tried": "Letters.",
        "urgency": "soon",
        "minutes": 30,
        "confidentiality": "pair",
    }


def test_boards_tell_who_is_asked_and_who_never_was(staffed: tuple[Shell, dict[str, str]]) -> None:
    shell, member = staffed
    case = asked(shell, member["ada"])
    triaged(shell, case, member["fay"])
    shell.run("coaching", "offer", case, "--coach", member["ben"])
    board = shell.json("coaching", "burden")
    held = {each["member"]: each["reserved"] for each in board["page"]["items"]}
    assert held[member["ben"]] == 60
    assert board["concentration"]["never_asked"] == board["concentration"]["willing"] - 1
    shown = shell.run("coaching", "burden", "--strain", "room").stdout
    assert "Ben Brook" in shown
    assert member["ben"][:15] in shown  # what `offer` takes
    assert "this is no day" in shell.refused("coaching", "burden", "--on", "Monday")
    assert "facilitators and admins" in shell.refused("coaching", "burden", "--as", member["ben"])


def test_what_is_spent_on_experts_is_set_once(staffed: tuple[Shell, dict[str, str]]) -> None:
    shell, member = staffed
    words = ("coaching", "expert-budget", "600", "term", "--by", member["fay"])
    assert shell.run(*words).stdout == "recorded\n"
    assert "nothing changed" in shell.run(*words).stdout
    assert shell.json(*words) == {"minutes": 600, "period": "term", "recorded": False}
    assert "facilitator or an admin" in shell.refused(*words[:2], "60", *words[3:5], member["ada"])


@pytest.mark.slow
def test_a_suggestion_is_told_with_its_ladder_and_themes_with_who_shares_them(
    staffed: tuple[Shell, dict[str, str]],
) -> None:
    shell, member = staffed
    case = asked(shell, member["ada"], "--text", "Attendance of ninth graders fell.", "--urgency", "soon")
    suggested = shell.json("coaching", "suggest", case)
    assert shell.json("coaching", "suggest", case) == suggested
    assert len(suggested["ladder"]) == 7
    assert f"→ │ {suggested['disposition']}" in shell.run("coaching", "suggest", case).stdout
    assert shell.json("coaching", "themes") == []
    assert "covered by" in shell.run("coaching", "coverage").stdout
    assert "there is no such theme" in shell.refused("coaching", "respond", "a0abfac0c1558401", "--about", "Calls")
