"""History told again, and what changed between two of its days, at the command line."""

import json

from domain.catalogue import CATALOGUE
from engine.differences import WORDS
from tests.api.shell import Shell


def test_every_event_stands_behind_one_of_the_words_for_what_changed() -> None:
    names = [name for each in WORDS.values() for name in each]
    assert sorted(names) == sorted(entry.name for entry in CATALOGUE.entries)


def told(shell: Shell, *options: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in shell.run("replay", *options, "--json").stdout.splitlines()]


def test_a_replay_by_position_is_in_the_order_of_the_log_and_includes_both_ends(shell: Shell) -> None:
    head = len(shell.history())
    positions = [moment["position"] for moment in told(shell, "--from", "3", "--to", "7")]
    assert positions == [3, 4, 5, 6, 7]
    assert [moment["position"] for moment in told(shell)][-1] == head
    assert told(shell, "--to", "2") + told(shell, "--from", "3") == told(shell)


def test_a_replay_by_day_is_in_the_order_in_which_it_happened(shell: Shell) -> None:
    found = told(shell, "--from", "2026-01-12", "--to", "2026-01-14")
    assert [moment["name"] for moment in found] == ["challenge.posted"] * 3
    times = [moment["occurred_at"] for moment in told(shell, "--from", "2025-01-01", "--to", "2026-02-01")]
    assert times == sorted(times)
    early = shell.refused("replay", "--from", "2024-01-01", "--to", "2024-12-31")
    assert early.startswith("--to: the first day that anything is told of is 2025-08-18")


def test_a_day_ends_where_the_network_lives(shell: Shell) -> None:
    said = ("--author", shell.ids("members")["Ada Aberg"], "--title", "Late at night")
    shell.run("post", *said, "--at", "2026-01-21T03:00Z")  # still the 20th there
    assert "challenge.posted" in [each["name"] for each in told(shell, "--from", "2026-01-20", "--to", "2026-01-20")]
    assert told(shell, "--from", "2026-01-21", "--to", "2026-01-21") == []


def test_what_few_may_read_is_left_out(shell: Shell) -> None:
    challenge = next(iter(shell.ids("challenges").values()))
    shell.run("recommend", challenge)
    names = {moment["name"] for moment in told(shell)}
    assert "recommendation.issued" not in names
    found = shell.json("diff", "3", str(len(shell.history())))
    issued = [change for change in found["changes"] if change["what"] == "recommendation lists issued"]
    assert issued[0]["times"] > 0
    assert issued[0]["first"] == []


def test_a_difference_tells_who_joined_what_was_posted_and_which_ties_formed(shell: Shell) -> None:
    found = shell.json("diff", "2025-08-01", "2026-01-31")
    times = {change["what"]: change["times"] for change in found["changes"]}
    assert (times["members joined"], times["challenges posted"], times["challenges answered"]) == (4, 3, 1)
    assert found["ties"] == [{"kind": "exchanged", "formed": 1, "ended": 0}]
    figures = {each["figure"]: (each["before"], each["after"]) for each in found["figures"]}
    assert (figures["members"], figures["ties"], figures["isolates"]) == ((0, 4), (0, 1), (0, 2))
    assert "members joined: 4" in shell.run("diff", "2025-08-01", "2026-01-31").stdout


def test_between_a_day_and_itself_nothing_changed(shell: Shell) -> None:
    assert "nothing changed" in shell.run("diff", "2026-01-13", "2026-01-13").stdout


def test_what_is_no_stretch_of_history_is_refused_in_words(shell: Shell) -> None:
    assert shell.refused("diff", "2026-02-01", "2026-01-01").startswith("B: this ends before it begins")
    assert shell.refused("diff", "2026-02-01", "20").startswith("B: a day counts what had happened")
    assert shell.refused("replay", "--from", "9", "--to", "4").startswith("--to: this ends before it begins")
    assert shell.refused("replay", "--to", "99999").startswith("--to: the history reaches to position")
    assert shell.refused("replay", "--from", "spring").startswith("--from: this is no position")
    assert shell.refused("diff", "2020-01-01T10:00Z", "5").startswith("A: this network begins at position 3")
    assert shell.refused("diff", "3", "2").startswith("B: this network begins at position 3")
    assert shell.refused("replay", "--to", "2020-01-01T10:00Z").startswith("--to: this network begins at")


def test_what_is_still_to_come_is_not_told_again(shell: Shell) -> None:
    assert shell.refused("replay", "--from", "2999-01-01").startswith("--from: this day has not come yet")
    assert shell.refused("replay", "--from", "2999-01-01T10:00Z").startswith("--from: this time has not come yet")
    assert shell.refused("replay", "--to", "2999-01-01").startswith("--to: this day has not come yet")
    assert shell.refused("diff", "2026-01-13", "2999-01-01").startswith("B: this day has not come yet")
    assert shell.refused("tail", "--after", "99999").startswith("--after: the history reaches to position")
