"""A log of an earlier day is read, proven and told as it was on that day."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from domain.catalogue import CATALOGUE
from engine.event_store import EventStore
from engine.followers import Views
from engine.leaves import leaf_of
from engine.merkle import root_of
from engine.sealing import KeyRing
from tests.domain.scenario import NET
from tests.engine.frozen import Frozen, frozen, lay_down, told

LOGS = frozen()


@pytest.fixture(params=LOGS, ids=str)
def laid(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Frozen, EventStore]]:
    log = LOGS[request.param]
    ring = KeyRing.in_memory()
    store = EventStore(tmp_path, ring, CATALOGUE)
    lay_down(log, ring, store)
    yield log, store
    store.close()
    ring.close()


def test_there_is_one() -> None:
    assert LOGS


def test_every_event_is_read_as_it_was(laid: tuple[Frozen, EventStore]) -> None:
    """What later versions add may stand beside it; who is erased in it stays so."""
    log, store = laid
    read = store.page(0, limit=100_000, network=NET)
    assert [each.position for each in read] == [line.position for line in log.lines]
    for recorded, line in zip(read, log.lines, strict=True):
        now = msgspec.json.decode(msgspec.json.encode(recorded.event))
        assert _kept(line.fields, now), f"position {line.position}"


def test_the_tree_over_it_has_the_root_it_had(laid: tuple[Frozen, EventStore]) -> None:
    log, store = laid
    rows = store.rows(0, limit=100_000, network=NET)
    assert b64encode(root_of([leaf_of(row) for row in rows])).decode() == log.root


def test_the_tables_tell_what_they_told(laid: tuple[Frozen, EventStore]) -> None:
    log, store = laid
    views = Views(None, NET, store)
    views.catch_up()
    assert views.last_error is None
    now = told(views)
    assert now.keys() >= log.answers.keys()
    for about, before in log.answers.items():
        assert _kept(before, now[about]), about


def _kept(before: object, now: object) -> bool:
    if isinstance(before, dict) and isinstance(now, dict):
        return all(field in now and _kept(value, now[field]) for field, value in before.items())
    if isinstance(before, list) and isinstance(now, list):
        return len(before) == len(now) and all(map(_kept, before, now))
    return before == now
