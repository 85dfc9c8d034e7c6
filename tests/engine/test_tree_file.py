"""The tree's file holds what the log says, whoever extends it, and is believed no further than it can be checked."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from engine import tree_file
from engine.event_store import EventStore
from engine.leaves import leaf_of
from engine.merkle import EMPTY, inclusion_proof, root_of, verify_inclusion
from engine.sealing import KeyRing
from engine.storage.recorder import Row
from engine.tree_file import TreeFile
from tests.engine.facts import CATALOGUE, ELSEWHERE, NET, adding, origin

SIZES = (1, 2, 3, 7, 8, 20)


class Grove:
    """A log of two networks, and the file of one's tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = EventStore(folder / "data", KeyRing.in_memory(), CATALOGUE)
        self.tree = self.open()

    def open(self) -> TreeFile:
        return TreeFile(self.folder / "net" / "tree", NET, self.store)

    def reopen(self) -> TreeFile:
        self.tree.close()
        self.tree = self.open()
        return self.tree

    def record(self, count: int) -> None:
        for _ in range(count):
            self._one(NET)
            self._one(ELSEWHERE)  # so that positions and leaves differ

    def _one(self, network: str) -> None:
        self.store.append(network, adding(f"budget-{self.store.head():08x}", 5), origin=origin())

    def rows(self) -> list[Row]:
        return list(self.store.rows(0, network=NET, limit=10_000))

    def leaves(self) -> list[bytes]:
        return [leaf_of(row) for row in self.rows()]

    @property
    def file(self) -> Path:
        return self.folder / "net" / "tree"

    def assert_whole(self) -> None:
        leaves, grown = self.leaves(), self.tree.grow()
        assert (grown.size, grown.root) == (len(leaves), root_of(leaves))
        for index, leaf in enumerate(leaves):
            assert verify_inclusion(
                leaf, index, grown.size, inclusion_proof(self.tree.hash_at, index, grown.size), grown.root
            )


@pytest.fixture
def grove(tmp_path: Path) -> Iterator[Grove]:
    grove = Grove(tmp_path)
    yield grove
    grove.tree.close()
    grove.store.close()


def test_an_empty_log_has_the_empty_root(grove: Grove) -> None:
    grown = grove.tree.grow()
    assert (grown.size, grown.root) == (0, EMPTY)


def test_leaf_n_is_the_networks_nth_event_and_every_earlier_root_can_be_told(grove: Grove) -> None:
    before = 0
    for size in SIZES:
        grove.record(size - before)
        before = size
        grove.assert_whole()
    leaves = grove.leaves()
    assert [grove.tree.root(size) for size in range(len(leaves) + 1)] == [
        root_of(leaves[:size]) for size in range(len(leaves) + 1)
    ]


def test_what_is_read_at_once_around_a_leaf_gives_the_same_proofs(grove: Grove) -> None:
    grove.store.append(NET, adding("budget-000000ff", *range(1, 2601)), origin=origin())  # more than is read at once
    size = grove.tree.grow().size
    for within in (size, size - 1, 2048, 300, 256, 1):
        for index in {0, 1, 255, 256, 257, 511, 512, 2047, 2048, within // 2, within - 1}:
            if index < within:
                plain = inclusion_proof(grove.tree.hash_at, index, within)
                assert inclusion_proof(grove.tree.near(index, within), index, within) == plain
    leaf = grove.leaves()[2047]
    root = root_of(grove.leaves())
    assert verify_inclusion(leaf, 2047, size, inclusion_proof(grove.tree.near(2047, size), 2047, size), root)


def test_what_is_not_there_yet_is_not_remembered_as_nothing(grove: Grove, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_file, "_HIGH", 2)
    grove.tree.grow()
    assert grove.tree.hash_at(2, 0) == b""
    grove.record(4)
    grove.tree.grow()
    assert grove.tree.hash_at(2, 0) == root_of(grove.leaves()[:4])


def test_a_position_leads_to_its_leaf_and_back(grove: Grove) -> None:
    grove.record(9)
    size = grove.tree.grow().size
    positions = [row[0] for row in grove.rows()]
    assert [grove.tree.position(index) for index in range(size)] == positions
    assert [grove.tree.index(position, size) for position in positions] == list(range(size))
    elsewhere = set(range(grove.store.head() + 5)) - set(positions)
    assert {grove.tree.index(position, size) for position in elsewhere} == {None}


def test_a_start_goes_on_where_the_last_one_ended(grove: Grove) -> None:
    grove.record(5)
    first = grove.tree.grow()
    content = grove.file.read_bytes()
    assert grove.reopen().grow() == first
    assert grove.file.read_bytes() == content
    grove.record(4)
    grove.assert_whole()
    assert grove.file.read_bytes().startswith(content[56 + 32 :], 56 + 32)


@pytest.mark.parametrize("end", [0, 1, 50, 87, 88, 95, 127, 200, -1])
def test_a_file_cut_off_anywhere_is_made_anew(grove: Grove, end: int) -> None:
    grove.record(6)
    grove.tree.grow()
    grove.file.write_bytes(grove.file.read_bytes()[:end])
    grove.reopen()
    grove.assert_whole()


def test_a_damaged_root_or_head_is_noticed_at_the_start(grove: Grove) -> None:
    grove.record(7)
    grove.tree.grow()
    content = grove.file.read_bytes()
    random = Random(7)  # noqa: S311 - places to damage
    frontier = [len(content) - 32, *random.sample(range(88), 20)]  # the last leaf's hash, and the head
    for place in frontier:
        grove.file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        grove.reopen()
        grove.assert_whole()
        grove.tree.grow()


def test_a_tree_of_another_network_or_of_a_longer_log_is_not_taken(grove: Grove, tmp_path: Path) -> None:
    grove.record(6)
    grove.tree.grow()
    other = Grove(tmp_path / "other")
    other.record(3)
    other.file.write_bytes(grove.file.read_bytes())
    other.reopen()
    other.assert_whole()
    other.tree.close()
    other.store.close()


def test_what_was_begun_anew_is_the_same(grove: Grove) -> None:
    grove.record(6)
    before = grove.tree.grow()
    grove.tree.begin_anew()
    assert grove.file.stat().st_size == 0
    assert grove.tree.grow() == before


def grow(folder: Path) -> None:
    store = EventStore(folder / "data", KeyRing.in_memory(), CATALOGUE)
    tree = TreeFile(folder / "net" / "tree", NET, store)
    for _ in range(50):
        tree.grow()
    tree.close()
    store.close()


def test_processes_that_extend_it_together_do_not_harm_it(grove: Grove) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=grow, args=(grove.folder,)) for _ in range(2)]
    for each in others:
        each.start()
    grove.record(150)
    for each in others:
        each.join()
        assert each.exitcode == 0
    grove.assert_whole()
