"""Questions at the command line as of a position, a time or a day."""

import shutil
from typing import Any

import msgspec
import pytest

from tests.api.shell import ABSENT, MONDAYS, QUARTER, Shell


def titles(shell: Shell, *words: str) -> set[str]:
    return {each["name"] for each in shell.json("show", "challenges", *words)}


def test_what_had_happened_by_a_day_is_shown_whenever_it_was_imported(shell: Shell) -> None:
    assert titles(shell, "--on", "2026-01-11") == set()
    assert titles(shell, "--on", "2026-01-12") == {ABSENT}
    assert titles(shell, "--on", "2026-01-13") == {ABSENT, MONDAYS}
    assert titles(shell, "--on", "2026-01-14") == titles(shell) == {ABSENT, MONDAYS, QUARTER}
    assert "is 2025-08-18 (ask about that day" in shell.refused("show", "members", "--on", "2025-08-17")


def test_what_was_known_at_a_position_is_shown(shell: Shell) -> None:
    first = min(each["position"] for each in moments(shell, "--after", "0") if each["name"] == "challenge.posted")
    assert titles(shell, "--as-of", str(first - 1)) == set()
    assert titles(shell, "--as-of", str(first)) == {ABSENT}


def moments(shell: Shell, *words: str) -> list[Any]:
    return [msgspec.json.decode(line) for line in shell.run("tail", *words, "--json").stdout.splitlines()]


def test_a_tail_ends_where_it_is_told_to(shell: Shell) -> None:
    assert [each["position"] for each in moments(shell, "--after", "0", "--as-of", "3")] == [1, 2, 3]
    (joined, *_) = [each for each in moments(shell, "--after", "0") if each["name"] == "member.joined"]
    known = moments(shell, "--after", "0", "--on", joined["occurred_at"][:10])
    assert joined in known
    assert "challenge.posted" not in {each["name"] for each in known}


def test_coaching_is_shown_as_it_was(shell: Shell) -> None:
    ada = shell.ids("members")["Ada Aberg"]
    before = shell.history()[-1][0]
    case = shell.json("coaching", "request", "--seeker", ada, "--title", "Calls home", "--submit")["coaching"]
    assert shell.json("coaching", "queue")["count"] == 1
    assert shell.json("coaching", "queue", "--as-of", str(before))["count"] == 0
    assert shell.json("coaching", "mine", ada, "--as-of", str(before))["count"] == 0
    assert "no such coaching case" in shell.refused("coaching", "show", case, "--as-of", str(before))
    head = shell.history()[-1][0]
    assert shell.json("coaching", "show", case, "--as-of", str(head))["request"]["title"] == "Calls home"
    assert "Calls home" in shell.run("coaching", "queue", "--as-of", str(head)).stdout
    assert shell.json("coaching", "burden", "--on", "2025-08-19")["on"] == "2025-08-19"


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("show", "members", "--as-of", "3", "--on", "2026-01-01"), "either what was known by a time, or what had"),
        (("show", "members", "--as-of", "1000000"), "the history reaches to position"),
        (("show", "members", "--as-of", "2026-01-01T00:00"), "no position, and no time with its zone"),
        (("show", "members", "--on", "yesterday"), "this is no day"),
        (("show", "members", "--on", "1800-01-01"), "on: days are told of from 1900"),
        (("show", "members", "--on", "2999-01-01"), "on: this day has not come yet"),
        (("show", "members", "--as-of", "2999-01-01T00:00Z"), "as_of: this time has not come yet"),
        (("show", "members", "--as-of", "9" * 5000), "no position, and no time"),
        (("show", "members", "--as-of", "1"), "as_of: this network begins at position 3"),
        (("shape", "--as-of", "1"), "as_of: this network begins at position 3"),
        (("tail", "--as-of", "0"), "as_of: this network begins at position 3"),
        (("show", "members", "--as-of", "2020-01-01T00:00Z"), "as_of: this network begins at position 3"),
        (("show", "networks", "--on", "2026-01-01"), "networks are listed as they are now"),
        (("tail", "--follow", "--on", "2026-01-01"), "nothing follows on a day that is over"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(shell: Shell, words: tuple[str, ...], because: str) -> None:
    assert because in shell.refused(*words)


def test_the_past_of_a_network_lies_with_it_and_may_be_deleted(shell: Shell) -> None:
    known = titles(shell, "--as-of", "5")
    (past,) = (shell.folder / "data").glob("network-*/past")
    shutil.rmtree(past)
    assert titles(shell, "--as-of", "5") == known
