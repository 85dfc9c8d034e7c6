import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from engine.event_store import EventStore
from engine.followers import Views
from engine.sealing import KeyRing
from engine.vector_store import VectorStore
from tests.engine.facts import ADA, CATALOGUE, NET, Joined, origin, saying
from tests.histories import begun


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_what_is_made_is_for_its_owner_alone(tmp_path: Path, mask: int) -> None:
    data = tmp_path / "data"
    with (
        umask(mask),
        closing(KeyRing.open(data, tmp_path / "master.key")) as keys,
        closing(EventStore(data, keys, CATALOGUE)) as store,
        closing(VectorStore(data, keys, "model-a")) as vectors,
    ):
        store.append(NET, [saying(ADA, 0, (Joined(name="Ada"),))], origin=origin())
        vectors.put([(ADA, "text")], np.ones((1, 2), dtype=np.float32))
        made = modes(data)
    assert made.keys() >= {"data", "keys.db", "events.db", "events.db-wal", "vectors.db", "vectors.db-wal"}
    assert made.pop("data") == 0o700
    assert set(made.values()) == {0o600}


@pytest.mark.parametrize("kind", ["events", "vectors"])
def test_each_store_makes_its_folder_private(tmp_path: Path, kind: str) -> None:
    keys, data = KeyRing.in_memory(), tmp_path / "deep" / "data"
    with umask(0):
        (EventStore(data, keys, CATALOGUE) if kind == "events" else VectorStore(data, keys, "model-a")).close()
    assert modes(data) == {"data": 0o700, f"{kind}.db": 0o600}


def test_the_files_of_views_are_private_too(tmp_path: Path) -> None:
    with umask(0), closing(Views(tmp_path / NET, NET, begun())) as views:
        views.catch_up()
    made = modes(tmp_path / NET)
    assert made[NET] == 0o700
    assert {mode for name, mode in made.items() if ".db" in name} == {0o600}


def test_a_folder_that_was_there_keeps_the_permissions_it_was_given(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o750)
    EventStore(data, KeyRing.in_memory(), CATALOGUE).close()
    assert modes(data) == {"data": 0o750, "events.db": 0o600}
