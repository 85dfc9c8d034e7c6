from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.sealing import KeyRing
from engine.vector_store import VectorStore
from tests.engine.facts import ADA, BEN

ONE, TWO = (ADA, "how to begin"), (BEN, "how to end")


@pytest.fixture(params=["memory", "sqlite"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path, keys: KeyRing) -> Iterator[VectorStore]:
    store = VectorStore(tmp_path if request.param == "sqlite" else None, keys, "model-a")
    yield store
    store.close()


@pytest.fixture
def on_disk(tmp_path: Path, keys: KeyRing) -> Iterator[VectorStore]:
    store = VectorStore(tmp_path, keys, "model-a")
    yield store
    store.close()


def rows(*values: float) -> np.ndarray:
    return np.array([[value, value + 0.5] for value in values], dtype=np.float32)


def got(store: VectorStore, *items: tuple[str, str]) -> list[list[float] | None]:
    return [None if vector is None else vector.tolist() for vector in store.get(items)]


@given(vectors=arrays(np.float32, (3, 7), elements=st.floats(width=32, allow_nan=False)))
def test_a_vector_comes_back_to_the_last_bit(vectors: np.ndarray) -> None:
    store = VectorStore(None, KeyRing.in_memory(), "model-a")
    items = [(ADA, "one"), (ADA, "two"), (BEN, "one")]
    store.put(items, vectors)
    assert np.array_equal(np.stack(store.get(items)), vectors)


def test_what_was_never_made_is_none(vectors: VectorStore) -> None:
    assert vectors.get([ONE]) == [None]
    vectors.put([ONE], rows(1))
    assert got(vectors, TWO, ONE, (BEN, ONE[1])) == [None, [1, 1.5], None]
    assert vectors.get([]) == []


def test_the_first_vector_of_a_text_is_kept_for_ever(vectors: VectorStore) -> None:
    vectors.put([ONE], rows(1))
    vectors.put([TWO, ONE], rows(2, 3))
    vectors.put([TWO, TWO], rows(4, 5))
    assert got(vectors, ONE, TWO) == [[1, 1.5], [2, 2.5]]
    assert vectors.count() == 2


def test_a_text_twice_in_one_call_keeps_the_first(vectors: VectorStore) -> None:
    vectors.put([ONE, ONE], rows(1, 2))
    assert got(vectors, ONE) == [[1, 1.5]]


def test_vectors_of_another_model_stay_untouched(tmp_path: Path, keys: KeyRing) -> None:
    first, second = VectorStore(tmp_path, keys, "model-a"), VectorStore(tmp_path, keys, "model-b")
    first.put([ONE], rows(1))
    assert second.get([ONE]) == [None]
    second.put([ONE], rows(2))
    assert (got(first, ONE), got(second, ONE)) == ([[1, 1.5]], [[2, 2.5]])
    assert (first.count(), second.count()) == (1, 1)
    first.close()
    second.close()


def test_vectors_outlive_the_process(tmp_path: Path) -> None:
    for turn in range(2):
        keys = KeyRing.open(tmp_path / "data", tmp_path / "master.key")
        store = VectorStore(tmp_path / "data", keys, "model-a")
        if turn == 0:
            store.put([ONE], rows(1))
        assert got(store, ONE) == [[1, 1.5]]
        store.close()
        keys.close()


def test_as_many_vectors_as_texts(vectors: VectorStore) -> None:
    with pytest.raises(ValueError, match="2 texts, but 1 vectors"):
        vectors.put([ONE, TWO], rows(1))


def test_how_far_a_network_was_given_vectors_never_falls(vectors: VectorStore) -> None:
    assert vectors.reached("network-1") == 0
    vectors.reach("network-1", 7)
    vectors.reach("network-1", 3)
    assert (vectors.reached("network-1"), vectors.reached("network-2")) == (7, 0)


# privacy


def test_neither_texts_nor_vectors_are_readable_in_the_file(tmp_path: Path, on_disk: VectorStore) -> None:
    vector = rows(1234.5678)
    on_disk.put([ONE], vector)
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert ADA.encode() in held
    assert ONE[1].encode() not in held
    assert vector.tobytes() not in held


def test_an_erased_owner_has_no_vectors(vectors: VectorStore, keys: KeyRing) -> None:
    vectors.put([ONE, TWO], rows(1, 2))
    keys.destroy(ADA)
    assert got(vectors, ONE, TWO) == [None, [2, 2.5]]
    assert vectors.drop(ADA) == 1
    assert vectors.drop(ADA) == 0
    assert vectors.count() == 1


def test_a_vector_of_somebody_erased_meanwhile_is_passed_over(vectors: VectorStore, keys: KeyRing) -> None:
    keys.destroy(ADA)
    vectors.put([ONE, TWO], rows(1, 2))
    assert got(vectors, ONE, TWO) == [None, [2, 2.5]]
    assert vectors.count() == 1


def test_dropping_covers_every_model(tmp_path: Path, keys: KeyRing) -> None:
    first, second = VectorStore(tmp_path, keys, "model-a"), VectorStore(tmp_path, keys, "model-b")
    first.put([ONE], rows(1))
    second.put([ONE], rows(2))
    assert first.drop(ADA) == 2
    assert second.count() == 0
    first.close()
    second.close()


# damage


@pytest.mark.parametrize(
    "damage",
    [
        "update vectors set sealed = zeroblob(36)",
        "update vectors set sealed = x''",
        "update vectors set sealed = (select sealed from vectors order by owner desc limit 1)",
        "delete from vectors",
    ],
)
def test_a_damaged_vector_counts_as_lost_and_is_replaced(on_disk: VectorStore, damage: str) -> None:
    on_disk.put([ONE, TWO], rows(1, 2))
    on_disk._database.writer.execute(f"{damage} where owner = ?", (ADA,))
    assert got(on_disk, ONE, TWO) == [None, [2, 2.5]]
    on_disk.put([ONE, TWO], rows(7, 8))
    assert got(on_disk, ONE, TWO) == [[7, 7.5], [2, 2.5]]


def test_a_vector_moved_to_another_text_counts_as_lost(on_disk: VectorStore) -> None:
    on_disk.put([(ADA, "one"), (ADA, "two")], rows(1, 2))
    query = "update vectors set sealed = (select sealed from vectors order by rowid desc limit 1) where rowid = 1"
    on_disk._database.writer.execute(query)
    assert got(on_disk, (ADA, "one"), (ADA, "two")) == [None, [2, 2.5]]


def test_racing_writers_agree_on_one_vector(on_disk: VectorStore, tmp_path: Path, keys: KeyRing) -> None:
    other = VectorStore(tmp_path, keys, "model-a")
    items = [(ADA, f"text {i}") for i in range(50)]
    threads = [Thread(target=store.put, args=(items, np.full((50, 2), x))) for x, store in enumerate((on_disk, other))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert on_disk.count() == 50
    assert np.array_equal(np.stack(on_disk.get(items)), np.stack(other.get(items)))
    other.close()


def test_all_at_once_come_in_the_order_asked_for_or_not_at_all(vectors: VectorStore, keys: KeyRing) -> None:
    vectors.put([ONE, TWO], rows(1, 2))
    one, two = vectors.digest(*ONE), vectors.digest(*TWO)
    found = vectors.all_of([two, one, two], [ONE[0], TWO[0]], 2)
    assert found is not None
    assert found.tolist() == [[2, 2.5], [1, 1.5], [2, 2.5]]
    assert vectors.all_of([one, b"never made"], [ONE[0]], 2) is None
    assert vectors.all_of([one], [TWO[0]], 2) is None  # another's are not looked at
    keys.destroy(ADA)
    assert vectors.all_of([one], [ONE[0]], 2) is None
    assert vectors.all_of([], [], 2).shape == (0, 2)
