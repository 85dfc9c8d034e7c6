"""How people fit many needs at once is what pooling their evidence one by one gives, and claims are told apart."""

import numpy as np
import pytest

from models.fitting import Shelf
from models.ranking import weighted_top_three
from models.vector_index import Vectors

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


def test_many_random_pieces_are_pooled_as_one_by_one_and_few_needs_as_many() -> None:
    random = np.random.default_rng(3)
    pieces, needs = (_some(count, random) for count in (50, 1_000))
    owners, weights = [("ada", "ben")[each] for each in random.integers(0, 2, 50)], random.uniform(0.5, 1, 50)
    whole = Shelf(("ada", "ben"), owners, pieces, weights, weights > CLAIMED)
    found, _ = whole.fits(needs, np.zeros(1_000))
    for place, who in enumerate(whole.people):
        worth = np.maximum(pieces @ needs[700], 0) * weights
        own = sorted((each for each, owner in zip(worth, owners, strict=True) if owner == who), reverse=True)[:3]
        assert found[700, place] == pytest.approx(min(1.0, weighted_top_three(own)), abs=1e-4)
    assert whole.fits(needs[700:701], np.zeros(1))[0][0].tolist() == pytest.approx(found[700].tolist(), abs=2e-4)
    assert whole.fits(needs[:0], np.zeros(0))[0].shape == (0, 2)


def _some(count: int, random: np.random.Generator) -> Vectors:
    vectors = random.standard_normal((count, 8))
    found: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return found
