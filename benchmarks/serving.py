"""Our server beside a bare Litestar handler that returns the same bytes: a process each, 16 keep-alive clients."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import quantiles
from typing import Final
from urllib.request import Request, urlopen

import msgspec
from msgspec.structs import replace

from benchmarks.load import Plan, Told
from benchmarks.row import Row
from benchmarks.stored_list import LIST, NETWORK, recorded
from benchmarks.turns import beside, faster, in_time, in_turns, row

CLIENTS: Final = 16
PAUSE: Final = 0.05  # seconds between two writes of the one who writes beside
PLACE: Final = f"/api/v1/networks/{NETWORK}"
CHALLENGE: Final = '{"title": "Groups that never meet", "text": "Thirty minutes a week go on paper nobody reads."}'
LOAD: Final = (sys.executable, "-m", "benchmarks.load")
BARE: Final = (sys.executable, "-m", "benchmarks.bare")
OURS: Final = (str(Path(sys.executable).with_name("confrere")), "serve", "--port", "0")


def rows(*, smoke: bool = False) -> list[Row]:
    rounds, reads, writes = (1, 40, 20) if smoke else (7, 1500, 300)
    with tempfile.TemporaryDirectory() as folder:
        token = recorded(Path(folder))
        with _server(Path(folder), *OURS) as ours, _peer(Path(folder), ours, token) as bare:
            read = Load(ours, _get(f"{PLACE}/recommendations/{LIST}", token), reads)
            post = Load(ours, _post(f"{PLACE}/challenges", token), writes)
            amid = Load(ours, read.plan.asks, reads, beside=replace(post.plan, clients=1, requests=10**6, pause=PAUSE))
            theirs, their_post = Load(bare, _get("/", token), reads), Load(bare, _post("/", token), writes)
            loads = (theirs, read, amid, their_post, post)
            taken = dict(zip(loads, in_turns(rounds, *(load.turn for load in loads)), strict=True))

    def compared(what: str, against: str, load: Load, peer: Load, **bar: float) -> Row:
        words = f"{beside(taken[load], taken[peer])} a request; p50, p99: {load.tail()} / {peer.tail()}"
        return row(what, against, faster(taken[load], taken[peer]), words, **bar)

    peer = f"a bare Litestar handler with the same bytes, {CLIENTS} clients"
    return [
        compared("HTTP: read a stored recommendation list, its answer kept", peer, read, theirs, at_least=0.6),
        compared(
            f"the same with up to {1 / PAUSE:.0f} writes a second beside, made anew after each",
            f"{peer}, no writes",
            amid,
            theirs,
        ),
        compared("HTTP: post a challenge, durably", f"{peer}, the body read", post, their_post),
    ]


class Load:
    """What a generator is to do, turn by turn, and what it told of it."""

    def __init__(self, port: int, asks: str, requests: int, beside: Plan | None = None) -> None:
        self.plan: Final = Plan(port=port, asks=asks, clients=CLIENTS, requests=requests)
        self._beside: Final = beside
        self._latencies: Final[list[float]] = []

    def turn(self) -> float:
        """Seconds of a request, over all clients."""
        with nullcontext() if self._beside is None else _writing(self._beside):
            told = carried_out(self.plan)
        self._latencies.extend(told.latencies)
        return told.seconds / self.plan.requests

    def tail(self) -> str:
        cuts = quantiles(self._latencies, n=100)
        return f"{in_time(cuts[49])}, {in_time(cuts[98])}"


def carried_out(plan: Plan) -> Told:
    """By a process of its own."""
    ended = subprocess.run(LOAD, input=msgspec.json.encode(plan), stdout=subprocess.PIPE, check=True)  # noqa: S603 - ours
    return msgspec.json.decode(ended.stdout, type=Told)


@contextmanager
def _writing(plan: Plan) -> Iterator[None]:
    with subprocess.Popen(LOAD, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(plan))
        process.stdin.close()
        try:
            yield
        finally:
            process.kill()


@contextmanager
def _peer(folder: Path, ours: int, token: str) -> Iterator[int]:
    """A bare server of what ours answers."""
    place = f"http://127.0.0.1:{ours}{PLACE}/recommendations/{LIST}"
    answer = folder / "answer.json"
    with urlopen(Request(place, headers={"Authorization": f"Bearer {token}"})) as response:
        answer.write_bytes(response.read())
    with _server(folder, *BARE, str(answer)) as port:
        yield port


@contextmanager
def _server(folder: Path, *words: str) -> Iterator[int]:
    """The port of a server that is up. It has a log to write to, as it would have had in earnest."""
    places = {"CONFRERE_DATA": f"{folder}/data", "CONFRERE_MASTER_KEY": f"{folder}/master.key"}
    environment = os.environ | places | {"CONFRERE_RATE_LIMIT": "1000000"}
    with (
        (folder / "log.jsonl").open("a") as log,
        subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603 - ours
    ):
        assert process.stdout is not None
        try:
            line = next(each for each in process.stdout if each.startswith("Serving on "))
            yield int(line.split()[2].rstrip(",").rpartition(":")[2])
        finally:
            process.terminate()


def _get(path: str, token: str) -> str:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n"


def _post(path: str, token: str) -> str:
    length = f"Content-Type: application/json\r\nContent-Length: {len(CHALLENGE)}"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n{length}\r\n\r\n{CHALLENGE}"
