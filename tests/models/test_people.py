"""People are no documents: what is known of them besides their words moves them, within bounds that can be told."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from models.people import FEW_PLACES, Done, Facts, agreement, decayed, mutual, reach, readiness, scored


class Given(Struct, frozen=True, kw_only=True):
    context_weight: float = 0.05
    tied_weight: float = 0.1
    category_weight: float = 0.1
    answered_weight: float = 0.2
    readiness_half_life_days: float = 1.0
    load_price: float = 0.2
    exposure_price: float = 0.2


WEIGHTS = Given()
MOVING = [name for name in Given.__struct_fields__ if name.endswith(("_weight", "_price"))]
SHARES = st.floats(0, 1)
COUNTS = st.floats(0, 1e6)
FACTS = st.builds(
    lambda elsewhere, **known: Facts(answered=known["in_category"] + elsewhere, **known),
    elsewhere=COUNTS,
    fit=SHARES,
    back=st.none() | SHARES,
    context=st.none() | SHARES,
    tied=COUNTS,
    in_category=COUNTS,
    since_answered=st.none() | COUNTS,
    load=st.floats(0, 2),
    exposure=COUNTS,
)


def score(**known: Any) -> float:
    return scored(Facts(fit=0.5, **known), WEIGHTS).score


@given(FACTS)
def test_the_parts_add_up_to_the_score(facts: Facts) -> None:
    found = scored(facts, WEIGHTS)
    assert found.score == pytest.approx(math.fsum(found.parts.values()), abs=1e-6)


@given(FACTS)
def test_nothing_besides_fit_moves_anybody_farther_than_the_weights_say(facts: Facts) -> None:
    besides = scored(facts, WEIGHTS).score - mutual(facts.fit, facts.back)
    gains = WEIGHTS.context_weight + WEIGHTS.tied_weight + WEIGHTS.category_weight + WEIGHTS.answered_weight
    assert -(WEIGHTS.load_price + WEIGHTS.exposure_price) - 1e-5 <= besides <= gains + 1e-5


@given(FACTS)
def test_without_weights_only_fit_counts(facts: Facts) -> None:
    nothing = Given(**dict.fromkeys(MOVING, 0.0))
    assert scored(facts, nothing).parts == {"fit": pytest.approx(mutual(facts.fit, facts.back), abs=1e-6)}


@given(FACTS, st.floats(0, 10))
def test_the_same_habits_in_a_longer_history_are_worth_about_the_same(facts: Facts, times: float) -> None:
    """Beyond the first few answers, who wrote ten times as much has gained nothing by it."""
    many = replace(facts, in_category=facts.in_category + 100, answered=facts.answered + 100)
    more = replace(many, in_category=many.in_category * (1 + times), answered=many.answered * (1 + times))
    assert scored(more, WEIGHTS).score == pytest.approx(scored(many, WEIGHTS).score, abs=0.002)


@given(FACTS, COUNTS)
def test_answers_elsewhere_do_not_raise_anybody(facts: Facts, more: float) -> None:
    busier = replace(facts, answered=facts.answered + more)
    assert scored(busier, WEIGHTS).score <= scored(facts, WEIGHTS).score


@given(FACTS, st.floats(0, 10))
def test_ties_never_lower_anybody(facts: Facts, more: float) -> None:
    assert scored(replace(facts, tied=facts.tied + more), WEIGHTS).score >= scored(facts, WEIGHTS).score


@pytest.mark.parametrize("feature", ["exposure", "load"])
@given(facts=FACTS, more=st.floats(0, 10))
def test_a_full_calendar_and_many_places_never_raise_anybody(facts: Facts, feature: str, more: float) -> None:
    busier = replace(facts, **{feature: getattr(facts, feature) + more})
    assert scored(busier, WEIGHTS).score <= scored(facts, WEIGHTS).score


def test_the_first_tie_tells_more_than_the_second() -> None:
    none, one, two = (score(tied=count) for count in (0, 1, 2))
    assert one - none > two - one > 0


def test_who_answered_lately_comes_before_who_has_not_answered_for_long_or_ever() -> None:
    hour, day, week, month, never = (score(since_answered=days) for days in (1 / 24, 1, 7, 30, None))
    assert hour > day > week > month > never
    assert readiness(0, 7) == 1
    assert readiness(7, 7) == 1 / 2
    assert readiness(14, 7) == 1 / 3


def test_half_of_the_price_is_paid_for_a_few_places() -> None:
    assert score() - score(exposure=FEW_PLACES) == pytest.approx(WEIGHTS.exposure_price / 2)


def test_peers_are_as_near_as_the_lesser_of_both_directions_allows() -> None:
    assert mutual(0.6, 0.6) == pytest.approx(0.6)
    assert mutual(0.9, 0.3) == mutual(0.3, 0.9) < (0.9 + 0.3) / 2
    assert mutual(0.9, 0.0) == mutual(-0.1, 0.9) == 0.0
    assert mutual(0.9, None) == 0.9


def test_only_what_moved_somebody_is_a_part() -> None:
    assert scored(Facts(fit=0.0, tied=1.0), WEIGHTS).parts == {"fit": 0.0, "ties": 0.05}


def test_a_setting_not_given_is_no_disadvantage_over_one_that_differs() -> None:
    assert agreement({}, {"locale": "rural"}) is None
    assert agreement({"locale": "rural"}, {"locale": "city"}) == 0.0
    assert agreement({"locale": "rural", "size": "small"}, {"locale": "rural", "size": "large", "type": "x"}) == 0.5
    assert score(context=None) == score(context=0.0) < score(context=0.5)


def test_what_happened_counts_half_after_each_half_life() -> None:
    assert decayed([0, 30, 60], half_life=30) == pytest.approx(1 + 1 / 2 + 1 / 4)
    assert decayed([], half_life=30) == 0.0


@given(facts=st.lists(FACTS, min_size=1, max_size=5), mutually=st.booleans())
def test_nobody_comes_to_more_than_their_reach(*, facts: list[Facts], mutually: bool) -> None:
    known = [each if mutually else replace(each, back=None) for each in facts]
    done = Done(
        tied=np.array([each.tied for each in known]),
        in_category=np.array([each.in_category for each in known]),
        answered=np.array([each.answered for each in known]),
        since_answered=np.array([math.inf if each.since_answered is None else each.since_answered for each in known]),
        exposure=np.array([each.exposure for each in known]),
    )
    reaches = reach(np.array([each.fit for each in known]), done, WEIGHTS, mutually=mutually)
    for row, each in enumerate(known):
        assert done.of(row, each.fit) == replace(each, back=None, context=None, load=0.0)
        assert scored(each, WEIGHTS).score <= reaches[row]
        best = replace(each, context=1.0, load=0.0, back=1.0 if mutually else None)
        assert reaches[row] == pytest.approx(scored(best, WEIGHTS).score, abs=2e-5)  # and no more than need be
