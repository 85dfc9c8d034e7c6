"""People are no documents: what is known of them besides their words moves them, within bounds that can be told."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from models.people import Facts, agreement, decayed, mutual, scored


class Given(Struct, frozen=True, kw_only=True):
    context_weight: float = 0.05
    tied_weight: float = 0.1
    category_weight: float = 0.1
    answered_weight: float = 0.05
    load_price: float = 0.2
    exposure_price: float = 0.2


WEIGHTS = Given()
SHARES = st.floats(0, 1)
COUNTS = st.floats(0, 1e6)
FACTS = st.builds(
    Facts,
    fit=SHARES,
    back=st.none() | SHARES,
    context=st.none() | SHARES,
    tied=COUNTS,
    in_category=COUNTS,
    answered=COUNTS,
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
    nothing = Given(**dict.fromkeys(Given.__struct_fields__, 0.0))
    assert scored(facts, nothing).parts == {"fit": pytest.approx(mutual(facts.fit, facts.back), abs=1e-6)}


@pytest.mark.parametrize("feature", ["answered", "in_category", "tied"])
@given(facts=FACTS, more=st.floats(0, 10))
def test_answering_more_never_lowers_anybody(facts: Facts, feature: str, more: float) -> None:
    richer = replace(facts, **{feature: getattr(facts, feature) + more})
    assert scored(richer, WEIGHTS).score >= scored(facts, WEIGHTS).score


@pytest.mark.parametrize("feature", ["exposure", "load"])
@given(facts=FACTS, more=st.floats(0, 10))
def test_a_full_calendar_and_many_places_never_raise_anybody(facts: Facts, feature: str, more: float) -> None:
    busier = replace(facts, **{feature: getattr(facts, feature) + more})
    assert scored(busier, WEIGHTS).score <= scored(facts, WEIGHTS).score


def test_the_first_tie_tells_more_than_the_second() -> None:
    none, one, two = (score(tied=count) for count in (0, 1, 2))
    assert one - none > two - one > 0


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
