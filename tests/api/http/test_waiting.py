"""Nobody waits for what somebody else asked: neither for positions far ahead nor for lists that take long."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from api.http import desk
from engine.snapshot import Vectors
from models.encoder import Encoder
from tests.api.http.house import ADA, BASE, BEN, DAN, House, problem, served
from tests.api.http.test_streams import FOLLOWED, MINE
from tests.engine.town import ABSENT

PATIENCE = 60.0  # seconds: more than a busy machine takes


class Patient:
    """The real encoder, which begins once it is let."""

    def __init__(self, encoder: Encoder) -> None:
        self.real = encoder
        self.fingerprint = encoder.fingerprint
        self.width = encoder.width
        self.let = Event()

    ready = True

    def encode(self, texts: Sequence[str]) -> Vectors:
        assert self.let.wait(PATIENCE)
        return self.real.encode(texts)


@pytest.fixture
def patient(encoder: Encoder) -> Patient:
    return Patient(encoder)


@pytest.fixture
def house(tmp_path: Path, patient: Patient) -> Iterator[House]:
    with House(tmp_path, patient) as house:  # type: ignore[arg-type]
        yield house


def asked(address: str, house: House, who: str, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {house.tokens_of[who]}"} | more.pop("headers", {})
    return httpx.request(method, address + path, headers=headers, timeout=PATIENCE, **more)


def expect_answers(address: str, house: House) -> None:
    for path in (f"{BASE}/challenges/{ABSENT}", f"{BASE}/members", f"{BASE}/members?limit=3"):
        assert asked(address, house, BEN, "GET", path).status_code == 200
    assert asked(address, house, BEN, "POST", f"{BASE}/challenges", json={"title": "Desks"}).status_code == 201


@pytest.mark.parametrize(
    ("field", "more"), [("after_position", {"params": {"after_position": 10**9}}), ("Last-Event-ID", {})]
)
def test_a_stream_from_beyond_the_head_is_refused_at_once(
    house: House, patient: Patient, field: str, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    patient.let.set()
    monkeypatch.setattr(desk, "PATIENCE", PATIENCE)
    ahead = more or {"headers": {"Last-Event-ID": str(house.store.head() + 100)}}  # some is posted beside
    with served(house) as address, ThreadPoolExecutor(8) as pool:
        begun = time.monotonic()
        many = [pool.submit(asked, address, house, DAN, "GET", (FOLLOWED, MINE)[n % 2], **ahead) for n in range(8)]
        expect_answers(address, house)
        assert all(problem(each.result(), 409)["field"] == field for each in many)
        assert time.monotonic() - begun < PATIENCE / 2


def test_while_lists_wait_for_texts_everything_else_is_answered(house: House, patient: Patient) -> None:
    with served(house) as address, ThreadPoolExecutor(4) as pool:
        try:
            asking = ("POST", f"{BASE}/recommendations")
            many = [pool.submit(asked, address, house, ADA, *asking, json={"need": ABSENT}) for _ in range(4)]
            assert not wait(many, 0.5).done
            expect_answers(address, house)
            assert not wait(many, 0).done
        finally:
            patient.let.set()
        assert {each.result().status_code for each in many} == {200}
