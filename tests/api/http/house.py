"""A small network with its web door open: tokens of several people, and a client that speaks for them."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from threading import Thread
from typing import Any

import httpx
import msgspec
import uvicorn
from litestar.testing import TestClient

from api.http.app import create_app
from domain.members import GrantNetworkRole, InviteMember, JoinNetwork
from domain.networks import CharterNetwork
from domain.vocabulary import NetworkRole
from engine.commands import Order, Sender
from models.encoder import Encoder
from tests.engine.town import ADA, BEN, CLEO, DAN, EVE, NET, Town

FAY, GUS, HAL, IDA = (f"member-0000000{each}" for each in "f345")
ELSEWHERE, ZOE = "network-00000002", "member-00000009"
BASE = f"/api/v1/networks/{NET}"
ROLES = {CLEO: NetworkRole.FACILITATOR, DAN: NetworkRole.AUDITOR, GUS: NetworkRole.ADMIN, HAL: NetworkRole.SPONSOR}


class House(Town):
    """The town; Cleo facilitates, Dan audits, Gus administers, Hal sponsors, Ida is invited; Zoe lives elsewhere."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        super().__init__(folder, encoder)
        self.settings = msgspec.structs.replace(self.settings, rate_limit=1_000_000, log_level="error")
        if self.store.network_of(GUS) is None:
            self._people()
        self.tokens_of: dict[str, str] = {}
        for member in (ADA, BEN, CLEO, DAN, EVE, GUS, HAL, IDA):
            self.tokens_of[member] = self.tokens.create(NET, member)[0]
        self.tokens_of[ZOE] = self.tokens.create(ELSEWHERE, ZOE)[0]

    def _people(self) -> None:
        for member in (GUS, HAL):
            self.say(JoinNetwork(member=member, name=f"Name of {member}"), id=f"join-{member}")
        for member, role in ROLES.items():
            self.say(GrantNetworkRole(member=member, role=role), id=f"grant-{member}")
        self.say(InviteMember(member=IDA), id="invite-ida")
        for place, command in enumerate((CharterNetwork(network=ELSEWHERE, name="Far"), JoinNetwork(member=ZOE))):
            sender = Sender(network=ELSEWHERE, actor="operator", command_id=f"far-{place}")
            self.commands.handle(Order(command=command, at=self.now), sender)


class Client:
    """Somebody at the door; paths are below the network unless they begin with /."""

    def __init__(self, web: httpx.Client, tokens: dict[str, str]) -> None:
        self.web = web
        self.tokens = tokens

    def send(self, method: str, path: str, who: str | None = ADA, **more: Any) -> Any:
        headers = dict(more.pop("headers", {}))
        if who is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens.get(who, who)}")
        url = path if path.startswith("/") else f"{BASE}/{path}".rstrip("/")
        return self.web.request(method, url, headers=headers, **more)

    def get(self, path: str, who: str | None = ADA, **more: Any) -> Any:
        return self.send("GET", path, who, **more)

    def post(self, path: str, body: object = None, who: str | None = ADA, **more: Any) -> Any:
        if "content" in more:
            return self.send("POST", path, who, **more)
        return self.send("POST", path, who, json={} if body is None else body, **more)

    def done(self, path: str, body: object = None, who: str | None = ADA, **more: Any) -> Any:
        """The outcome of what has to succeed."""
        answer = self.post(path, body, who, **more)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def read(self, path: str, who: str | None = ADA, **more: Any) -> Any:
        answer = self.get(path, who, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The document of a refusal, which has to be one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == status
    assert found["type"].startswith("/problems#")
    assert found["title"]
    return found


@contextmanager
def served(house: House) -> Iterator[str]:
    """A real server on a port of its own; its address."""
    with create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_app(house, house.settings), log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def opened(house: House) -> Iterator[Client]:
    with TestClient(create_app(house, house.settings), raise_server_exceptions=False) as web:
        yield Client(web, house.tokens_of)
