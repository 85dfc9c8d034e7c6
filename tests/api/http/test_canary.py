"""Marked words go through every part of every request, and into a fault; no log line has them, nor a token or path."""

import json
import logging
import re
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from api.http import logs
from api.http.app import create_app, endpoints
from api.http.endpoints import NETWORK, routed
from api.http.words import PROSE
from engine.runtime import Confrere
from models.encoder import Encoder
from tests.api.http.house import House
from tests.api.http.server import running
from tests.engine.town import ABSENT, ADA, NET, Town

CANARY = "zebrafinch"
HEADERS = {
    name: f"{CANARY}-{name}"
    for name in ("Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "User-Agent", "Referer", "Cookie")
} | {"X-Request-Id": f"{CANARY}-id", "X-Forwarded-For": CANARY, "Accept": f"text/{CANARY}", f"X-{CANARY}": CANARY}
QUERY = {"q": CANARY, "after_position": CANARY, "cursor": CANARY, CANARY: CANARY}
BODIES: list[dict[str, Any]] = [
    {"json": {"title": CANARY, "text": CANARY, "name": CANARY, "note": CANARY, "member": CANARY}},
    {"json": {CANARY: CANARY}},
    {"content": f'{{"title": "{CANARY}'.encode(), "headers": {"Content-Type": "application/json"}},
    {"content": CANARY.encode(), "headers": {"Content-Type": f"text/{CANARY}"}},
    {"content": b'"' + CANARY.encode() * 200_000 + b'"', "headers": {"Content-Type": "application/json"}},
]
PLACES = {"network": NET, "challenge": ABSENT, "member": ADA}
EXAMPLES = {routed(each.path): each.example or {} for each in endpoints() if each.method == "POST"}


@pytest.fixture
def web(tmp_path: Path, encoder: Encoder, capfd: pytest.CaptureFixture[str]) -> Iterator[TestClient[Any]]:
    """The service logging as it does when it serves, into what is captured."""
    root, hook = logging.getLogger(), threading.excepthook
    before = root.handlers, root.level
    with House(tmp_path, encoder) as house:
        logs.take_over(logs.opened())
        loud = msgspec.structs.replace(house.settings, log_level="debug")
        with TestClient(create_app(house, loud), raise_server_exceptions=False) as web:
            web.headers["Authorization"] = f"Bearer {house.tokens_of[ADA]}"
            yield web
    (root.handlers, level), threading.excepthook = before, hook
    root.setLevel(level)


def sung(example: Any) -> Any:
    """A body of the right form, with the canary wherever somebody writes freely."""
    match example:
        case dict():
            return {name: CANARY if name in PROSE and isinstance(it, str) else sung(it) for name, it in example.items()}
        case list():
            return [sung(each) for each in example]
        case _:
            return example


def test_no_words_of_a_coaching_case_are_logged(web: TestClient[Any], capfd: pytest.CaptureFixture[str]) -> None:
    below = f"/api/v1/networks/{NET}"
    case = web.post(f"{below}/coaching", json={"title": CANARY, "text": CANARY}).json()["stream"]
    moves = [path for path in EXAMPLES if path.startswith(f"{routed(NETWORK)}/coaching/{{coaching")]
    statuses = {web.post(f"{below}/coaching/{case}/submit").status_code}
    for path in sorted(moves, key=lambda path: "withdraw" in path):
        place = re.sub(
            r"{(\w+):str}", lambda each: {"network": NET, "coaching": case}.get(each[1], "step-00000001"), path
        )
        for headers in ({}, {"If-Match": f'"{"0" * 24}"'}):
            answer = web.post(place, json=sung(EXAMPLES[path]), headers=headers)
            assert CANARY not in answer.text
            statuses.add(answer.status_code)
    assert CANARY in web.get(f"{below}/coaching/{case}").text
    assert statuses >= {200, 403, 409, 412}
    printed, logged = capfd.readouterr()
    assert printed == ""
    tell_nothing(logged, case)


def addresses(web: TestClient[Any], places: dict[str, str]) -> set[tuple[str, str]]:
    """Every route with its methods; what no place is given for is called as the canary."""
    return {
        (method, re.sub(r"{(\w+)(:\w+)?}", lambda each: places.get(each[1], f"{each[1]}-{CANARY}"), route.path))
        for route in web.app.routes
        for method in route.methods
    }


def tell_nothing(printed: str, *secrets: str) -> list[dict[str, Any]]:
    """The lines, after a look for words, secrets and addresses in them."""
    for secret in (CANARY, "confrere_", NET, ABSENT, ADA, *secrets):
        assert secret.lower() not in printed.lower(), printed[max(0, printed.find(secret) - 200) :][:400]
    return [json.loads(line) for line in printed.splitlines()]


def test_no_words_of_any_request_are_logged(web: TestClient[Any], capfd: pytest.CaptureFixture[str]) -> None:
    token = web.headers["Authorization"].removeprefix("Bearer ")
    statuses = set()
    for title in (CANARY, f"{CANARY} again"):  # the same Idempotency-Key with another body
        body = {"title": title, "text": f"{CANARY} sang"}
        answer = web.post(f"/api/v1/networks/{NET}/challenges", json=body, headers={"Idempotency-Key": CANARY})
        statuses.add(answer.status_code)
    for places in (PLACES, {"network": NET}, {}):
        for method, path in sorted(addresses(web, places), key=lambda each: ("leave" in each[1], each)):
            for who in (token, f"confrere_{CANARY}_{CANARY}", CANARY):
                own = HEADERS | {"Authorization": f"Bearer {who}"}
                answers = [web.request(method, path, params=QUERY, headers=own)]
                if who == token and not path.endswith("/stream"):
                    answers.append(web.request(method, path))
                if who == token and method == "POST" and places is PLACES:
                    answers += [web.request(method, path, **body) for body in BODIES]
                statuses |= {answer.status_code for answer in answers}
    statuses.add(web.delete(f"/api/v1/networks/{NET}/challenges", params=QUERY).status_code)
    web.request(CANARY, f"/{CANARY}")
    for path in (f"/{CANARY}", f"/docs/{CANARY}", f"/api/v1/{CANARY}", f"/api/v1/networks/{NET}/{CANARY}"):
        statuses.add(web.get(path, headers=HEADERS | {"Host": CANARY}).status_code)
    assert statuses >= {200, 201, 400, 401, 403, 404, 405, 409, 413, 415}
    printed, logged = capfd.readouterr()
    assert printed == ""
    lines = tell_nothing(logged, token, token.rpartition("_")[2])
    assert len(lines) > 500
    assert {line["event"] for line in lines} == {"request"}, [line for line in lines if line["event"] != "request"]
    assert {line["status"] for line in lines} >= statuses


def test_a_fault_tells_no_words_either(
    web: TestClient[Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"{CANARY} said something")

    monkeypatch.setattr("engine.queries.Queries.read", broken)
    answer = web.get(f"/api/v1/networks/{NET}/challenges/{ABSENT}")
    assert answer.status_code == 500
    assert CANARY not in answer.text
    printed, logged = capfd.readouterr()
    assert printed == ""
    request, fault = tell_nothing(logged)
    assert (request["event"], request["status"]) == ("request", 500)
    assert (fault["event"], fault["kind"], fault["request_id"]) == ("fault", "ValueError", request["request_id"])
    assert fault["places"][-1].endswith("in broken")


@pytest.mark.slow
def test_what_is_no_http_is_logged_without_words(tmp_path: Path, encoder: Encoder) -> None:
    with Town(tmp_path, encoder) as town:
        settings = town.settings
    with Confrere(settings) as system:
        token, _ = system.tokens.create(NET, ADA)
    with running(tmp_path, "serve", "--port", "0", CONFRERE_LOG_LEVEL="debug") as server:
        port = int(server.come_up().rpartition(":")[2])
        posted = (
            f"POST /api/v1/networks/{NET}/challenges HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{CANARY}"
        )
        for sent in (
            posted,
            f"{CANARY}\r\n\r\n",
            f"GET /{CANARY} HTTP/9.9\r\n\r\n",
            f"GET /{CANARY} HTTP/1.1\r\nHost: {CANARY}\r\n{CANARY}\r\n\r\n",
            f"GET /{CANARY}%zz?{CANARY}=\x00 HTTP/1.1\r\n\r\n",
            f"GET /{CANARY * 10_000} HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
                connection.sendall(sent.encode())
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass
        assert server.end(signal.SIGTERM) == 0
        lines = tell_nothing("".join(server.logged), token)
    assert len(lines) >= 5
