"""What past answers say about weights: as much as there are of them, never beyond what a network can take."""

from collections.abc import Sequence

import numpy as np
import pytest
from msgspec import Struct

from models.learning import LEARNED, MOST, Choice, choice, learned
from models.people import Facts


class InForce(Struct, frozen=True, kw_only=True):
    context_weight: float = 0.05
    tied_weight: float = 0.05
    category_weight: float = 0.05
    answered_weight: float = 0.05
    readiness_half_life_days: float = 1.0
    load_price: float = 0.2
    exposure_price: float = 0.2


BEFORE = InForce()
UNMOVED = {name: getattr(BEFORE, name) for name in LEARNED}


def answers(count: int, weights: Sequence[float], sharpness: float = 12) -> list[Choice]:
    """Choices of people for whom fit and favours count as these weights say."""
    random = np.random.default_rng(1)
    made = []
    for _ in range(count):
        candidates = random.uniform(0, 1, (30, 5))
        utility = sharpness * (candidates[:, 0] + candidates[:, 1:] @ np.array(weights))
        chances = np.exp(utility - utility.max())
        made.append(Choice(candidates, int(random.choice(30, p=chances / chances.sum()))))
    return made


def test_without_history_nothing_moves() -> None:
    assert learned([], BEFORE) == UNMOVED


def test_a_few_answers_move_little_and_many_tell_what_counts() -> None:
    true = (0.0, 0.1, 0.2, 0.25)
    few, many = (learned(answers(count, true), BEFORE) for count in (3, 1500))
    assert list(many.values()) == pytest.approx(true, abs=0.04)
    assert max(abs(few[name] - UNMOVED[name]) for name in LEARNED) < 0.04


def test_no_history_makes_anything_drown_fit() -> None:
    found = learned(answers(300, (-2.0, 0.0, 0.0, 2.0)), BEFORE)
    assert found["answered_weight"] == MOST
    assert found["context_weight"] == 0


def test_the_order_of_the_candidates_does_not_matter() -> None:
    history = answers(40, (0.1, 0.0, 0.2, 0.1))
    turned = [Choice(each.candidates[::-1], len(each.candidates) - 1 - each.answered) for each in history]
    assert learned(turned, BEFORE) == learned(history, BEFORE)


def test_a_choice_holds_what_the_score_is_made_of() -> None:
    ada = Facts(fit=0.6, back=0.3, context=0.5, tied=1.0, in_category=3.0, answered=5.0, since_answered=1.0)
    ben = Facts(fit=0.2)
    found = choice([ada, ben], answered=1, half_life=1.0)
    assert found.candidates.tolist() == [pytest.approx([0.4, 0.5, 0.5, 0.5, 0.5]), [0.2, 0.0, 0.0, 0.0, 0.0]]
    assert found.answered == 1
