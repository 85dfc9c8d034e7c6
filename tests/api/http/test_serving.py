"""Serving: a process that comes up, answers, and ends well when it is told to, whatever is under way."""

import json
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from api.http.serving import listening
from domain.challenges import PostChallenge
from domain.members import GrantNetworkRole
from domain.refusals import IllegalMove
from domain.vocabulary import NetworkRole
from engine import rate_limits
from engine.commands import Order, Sender
from engine.runtime import Confrere
from engine.settings import Settings
from models.encoder import Encoder
from tests.api.http.house import problem
from tests.api.http.server import PATIENCE, Server, running
from tests.engine.town import ABSENT, ADA, BEN, NET, NOON, Town

pytestmark = pytest.mark.slow

PATH = f"/api/v1/networks/{NET}"
LONG = "Absences of ninth graders doubled in January and did not come back. " * 20


@pytest.fixture
def settings(tmp_path: Path, encoder: Encoder) -> Settings:
    with Town(tmp_path, encoder) as town:
        town.say(GrantNetworkRole(member=BEN, role=NetworkRole.AUDITOR))
        town.index(NET)
        return town.settings


@pytest.fixture
def tokens(settings: Settings) -> dict[str, str]:
    with Confrere(settings) as system:
        return {member: system.tokens.create(NET, member)[0] for member in (ADA, BEN)}


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[Server]:
    with running(tmp_path, "serve", "--port", "0") as server:
        yield server


def client(address: str, token: str) -> httpx.Client:
    return httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE)


def test_it_comes_up_and_answers_without_loading_the_model(server: Server, tokens: dict[str, str]) -> None:
    with client(server.come_up(), tokens[ADA]) as ada:
        assert ada.get("/healthz").status_code == 200
        assert ada.get("/readyz").json()["ready"] is True
        assert ada.get("/docs").status_code == 200
        me = ada.get("/api/v1/me")
        assert me.status_code == 200
        assert "server" not in me.headers
        assert ada.get(f"{PATH}/challenges/{ABSENT}").status_code == 200
        assert 'confrere_requests_total{method="GET"' in ada.get("/metrics").text
        for forwarded in ("203.0.113.5", "127.0.0.1, 203.0.113.5"):  # as a proxy on this machine says where they are
            assert ada.get("/metrics", headers={"X-Forwarded-For": forwarded}).status_code == 404
    assert "torch" not in Path(f"/proc/{server.process.pid}/maps").read_text()
    assert server.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in server.logged]
    assert {line["event"] for line in lines} == {"request"}
    assert "/api/v1/me" in {line["route"].replace(":str", "") for line in lines}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_soon_and_well_while_a_stream_is_open(server: Server, tokens: dict[str, str], how: int) -> None:
    address = server.come_up()
    with client(address, tokens[BEN]) as ben, ben.stream("GET", f"{PATH}/events/stream?after_position=0") as stream:
        assert stream.status_code == 200
        chunks = stream.iter_lines()
        while not next(chunks).startswith("data:"):
            pass
        assert server.end(how) == 0
        assert list(chunks)[-1] == ""  # the stream was brought to its end, not cut
    assert {json.loads(line)["event"] for line in server.logged} == {"request"}


def test_what_was_acknowledged_is_there_after_it_ended(
    server: Server, settings: Settings, tokens: dict[str, str]
) -> None:
    address = server.come_up()
    acknowledged: list[str] = []

    def post_until_it_ends() -> None:
        with client(address, tokens[ADA]) as ada:
            for number in range(10_000):
                try:
                    answer = ada.post(f"{PATH}/challenges", json={"title": f"Challenge {number}", "text": "Words."})
                except httpx.TransportError:
                    return
                if answer.status_code == 503:  # it is ending
                    return
                assert answer.status_code == 201, answer.text
                acknowledged.append(answer.json()["stream"])

    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post_until_it_ends)
        while len(acknowledged) < 6 and not posting.done():
            time.sleep(0.01)
        assert server.end(signal.SIGTERM) == 0
        posting.result(PATIENCE)
    assert len(acknowledged) > 5
    with Confrere(settings) as system:
        assert [system.store.version(stream) for stream in acknowledged] == [1] * len(acknowledged)


def test_it_remembers_how_much_was_asked(tmp_path: Path, tokens: dict[str, str]) -> None:
    expected = [200] * 5 + [429]
    for how in (signal.SIGTERM, signal.SIGKILL, signal.SIGTERM):
        with running(tmp_path, "serve", "--port", "0", CONFRERE_RATE_LIMIT="5") as server:
            with client(server.come_up(), tokens[ADA]) as ada:
                assert [ada.get("/api/v1/me").status_code for _ in range(6)] == expected
            if how == signal.SIGKILL:
                time.sleep(6 * rate_limits.EVERY)  # until it is written down, also where the machine is busy
            server.end(how)
        expected = [429] * 6


@pytest.mark.usefixtures("settings")
def test_a_port_that_is_taken_is_refused_in_words(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        with running(tmp_path, "serve", "--port", port) as server:
            assert server.process.wait(PATIENCE) == 1
        (said,) = server.logged
        assert said.startswith(f"Refused: 127.0.0.1, port {port}: another program has it (name another")
        with listening("127.0.0.1", int(port), or_free=True) as free:
            assert free.getsockname()[1] != int(port)


@pytest.mark.usefixtures("settings")
def test_nothing_is_said_to_be_served_when_it_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "data" / "limits.db").mkdir()
    with running(tmp_path, "serve", "--port", "0") as server:
        with pytest.raises(AssertionError, match="did not come up"):
            server.come_up()
        assert server.process.wait(PATIENCE) == 1
    assert [line.partition(":")[0] for line in (*server.printed, *server.logged)] == ["Data", "Refused"]


def test_an_address_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(IllegalMove, match="nothing can be served here"):
        listening("192.0.2.1", 0)


def encoded(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "vectors.db")) as connection:
        count: int = connection.execute("select count(*) from vectors").fetchone()[0]
    return count


def test_who_waits_for_a_long_list_is_told_that_it_ends(
    tmp_path: Path, settings: Settings, tokens: dict[str, str]
) -> None:
    with Confrere(settings) as system:
        orders = [
            Order(
                command=PostChallenge(challenge=f"challenge-{n:08x}", author=BEN, title=f"{n} desks", text=LONG),
                at=NOON,
            )
            for n in range(1000, 2500)
        ]
        done = system.commands.handle_all(orders, Sender(network=NET, actor="operator", command_id="many"))
        assert not done.refusals
    with (
        running(tmp_path, "serve", "--port", "0") as server,
        client(server.come_up(), tokens[ADA]) as ada,
        ThreadPoolExecutor(1) as pool,
    ):
        asking = pool.submit(ada.post, f"{PATH}/recommendations", json={"need": ABSENT})
        before = encoded(tmp_path)
        while encoded(tmp_path) == before and not asking.done():
            time.sleep(0.05)
        assert not asking.done()
        assert server.end(signal.SIGTERM) == 0
        answer = asking.result(PATIENCE)
    assert before < encoded(tmp_path) < before + len(orders)  # what was begun is brought to its end, and no more
    assert problem(answer, 503)["title"] == "Out of order"
    assert answer.headers["retry-after"]
