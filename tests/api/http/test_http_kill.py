"""Killed again and again while members post: what the service acknowledged is there, once, and all of it is sound."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import httpx
import pytest

from engine.examining import examine
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import Encoder
from tests.api.http.server import running
from tests.engine.town import ADA, BEN, NET, Town

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILLS") or 8)  # `make test KILLS=100` takes minutes more
WRITERS = 4


def post_until_killed(address: str, token: str, name: str) -> list[tuple[str, str]]:
    """The Idempotency-Keys that were acknowledged, with their streams."""
    acknowledged = []
    url = f"{address}/api/v1/networks/{NET}/challenges"
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        for number in range(10_000):
            key = f"{name}-{number}"
            body = {"title": f"Challenge {key}", "text": "Ours are old."}
            try:
                answer = client.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                break
            assert answer.status_code == 201, answer.text
            acknowledged.append((key, answer.json()["stream"]))
    return acknowledged


def test_no_acknowledged_event_is_lost_by_kills(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        settings: Settings = town.settings
    with Confrere(settings) as system:
        tokens = [system.tokens.create(NET, member)[0] for member in (ADA, BEN)]
    acknowledged: list[tuple[str, str]] = []
    random = Random(3)  # noqa: S311 - when to kill is no secret
    for kill in range(KILLS):
        with (
            running(tmp_path, "serve", "--port", "0", CONFRERE_RATE_LIMIT="1000000") as server,
            ThreadPoolExecutor(WRITERS) as pool,
        ):
            address = server.come_up()
            names = [f"{kill}-{writer}" for writer in range(WRITERS)]
            writing = [
                pool.submit(post_until_killed, address, tokens[n % len(tokens)], name) for n, name in enumerate(names)
            ]
            time.sleep(random.uniform(0.05, 0.5))
            server.end(signal.SIGKILL)
            for each in writing:
                acknowledged += each.result(30)
    assert len(acknowledged) > KILLS
    assert len({stream for _, stream in acknowledged}) == len(acknowledged)
    with Confrere(settings) as system:
        assert {system.store.version(stream) for _, stream in acknowledged} == {1}
    assert [each for each in examine(settings, {}).checks if not each.ok] == []
