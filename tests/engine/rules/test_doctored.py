"""Each checker refuses a history that its rule forbids, where the fault lies, and lets pass what came before."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.checking import check
from engine.rules.all import NOT_CLAIMED, RULES
from tests.engine.rules import doctored_burden, doctored_cases, doctored_history, doctored_matching
from tests.engine.rules.by_hand import Log

PARTS = tuple(each.HISTORIES for each in (doctored_burden, doctored_matching, doctored_cases, doctored_history))


def doctored() -> Iterator[tuple[int, Callable[[], Log], str]]:
    for part in PARTS:
        for rule, histories in part.items():
            yield from ((rule, make, words) for make, words in histories.items())


@pytest.mark.parametrize(("rule", "make", "words"), list(doctored()), ids=lambda each: getattr(each, "__name__", ""))
def test_a_forbidden_history_is_refused_where_it_goes_wrong(rule: int, make: Callable[[], Log], words: str) -> None:
    log = make()
    faulty = log.rows[-log.last :]
    found = check(log.rows, {rule}).violation
    assert found is not None
    assert found.rule == rule
    assert found.position in {row[0] for row in faulty}
    assert words in found.words
    assert check(log.rows[: -log.last], {rule}).violation is None


def test_no_checker_stands_that_never_refused_anything() -> None:
    assert {rule.number for rule in RULES} == {rule for rule, _, _ in doctored()}


def test_every_rule_of_the_domain_is_checked_or_it_is_said_why_not() -> None:
    assert {rule.number for rule in RULES}.isdisjoint(NOT_CLAIMED)
    assert {rule.number for rule in RULES} | NOT_CLAIMED.keys() <= set(range(1, 38))


def test_the_page_says_of_every_rule_what_is_proven_or_why_nothing_is() -> None:
    page = (Path(__file__).parents[3] / "docs" / "rules.md").read_text(encoding="utf-8")
    proven = [line.split(" | ")[:2] for line in page.splitlines() if line.startswith("| ") and line[2].isdigit()]
    said = [[f"| {rule.number}", rule.proves] for rule in RULES]
    why = [[f"| {number}", f"{words} |"] for number, words in NOT_CLAIMED.items()]
    assert proven == said + why
