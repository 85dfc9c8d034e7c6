"""A load generator in a process of its own: so many keep-alive clients, each asking again once it is answered."""

import asyncio
import re
import sys
import time
from typing import Final

import msgspec
from msgspec import Struct

_LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_END: Final = b"\r\n\r\n"


class Plan(Struct, frozen=True, kw_only=True):
    port: int
    asks: str  # the whole request, as it goes over the wire
    clients: int = 16
    requests: int = 1000
    pause: float = 0.0  # seconds between an answer and the next request of a client


class Told(Struct, frozen=True, kw_only=True):
    seconds: float
    latencies: list[float]


class Client(asyncio.Protocol):
    """One connection. `left` is shared: a list of one number of requests that are still to be sent."""

    def __init__(self, plan: Plan, left: list[int], latencies: list[float], done: asyncio.Future[None]) -> None:
        self._request, self._pause = plan.asks.encode(), plan.pause
        self._left, self._latencies, self._done = left, latencies, done
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(_END)
        if not end or len(body) < int(_LENGTH.search(head)[1]):
            return
        if not head.startswith(b"HTTP/1.1 2"):
            self._end(RuntimeError(head.decode("latin-1")))
            return
        self._latencies.append(time.perf_counter() - self._began)
        self._came = b""
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._ask)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server ended the connection"))

    def _ask(self) -> None:
        if not self._left[0]:
            self._end(None)
            self._transport.close()
            return
        self._left[0] -= 1
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def _end(self, error: Exception | None) -> None:
        if self._done.done():
            return
        if error is None:
            self._done.set_result(None)
        else:
            self._done.set_exception(error)


async def carried_out(plan: Plan) -> Told:
    loop = asyncio.get_running_loop()
    left, latencies = [plan.requests], list[float]()
    ends = [loop.create_future() for _ in range(plan.clients)]
    start = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Client(plan, left, latencies, end), "127.0.0.1", plan.port)
    await asyncio.gather(*ends)
    return Told(seconds=time.perf_counter() - start, latencies=latencies)


if __name__ == "__main__":
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(carried_out(plan))))
