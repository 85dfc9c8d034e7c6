"""An export is verified with nothing but a checkpoint, and the first event that is not as signed is named."""

import json
import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from domain.refusals import BadFile
from engine.leaves import leaf_of
from engine.log_lines import Prover, Trusted, rows_in, withheld_line
from engine.merkle import leaf_hash, root_of
from engine.notes import Checkpoint
from engine.storage.recorder import Row
from engine.verifying import Tampered, verify
from tests.engine.exported import ORIGIN, checkpoint_of, hashes, lines_of_rows

NETWORK = ORIGIN.partition("/")[2]
AT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
SOME = 23


def payload(number: int) -> bytes:
    command = f"command-{number:08x}"
    envelope = [AT, "operator", None, command, command, command, "network"]
    fields = {"member": "member-0000000a", "text": b"\0sealed" + bytes([number]), "minutes": number, "share": 0.1}
    return msgpack.encode([1, envelope, fields, {"text": "member-0000000a"}])


def rows(count: int = SOME) -> list[Row]:
    """Positions with gaps, as they have them where several networks share a log."""
    return [
        (3 * n + 1, 1_700_000_000_000_000 + n, NETWORK, f"challenge-{n % 4:08x}", n // 4 + 1, "it.was-said", payload(n))
        for n in range(count)
    ]


ROWS = rows()
LINES, CHECKPOINT = lines_of_rows(ROWS), checkpoint_of(ROWS)


def found(lines: Sequence[bytes], checkpoint: Checkpoint = CHECKPOINT, *earlier: Checkpoint) -> tuple[str, int]:
    with pytest.raises(Tampered) as refused:
        verify(lines, checkpoint, earlier)
    assert re.match(rf"events? {refused.value.sequence}\b", str(refused.value))
    return refused.value.kind, refused.value.sequence


@given(st.integers(0, 300))
def test_every_size_of_log_is_proved_with_one_hash_an_event(size: int) -> None:
    leaves = [leaf_hash(bytes([n % 256])) for n in range(size)]
    prover, trusted = Prover(hashes(leaves), size), Trusted(root_of(leaves), size)
    proofs = [prover.next() for _ in leaves]
    assert all(trusted.admit(leaf, proof) for leaf, proof in zip(leaves, proofs, strict=True))
    assert sum(map(len, proofs)) == 32 * max(0, size - 1)


def test_what_is_whole_is_verified_and_read_back_as_it_was_stored() -> None:
    verify(LINES, CHECKPOINT)
    verify(LINES, CHECKPOINT, [checkpoint_of(ROWS[:size]) for size in (0, 1, 8, SOME)])
    assert list(rows_in(LINES)) == ROWS


def test_a_line_is_a_cloud_event_with_the_stored_bytes_beside_what_can_be_read() -> None:
    for line, row in zip(LINES, ROWS, strict=True):
        event = json.loads(line)
        assert {event[name] for name in ("specversion", "datacontenttype")} == {"1.0", "application/json"}
        assert (event["id"], event["source"], event["type"]) == (str(row[0]), ORIGIN, "it.was-said")
        assert (event["subject"], event["version"], event["time"]) == (row[3], row[4], "2026-01-15T09:30:00Z")
        assert b64decode(event["payload"]) == row[6]
        assert b64decode(event["leafhash"]) == leaf_of(row)
        assert event["data"]["envelope"]["actor"] == "operator"
        assert event["data"]["fields"]["text"] == {"sealed_for": "member-0000000a"}
        names = set(event) - {"data"}
        assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in names)  # as CloudEvents wants them
    numbers = [json.loads(line)["sequence"] for line in LINES]
    assert all(before < after for before, after in pairwise(numbers))


def test_the_tree_of_the_proofs_is_the_one_of_the_rfc() -> None:
    last = json.loads(LINES[-1])
    assert (last["proof"], b64decode(last["leafhash"])) == ("", leaf_of(ROWS[-1]))
    first = b64decode(json.loads(LINES[0])["proof"])
    leaves = [leaf_of(row) for row in ROWS]
    assert first[:32] == leaves[1]
    assert first[-32:] == root_of(leaves[16:])


def test_any_changed_byte_is_located() -> None:
    random = Random(7)  # noqa: S311 - no secret
    for _ in range(300):
        number = random.randrange(SOME)
        line = bytearray(LINES[number])
        place = random.randrange(len(line))
        line[place] ^= random.randrange(1, 256)
        changed = b"".join([*LINES[:number], bytes(line), *LINES[number + 1 :]])
        assert found(list(BytesIO(changed)))[1] == number + 1, (place, bytes(line))


def test_what_became_of_an_event_is_said() -> None:
    third, ninth = LINES[2], LINES[8]
    assert found([*LINES[:8], *LINES[9:]]) == ("missing", 9)
    assert found([*LINES[:2], ninth, *LINES[3:8], third, *LINES[9:]]) == ("reordered", 3)
    assert found([*LINES[:8], LINES[9], ninth, *LINES[10:]]) == ("reordered", 9)
    assert found([*LINES[:8], third, *LINES[8:]]) == ("repeated", 9)
    assert found([*LINES[:8], LINES[7], *LINES[8:]]) == ("repeated", 9)
    assert found([*LINES, LINES[-1]]) == ("added", SOME + 1)
    assert found(LINES[:8]) == ("truncated", 9)
    assert found([]) == ("truncated", 1)
    assert found([*LINES[:-1], LINES[-1][:-40]]) == ("half-written", SOME)
    assert found([*LINES[:-1], LINES[-1][:-1]]) == ("half-written", SOME)
    assert found([*LINES[:4], b"\n", *LINES[4:]]) == ("altered", 5)


