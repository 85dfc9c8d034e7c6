"""The nearest are the nearest, whatever codes they were found with."""

from threading import Thread

import faiss
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.byte_codes import ByteCodes
from models.vector_index import VectorIndex, WrongVectors

WIDTH = 8


def some_vectors(count: int, seed: int = 0) -> npt.NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [10, 3_000, 20_000])
def test_the_nearest_within_a_mask_are_those_of_a_full_comparison(count: int) -> None:
    vectors, needs = some_vectors(count), some_vectors(3, seed=1)
    index = VectorIndex(WIDTH)
    index.add(vectors)
    best = np.argsort(-(vectors @ needs.T), axis=0)[: count // 10]
    masks = [np.ones(count, dtype=np.bool_), np.arange(count) % 3 == 0, np.zeros(count, dtype=np.bool_)]
    masks += [np.arange(count) % 10 != 0, ~np.isin(np.arange(count), best)]  # few are passed over; just the nearest are
    for mask in masks:
        found = index.nearest(needs, 50, mask)
        assert mask[found].all()
        for need in needs:
            cosines = np.where(mask, vectors.astype(np.float64) @ need.astype(np.float64), -2)
            assert set(np.argsort(-cosines)[: min(50, mask.sum())]) <= set(found)


@given(st.integers(0, 2**32), st.sampled_from([0.3, 3.0, 30.0]), st.integers(1, 40), st.integers(2, 5))
@settings(deadline=None)
def test_no_row_that_codes_leave_out_is_nearer_than_they_say(seed: int, even: float, wanted: int, every: int) -> None:
    """Whether vectors came at once or in steps, the later ones with wider components."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(200, WIDTH)).astype(np.float32)
    vectors[:100] += np.float32(even) * np.sign(vectors[:100])  # of nearly the same size in all components
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    need, mask = some_vectors(1, seed=seed)[0], np.arange(200) % every != 0
    cosines = vectors.astype(np.float64) @ need.astype(np.float64)
    stepwise, at_once = ByteCodes(WIDTH), ByteCodes(WIDTH)
    stepwise.catch_up(vectors[:100])
    for codes in (stepwise, at_once):
        codes.catch_up(vectors)
        rows, at_most = codes.search(need, wanted, mask)
        assert len(set(rows.tolist())) == wanted
        assert mask[rows].all()
        assert (cosines[np.setdiff1d(np.flatnonzero(mask), rows)] <= at_most[-1]).all()
        assert (cosines[rows] <= at_most).all()
        assert (at_most <= cosines[rows] + 0.1).all()  # and is not just anything
        assert (np.diff(at_most) <= 0).all()


def test_a_search_takes_one_thread_whoever_asks() -> None:
    index, most = VectorIndex(WIDTH), []
    index.add(some_vectors(1_000))

    def ask() -> None:
        index.nearest(some_vectors(1, seed=1), 5, np.ones(1_000, dtype=np.bool_))
        most.append(faiss.omp_get_max_threads())

    for _ in range(2):
        asking = Thread(target=ask)
        asking.start()
        asking.join()
    assert most == [1, 1]


def test_vectors_added_between_searches_are_found_and_a_shorter_mask_does_not_see_them() -> None:
    index = VectorIndex(WIDTH)
    index.add(some_vectors(1_000))
    late = some_vectors(1, seed=7)
    before = np.ones(1_000, dtype=np.bool_)
    index.nearest(late, 5, before)
    index.add(late)
    assert 1_000 in index.nearest(late, 5, np.ones(1_001, dtype=np.bool_))
    assert 1_000 not in index.nearest(late, 5, before)


def test_all_equals_at_the_edge_are_found() -> None:
    index = VectorIndex(WIDTH)
    same, others = some_vectors(1), some_vectors(2_000, seed=2)
    index.add(np.vstack([others, np.repeat(same, 500, axis=0)]))
    found = index.nearest(same, 5, np.ones(2_500, dtype=np.bool_))
    assert set(range(2_000, 2_500)) <= set(found)


@pytest.mark.parametrize("wrong", [np.ones((1, 3), np.float32), np.ones(8, np.float32), np.ones((1, 8)) / 8**0.5])
def test_vectors_of_another_form_are_refused_with_both_forms_named(wrong: npt.NDArray[np.float32]) -> None:
    with pytest.raises(WrongVectors, match=r"expected float32 .* \(n, 8\), got"):
        VectorIndex(WIDTH).add(wrong)


@pytest.mark.parametrize("wrong", [2.0, 0.0, float("nan")])
def test_vectors_of_another_length_are_refused(wrong: float) -> None:
    with pytest.raises(WrongVectors, match="length 1"):
        VectorIndex(WIDTH).add(np.full((1, 8), wrong, np.float32))
