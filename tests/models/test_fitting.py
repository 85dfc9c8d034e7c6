"""How well people fit needs, many at once: the weighted top three of what each shows."""

import numpy as np
import pytest

from models.fitting import Shelf
from models.ranking import weighted_top_three

RANDOM = np.random.default_rng(3)
PEOPLE = ("ada", "ben", "cleo")


def some(count: int) -> np.ndarray:
    vectors = RANDOM.standard_normal((count, 8))
    found: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return found


def test_it_is_the_weighted_top_three_of_what_is_nearer_than_usual() -> None:
    owners, pieces, weights = ["ben", "ada", "ben", "ben", "ben", "ada"], some(6), np.array([1, 0.8, 0.9, 1, 0.8, 1.0])
    needs, usual = some(20), np.linspace(0, 0.4, 20)
    found, _ = Shelf(PEOPLE, owners, pieces, weights, weights > 0.8).fits(needs, usual)
    for need, base, row in zip(needs, usual, found, strict=True):
        worth = np.maximum((pieces @ need - base) / (1 - base), 0) * weights
        for place, who in enumerate(PEOPLE[:2]):
            own = sorted((each for each, owner in zip(worth, owners, strict=True) if owner == who), reverse=True)[:3]
            assert row[place] == pytest.approx(min(1.0, weighted_top_three(own)), abs=1e-4)


def test_who_shows_nothing_fits_nothing_and_a_claim_is_not_firm() -> None:
    (piece,) = some(1)
    shelf = Shelf(PEOPLE, ["ada", "ben"], np.stack([piece, piece]), np.array([1.0, 0.8]), np.array([True, False]))
    found, firm = shelf.fits(piece[None], np.zeros(1))
    assert found[0].tolist() == pytest.approx([0.7273, 0.5818, 0.0], abs=1e-4)
    assert firm[0].tolist() == pytest.approx([0.7273, 0.0, 0.0], abs=1e-4)


def test_few_and_many_needs_give_the_same() -> None:
    shelf = Shelf(PEOPLE, ["ada"] * 50, some(50), np.ones(50), np.ones(50, dtype=np.bool_))
    needs = some(1_000)
    whole, _ = shelf.fits(needs, np.zeros(1_000))
    assert shelf.fits(needs[700:701], np.zeros(1))[0].tolist() == pytest.approx(whole[700:701], abs=2e-4)
    assert shelf.fits(needs[:0], np.zeros(0))[0].shape == (0, 3)
