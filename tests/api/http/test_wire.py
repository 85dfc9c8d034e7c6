"""Connections: nobody keeps them for long without a request, and who finds them all taken is told so."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pytest
import uvicorn

from api.http import wire
from api.http.wire import Wire
from tests.journeys.raw import answers, connected, expect_guarded, heard, sent

WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
PATIENCE = 0.3
MORE = 1.5  # for who has to do something in time, which a busy machine hinders
MUCH = 50_000_000


async def echo(scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Answers once the body is there: nothing, or at /much more than any buffer on the way holds."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        body = bytes(MUCH if scope["path"] == "/much" else 0)
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@contextmanager
def served() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        config = uvicorn.Config(echo, http=Wire, lifespan="off", log_config=None, server_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(wire, "PATIENCE", PATIENCE)
    monkeypatch.setattr(wire, "CONCURRENT", 3)
    with served() as address:
        yield address


@pytest.mark.parametrize(
    "part",
    [
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_a_request_that_does_not_arrive_in_time_is_refused(address: str, part: bytes) -> None:
    begun = time.monotonic()
    (answer,) = sent(address, part)
    assert answer.problem["status"] == 408
    assert PATIENCE <= time.monotonic() - begun < 100 * PATIENCE


def test_drops_now_and_then_buy_no_time(address: str) -> None:
    with connected(address) as line:
        begun = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - begun < 100 * PATIENCE:
                line.sendall(b"a")
                time.sleep(PATIENCE / 10)
        assert time.monotonic() - begun < 50 * PATIENCE


def test_a_connection_on_which_nothing_comes_is_closed_without_a_word(address: str) -> None:
    with connected(address) as line:
        assert heard(line) == b""


def test_a_connection_serves_one_request_after_another_however_long_all_of_them_take(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", MORE)
    with connected(address) as line:
        for _ in range(6):
            time.sleep(MORE / 5)
            line.sendall(WHOLE)
            assert line.recv(1000).startswith(b"HTTP/1.1 200 ")
        line.sendall(b"GET / HT")  # begun, and never whole
        (answer,) = answers(heard(line))
        assert answer.problem["status"] == 408


def test_who_does_not_read_on_is_sent_home(address: str) -> None:
    with connected(address) as line:
        line.sendall(LAST.replace(b"/ ", b"/much "))
        time.sleep(6 * PATIENCE)
        assert len(heard(line)) < MUCH


def test_who_reads_slowly_gets_it_all(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", MORE)
    found = 0
    with connected(address) as line:
        line.sendall(LAST.replace(b"/ ", b"/much "))
        while more := line.recv(2_000_000):
            found += len(more)
            time.sleep(MORE / 20)
    assert found > MUCH


def test_when_all_connections_are_taken_one_more_is_told_so(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 100 * PATIENCE)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(connected(address)).sendall(b"GET / HT")
        (answer,) = sent(address, WHOLE)
        assert answer.problem["status"] == 503
        assert answer.headers["retry-after"]
    for _ in range(100):  # until it has noticed that they went
        (answer,) = sent(address, LAST)
        if answer.status == 200:
            break
        time.sleep(PATIENCE / 10)
    assert answer.status == 200


def test_what_is_no_http_is_a_problem_like_all_else(address: str) -> None:
    (answer,) = sent(address, b"hello\r\n\r\n")
    assert answer.problem["status"] == 400
    expect_guarded(answer)
    assert answer.headers["connection"] == "close"
