"""A store on each storage module, its keys and its clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.event_store import EventStore
from engine.sealing import KeyRing
from tests.engine.facts import CATALOGUE, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys() -> KeyRing:
    return KeyRing.in_memory()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, keys: KeyRing, clock: Clock) -> Iterator[EventStore]:
    store = EventStore(tmp_path if request.param == "sqlite" else None, keys, CATALOGUE, clock=clock)
    yield store
    store.close()
