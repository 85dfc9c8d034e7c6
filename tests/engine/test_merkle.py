from hashlib import sha256
from itertools import pairwise

import pytest

from engine import merkle
from engine.merkle import (
    EMPTY,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.engine.tree_vectors import (
    CONSISTENCIES,
    EVERY_INCLUSION,
    EVERY_SUBTREE,
    INCLUSIONS,
    LARGE,
    LEAVES,
    ROOTS,
    published,
    shifted,
    tree_over,
)

HASHES = [leaf_hash(data) for data in LEAVES]
OTHER = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")
MANY = [leaf_hash(bytes([i])) for i in range(LARGE)]
at = tree_over(MANY)


def test_leaves_and_roots_are_those_that_were_published() -> None:
    assert [published(0, i) for i in range(len(LEAVES))] == HASHES
    assert [root_of(HASHES[:size]) for size in range(len(ROOTS))] == list(ROOTS)


@pytest.mark.parametrize("size", range(9))
def test_a_frontier_holds_the_subtrees_that_make_up_its_size(size: int) -> None:
    frontier = Frontier()
    for leaf in HASHES[:size]:
        frontier.append(leaf)
    again = Frontier(size, frontier.roots)
    assert again.root() == frontier.root() == ROOTS[size]
    assert len(frontier.roots) == size.bit_count()


def test_a_leaf_tells_which_subtrees_it_completes() -> None:
    frontier = Frontier()
    completed = [frontier.append(leaf) for leaf in HASHES]
    assert completed[3] == [published(0, 3), published(1, 1), published(2, 0)]
    assert [len(each) for each in completed] == [1, 2, 1, 3, 1, 2, 1, 4]


def test_a_frontier_of_another_size_is_a_fault() -> None:
    with pytest.raises(ValueError, match="do not make up"):
        Frontier(3, [OTHER])


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_proofs_of_inclusion_are_those_that_were_published(index: int, size: int, path: tuple) -> None:
    proof = inclusion_proof(published, index, size)
    assert proof == [published(*each) for each in path]
    assert verify_inclusion(HASHES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES)
def test_proofs_of_consistency_are_those_that_were_published(first: int, second: int, path: tuple) -> None:
    proof = consistency_proof(published, first, second)
    assert proof == [published(*each) for each in path]
    assert verify_consistency(first, second, ROOTS[first], ROOTS[second], proof)


def test_every_subtree_up_to_130_leaves_is_as_published() -> None:
    digest = sha256()
    for begin, end in _subtrees():
        digest.update(f"[{begin}, {end}) {subtree_root(at, begin, end).hex()}\n".encode())
    assert digest.hexdigest() == EVERY_SUBTREE


def test_every_proof_of_inclusion_up_to_130_leaves_is_as_published() -> None:
    digest = sha256()
    for begin, end in _subtrees():
        here = shifted(at, begin)
        for index in range(begin, end):
            path = inclusion_proof(here, index - begin, end - begin)
            digest.update(f"{index} [{begin}, {end}){''.join(f' {each.hex()}' for each in path)}\n".encode())
    assert digest.hexdigest() == EVERY_INCLUSION


@pytest.mark.parametrize("size", [*range(1, 65), 130])
def test_every_leaf_of_every_size_is_proven_and_only_at_its_place(size: int) -> None:
    root = subtree_root(at, 0, size)
    for index in range(size):
        proof = inclusion_proof(at, index, size)
        assert verify_inclusion(MANY[index], index, size, proof, root)
        assert not verify_inclusion(MANY[index], (index + 1) % size, size, proof, root) or size == 1
        assert not verify_inclusion(MANY[(index + 1) % LARGE], index, size, proof, root)


@pytest.mark.parametrize("second", range(65))
def test_every_beginning_of_every_size_is_consistent_and_no_other_is(second: int) -> None:
    root = subtree_root(at, 0, second)
    for first in range(second + 1):
        earlier = subtree_root(at, 0, first)
        proof = consistency_proof(at, first, second)
        assert verify_consistency(first, second, earlier, root, proof)
        assert not verify_consistency(first, second, OTHER, root, proof)
        assert not verify_consistency(first, second, earlier, OTHER, proof) or first == 0 < second


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS[1:])
def test_an_altered_proof_of_inclusion_is_refused(index: int, size: int, path: tuple) -> None:
    leaf, root, proof = HASHES[index], ROOTS[size], [published(*each) for each in path]
    altered = [
        *((leaf, other, size, proof, root) for other in (index - 1, index + 1, index ^ 2)),
        *((leaf, index, other, proof, root) for other in (size * 2, size // 2)),
        (b"wrong leaf", index, size, proof, root),
        (leaf, index, size, proof, EMPTY),
        (leaf, index, size, proof, OTHER),
        *((leaf, index, size, other, root) for other in _altered(proof, b"", root)),
    ]
    assert [verify_inclusion(*each) for each in altered] == [False] * len(altered)


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES[1:])
def test_an_altered_proof_of_consistency_is_refused(first: int, second: int, path: tuple) -> None:
    old, new, proof = ROOTS[first], ROOTS[second], [published(*each) for each in path]
    altered = [
        *((other, second, old, new, proof) for other in (first - 1, first + 1, first ^ 2)),
        *((first, other, old, new, proof) for other in (second * 2, second // 2)),
        (first, second, b"wrong root", new, proof),
        (first, second, old, b"wrong root", proof),
        (first, second, new, old, proof),
        (first, second, old, new, []),
        *((first, second, old, new, other) for other in _altered(proof, b"", old, new, proof[0])),
    ]
    assert [verify_consistency(*each) for each in altered] == [False] * len(altered)


@pytest.mark.parametrize(
    ("first", "second", "old", "new", "proof"),
    [
        (0, 0, OTHER, EMPTY, []),
        (1, 1, OTHER, EMPTY, []),
        (1, 0, OTHER, OTHER, []),
        (2, 1, OTHER, OTHER, []),
        (-1, 1, OTHER, OTHER, []),
        (1, 2, OTHER, EMPTY, []),
        (3, 4, OTHER, EMPTY, []),
        (0, 0, EMPTY, EMPTY, [EMPTY]),
        (0, 1, EMPTY, EMPTY, [EMPTY]),
        (1, 1, EMPTY, EMPTY, [EMPTY]),
    ],
)
def test_sizes_that_fit_nothing_are_refused(first: int, second: int, old: bytes, new: bytes, proof: list) -> None:
    assert not verify_consistency(first, second, old, new, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 0), (2, 1), (-1, 1)])
def test_a_leaf_outside_the_tree_is_neither_proven_nor_believed(index: int, size: int) -> None:
    assert not verify_inclusion(OTHER, index, size, [], OTHER)
    with pytest.raises(ValueError, match="there is no leaf"):
        inclusion_proof(at, index, size)


def test_what_comes_after_is_no_beginning() -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(at, 3, 2)


def test_a_tree_splits_at_the_largest_power_of_two_below() -> None:
    assert [merkle.split(size) for size in (2, 3, 4, 5, 8, 9)] == [1, 2, 2, 4, 4, 8]
    assert all(a <= b for a, b in pairwise(map(merkle.split, range(2, 1000))))


def _subtrees() -> list[tuple[int, int]]:
    """Those that may be: they begin at a multiple of the power of two that they fit into."""
    return [
        (begin, end)
        for end in range(1, LARGE + 1)
        for begin in range(end)
        if begin % (1 << (end - begin - 1).bit_length()) == 0
    ]


def _altered(proof: list[bytes], *garbage: bytes) -> list[list[bytes]]:
    flipped = [[*proof[:i], bytes([proof[i][0] ^ 8]) + proof[i][1:], *proof[i + 1 :]] for i in range(len(proof))]
    return [
        *flipped,
        *([*proof, each] for each in garbage),
        *([each, *proof] for each in garbage),
        proof[:-1],
        *([proof[0], OTHER, *proof[1:]] for _ in proof[1:2]),
    ]
