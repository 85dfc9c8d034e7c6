"""The simulated school year is the same for everybody who is compared in it, and what is counted there is right."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.school import DAYS, Offer, Size, Year, fits, overclaiming, reposting, year
from benchmarks.school_books import breaches
from benchmarks.school_figures import figures, gini
from benchmarks.school_rules import OURS, PATIENT, RULES, Rule
from benchmarks.school_run import SchoolRun
from benchmarks.school_year import main, written
from domain.budgets import TimeReleased, TimeReserved, TimeSpent
from domain.policies import CoachingPolicy
from domain.vocabulary import PeriodKind

SMALL = Size(members=40, helpers=15, needs=100)
POLICY = CoachingPolicy()


@pytest.fixture(scope="module")
def known() -> Year:
    return year(1, SMALL)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_breaches_a_budget_and_a_year_goes_the_same_way_again(known: Year, rule: Rule) -> None:
    run = SchoolRun(known, rule, POLICY).run()
    assert breaches(run.books.log, known.offers) == 0
    assert figures(run) == figures(SchoolRun(known, rule, POLICY).run())


def reserved(day: date, key: str = "offer-00000001") -> tuple[int, TimeReserved]:
    return 0, TimeReserved(member="member-00000000", reservation=key, minutes=60, day=day)


def test_a_breach_would_be_counted() -> None:
    first, later = DAYS[0], DAYS[25]
    known = {"member": "member-00000000", "reservation": "offer-00000001", "minutes": 60}
    month = [Offer(60, PeriodKind.MONTH)]
    assert breaches([reserved(first), reserved(later, "offer-00000002")], month) == 0
    assert breaches([reserved(first), reserved(DAYS[1], "offer-00000002")], month) == 1
    assert breaches([reserved(first), (0, TimeReleased(**known)), reserved(DAYS[1])], month) == 0
    assert breaches([reserved(first), (0, TimeSpent(**known)), reserved(DAYS[1])], month) == 1


def test_whoever_waits_for_the_best_is_helped_by_nobody_else(known: Year) -> None:
    run = SchoolRun(known, PATIENT, POLICY).run()
    helped = [each for each in run.requests if each.coach is not None]
    assert helped
    for each in helped:
        left = [helper for helper in each.by_fit if not each.refused >> helper & 1]
        assert each.coach == left[0]


def test_copies_that_are_likely_the_same_never_come_to_the_queue(known: Year) -> None:
    posted = reposting(known, np.arange(SMALL.members), seed=1)
    assert len(posted.needs) == 3 * SMALL.needs
    came = SchoolRun(posted, OURS, POLICY).requests
    assert SMALL.needs < len(came) < 3 * SMALL.needs


def test_a_need_posted_again_is_helped_with_once(known: Year) -> None:
    run = SchoolRun(reposting(known, np.arange(SMALL.members), seed=1), OURS, POLICY).run()
    helped = [each.number for each in run.requests if each.coach is not None]
    assert len(helped) == len(set(helped))


def test_a_claim_lifts_the_fit_and_not_what_is_more_than_claimed(known: Year) -> None:
    some = np.array([0, 1])
    claiming = overclaiming(known, some)
    assert fits(claiming)[:, some].mean() > fits(known)[:, some].mean()
    assert np.array_equal(fits(claiming, firm=True), fits(known, firm=True))


def test_gini_is_0_where_all_have_the_same_and_near_1_where_one_has_all() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 8]) == pytest.approx(3 / 4)


def test_the_tables_and_the_picture_are_written_and_the_rest_of_the_page_is_left(tmp_path: Path) -> None:
    page = tmp_path / "coaching.md"
    page.write_text("before\n<!-- school year begins -->\nold\n<!-- school year ends -->\nafter\n", encoding="utf-8")
    main(tmp_path, seeds=2, size=SMALL)
    told = page.read_text("utf-8")
    assert told.startswith("before\n")
    assert told.endswith("\nafter\n")
    assert "old" not in told
    assert all(rule.name in told for rule in RULES)
    assert (tmp_path / "school-year.svg").read_text("utf-8").startswith("<svg")


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="must have one line"):
        written("nothing", "tables")
