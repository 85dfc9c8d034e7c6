"""A store on each storage module, its keys and its clock."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.event_store import EventStore
from engine.sealing import KeyRing
from models.encoder import Encoder
from tests.engine.facts import CATALOGUE, Clock
from tests.engine.sharing import Sharing


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


@pytest.fixture(scope="session")
def told_before(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """The folder of a town whose members ask for coaching, to be copied."""
    folder = tmp_path_factory.mktemp("sharing")
    with Sharing(folder, encoder) as town:
        town.shared()
    return folder


@pytest.fixture
def sharing(told_before: Path, tmp_path: Path, encoder: Encoder) -> Iterator[Sharing]:
    folder = shutil.copytree(told_before, tmp_path / "town")
    with Sharing(folder, encoder) as opened:
        yield opened