def test_a_line_nested_deeper_than_can_be_read_is_an_altered_one() -> None:
    depth = 200_000
    for deep in (b'{"data":%b%b}\n', LINES[4][:-2] + b',"more":%b%b}\n'):
        line = deep.replace(b"%b", b"[" * depth, 1).replace(b"%b", b"]" * depth, 1)
        assert found([*LINES[:4], line, *LINES[5:]]) == ("altered", 5)
    assert found([*LINES[:4], LINES[5], line, *LINES[6:]]) == ("missing", 5)


def told_anew(number: int) -> list[Row]:
    """The same history with one event told otherwise, and everything else made to fit."""
    changed = list(ROWS)
    changed[number - 1] = (*changed[number - 1][:6], payload(200))
    return changed


def test_an_event_that_was_told_anew_with_its_whole_line_is_found() -> None:
    changed = lines_of_rows(told_anew(12))
    assert found([*LINES[:11], changed[11], *LINES[12:]]) == ("altered", 12)
    assert found(changed)[1] == 1  # no proof leads to the root that was signed


def test_a_rewritten_history_with_a_checkpoint_of_its_own_does_not_fit_those_that_were_kept() -> None:
    changed = told_anew(12)
    lines, checkpoint = lines_of_rows(changed), checkpoint_of(changed)
    verify(lines, checkpoint)
    kept = [checkpoint_of(ROWS[:size]) for size in (8, 16)]
    verify(lines, checkpoint, kept[:1])
    assert found(lines, checkpoint, *kept) == ("rewritten", 9)
    assert found(lines, checkpoint, CHECKPOINT) == ("rewritten", 1)


def test_a_log_of_no_events_has_one_root() -> None:
    verify([], Checkpoint(ORIGIN, 0, root_of([])))
    assert found([], Checkpoint(ORIGIN, 0, bytes(32))) == ("rewritten", 1)


def test_a_checkpoint_of_another_log_or_of_a_longer_one_does_not_fit() -> None:
    other = checkpoint_of(ROWS, "confrere/network-00000002")
    assert found(LINES, other) == ("of another log", 1)
    assert found(LINES, CHECKPOINT, other) == ("of another log", 1)
    shorter = ROWS[:8]
    assert found(lines_of_rows(shorter), checkpoint_of(shorter), CHECKPOINT) == ("truncated", 9)


def partly(rows: Sequence[Row], *untold: int) -> list[bytes]:
    """Lines where these events stand by their hash alone."""
    lines = lines_of_rows(rows)
    for number in untold:
        proof = b64decode(json.loads(lines[number - 1])["proof"])
        lines[number - 1] = withheld_line(ORIGIN, number, leaf_of(rows[number - 1]), proof)
    return lines


def test_events_that_are_not_told_are_proved_by_their_hash_and_counted() -> None:
    lines = partly(ROWS, 1, 4, 5, SOME)
    assert verify(lines, CHECKPOINT, [checkpoint_of(ROWS[:8])]) == 4
    assert verify(LINES, CHECKPOINT) == 0
    event = json.loads(lines[3])
    assert set(event) == {"type", "id", "source", "sequence", "leafhash", "proof", "specversion"}
    assert (event["type"], event["specversion"]) == ("withheld", "1.0")
    with pytest.raises(BadFile, match="left out of this export"):
        list(rows_in(lines))


def test_what_was_done_to_events_that_are_not_told_is_found_too() -> None:
    lines = partly(ROWS, 4, 5, 9)
    other = json.loads(lines[3]) | {"leafhash": json.loads(lines[4])["leafhash"]}
    swapped = json.dumps(other, separators=(",", ":")).encode() + b"\n"
    assert found([*lines[:3], swapped, *lines[4:]]) == ("altered", 4)
    assert found([*lines[:3], lines[3].replace(b'"1.0"', b'"1.1"'), *lines[4:]]) == ("altered", 4)
    assert found([*lines[:3], b'{"type":"withheld"}\n', *lines[4:]]) == ("altered", 4)
    assert found([*lines[:3], *lines[4:]]) == ("missing", 4)
    assert found([*lines[:3], lines[4], lines[3], *lines[5:]]) == ("reordered", 4)
    assert found([*lines[:5], lines[4], *lines[5:]]) == ("repeated", 6)
    elsewhere = lines[3].replace(ORIGIN.encode(), b"confrere/network-00000002")
    assert found([*lines[:3], elsewhere, *lines[4:]]) == ("of another log", 4)


@pytest.mark.parametrize(
    "strange",
    [b"", b"\xc1", msgpack.encode("no event"), msgpack.encode([1, [], {"x": {1.5: [msgpack.Ext(5, b"")]}}, {}])],
)
def test_stored_bytes_that_cannot_be_read_are_still_proved(strange: bytes) -> None:
    odd = [*ROWS[:3], (*ROWS[3][:6], strange), *ROWS[4:]]
    lines = lines_of_rows(odd)
    verify(lines, checkpoint_of(odd))
    assert json.loads(lines[3])["data"] is None
    assert list(rows_in(lines)) == odd


@pytest.mark.parametrize(
    ("field", "value"),
    [("position", "9" * 30), ("position", "x"), ("version", -(2**63) - 1), ("source", "a\x1b[2Jb"), ("proof", "AAAA")],
)
def test_values_out_of_all_measure_are_located_too(field: str, value: object) -> None:
    event = json.loads(LINES[4]) | {field: value}
    kind, where = found([*LINES[:4], json.dumps(event).encode() + b"\n", *LINES[5:]])
    assert (kind, where) == ("altered", 5)


def test_the_order_of_attributes_and_blanks_between_them_are_part_of_what_is_compared() -> None:
    spaced = json.dumps(json.loads(LINES[4])).encode() + b"\n"
    assert found([*LINES[:4], spaced, *LINES[5:]]) == ("altered", 5)
