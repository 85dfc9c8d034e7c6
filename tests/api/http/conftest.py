from collections.abc import Iterator
from pathlib import Path

import pytest

from models.encoder import Encoder
from tests.api.http.house import Client, House, opened


@pytest.fixture
def house(tmp_path: Path, encoder: Encoder) -> Iterator[House]:
    with House(tmp_path, encoder) as house:
        yield house


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    with opened(house) as client:
        yield client
