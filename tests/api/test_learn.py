"""Learning weights at the command line."""

import pytest

from tests.api.shell import ABSENT, QUARTER, Shell

pytestmark = pytest.mark.slow

NEEDS = 6


def test_what_was_learned_is_proposed_and_nothing_is_adopted(shell: Shell) -> None:
    assert "nothing to learn from yet" in shell.refused("learn")
    members, challenges = shell.ids("members"), shell.ids("challenges")
    text = "Attendance of our grade nine fell after winter break as well."
    shell.run("answer", challenges[QUARTER], "--member", members["Cleo Cole"], "--text", text)
    shell.run("answer", challenges[ABSENT], "--member", members["Ben Brook"], "--text", "We called every home.")
    assert "in force already" in shell.run("learn").stdout  # one need tells next to nothing
    for number in range(NEEDS):
        title = ("--title", f"Grade nine attendance fell after winter break, part {number}")
        posted = shell.json("post", "--author", members["Ada Aberg"], *title)
        shell.run("answer", posted["challenge"], "--member", members["Cleo Cole"], "--text", "Here too.")
    printed = shell.run("learn").stdout
    assert f"Learned from {NEEDS + 1} needs" in printed
    assert "answered_weight" in printed
    learned = shell.json("learn")
    assert learned["policy_hash"] in printed.replace("\n", "")
    assert learned["choices"] == NEEDS + 1
    assert set(learned["weights"]) == {"context_weight", "tied_weight", "category_weight", "answered_weight"}
    told = shell.run("tail", "--after", "0").stdout
    assert told.count("proposed") == 2  # the charter's own, and this one, once
    assert told.count("adopted") == 1
