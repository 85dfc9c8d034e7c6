from struct import pack

import pytest

from engine.leaves import leaf_data, leaf_of
from engine.merkle import leaf_hash
from engine.storage.recorder import Row

ROW: Row = (7, 1_700_000_000_000_000, "network-00000001", "member-0000000a", 2, "member.joined", b"\x93\x01\x00")
PLACES = {"position": 0, "recorded": 1, "stream": 3, "version": 4, "name": 5, "payload": 6}


def test_a_leaf_is_six_parts_each_with_its_length_before_it() -> None:
    parts = (
        pack(">q", 7),
        pack(">q", 1_700_000_000_000_000),
        b"member-0000000a",
        pack(">q", 2),
        b"member.joined",
        b"\x93\x01\x00",
    )
    assert leaf_data(ROW) == b"".join(pack(">I", len(part)) + part for part in parts)
    assert leaf_of(ROW) == leaf_hash(leaf_data(ROW))


@pytest.mark.parametrize("part", PLACES)
def test_every_part_has_its_say(part: str) -> None:
    row = list(ROW)
    place = PLACES[part]
    row[place] = row[place] + (b"x" if part == "payload" else "x" if isinstance(row[place], str) else 1)
    assert leaf_of(tuple(row)) != leaf_of(ROW)


def test_no_part_runs_into_the_next() -> None:
    moved = (*ROW[:3], "member-0000000am", 2, "ember.joined", ROW[6])
    assert leaf_of(moved) != leaf_of(ROW)
    assert leaf_of((*ROW[:3], "é", 2, "é", b"")) == leaf_hash(leaf_data((*ROW[:3], "é", 2, "é", b"")))
