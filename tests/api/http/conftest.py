from collections.abc import Iterator
from pathlib import Path

import pytest

from api.http import streams
from models.encoder import Encoder
from tests.api.http.house import Client, House, opened


@pytest.fixture(autouse=True)
def ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who watches the log looks every second whether the service ends: most of what a test here would take."""
    monkeypatch.setattr(streams, "_TICK", 0.02)


@pytest.fixture
def house(tmp_path: Path, encoder: Encoder) -> Iterator[House]:
    with House(tmp_path, encoder) as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with opened(house) as client:
        yield client
