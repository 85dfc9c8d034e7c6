"""How people fit many needs at once is what pooling their evidence one by one gives, and claims are told apart."""

import numpy as np
import pytest

from models.fitting import Shelf
from models.ranking import weighted_top_three

NEEDS = np.eye(3, dtype=np.float32)
USUAL = np.zeros(3)
CLAIMED, SHOWN = 0.8, 1.0


def shelf(*pieces: tuple[str, int, float]) -> Shelf:
    """Each piece says what one of the needs asks; whoever is on the shelf is named ada, ben or cleo."""
    owners, about, weights = zip(*pieces, strict=True)
    firm = np.array([weight > CLAIMED for weight in weights])
    return Shelf(("ada", "ben", "cleo"), owners, NEEDS[list(about)], np.array(weights), firm)


def test_a_person_fits_by_the_weighted_top_three_of_their_own_pieces() -> None:
    fit, _ = shelf(("ben", 0, SHOWN), ("ada", 0, CLAIMED), ("ben", 0, CLAIMED), ("ben", 1, SHOWN)).fits(NEEDS, USUAL)
    assert fit[0].tolist() == pytest.approx([weighted_top_three([0.8]), weighted_top_three([1, 0.8, 0]), 0], abs=1e-4)
    assert fit[2].tolist() == [0, 0, 0]


def test_what_is_only_claimed_is_not_firm() -> None:
    fit, firm = shelf(("ada", 0, CLAIMED), ("ben", 0, SHOWN), ("cleo", 1, CLAIMED)).fits(NEEDS, USUAL)
    assert fit[0, 0] > 0
    assert firm[0, 0] == 0
    assert firm[0, 1] == fit[0, 1] > 0


def test_what_is_no_nearer_than_anything_else_is_no_fit() -> None:
    fit, firm = shelf(("ada", 0, SHOWN)).fits(NEEDS, np.ones(3))
    assert fit.max() <= 1
    assert not firm[1:].any()
