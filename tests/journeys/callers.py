"""Members who send commands to a server that may die at any moment, and remember what they were told."""

import http.client
import json
import re
import time
from random import Random
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

LIMIT = 1_000_000  # requests a minute: counted, never reached


class Request(Struct, frozen=True):
    key: str
    path: str  # below the network
    body: dict[str, Any]


class Answer(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Caller:
    """One member with a token. `told` is what was acknowledged; `unanswered` what broke off, which is sent again."""

    def __init__(self, network: str, member: str, helper: str, token: str) -> None:
        self.member, self.token = member, token
        self.told: dict[str, tuple[Request, Answer]] = {}
        self.unanswered: Request | None = None
        self.answered_at: list[float] = []
        self.broken_off = 0
        self._base = f"/api/v1/networks/{network}/"
        self._helper = helper
        self._random = Random(member)  # noqa: S311 - only to vary what is asked
        self._number = 0
        self._challenges: list[str] = []

    def call_until_it_dies(self, address: str, *, most: int = 10**6) -> None:
        """First what was not answered, then what was, then anew; `most` requests unless the server dies first."""
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        try:
            for number in range(most):
                if number in {1, 2} and self.told:
                    self._repeat(line)
                else:
                    self._ask(line)
        except (OSError, http.client.HTTPException):
            self.broken_off += 1
        finally:
            line.close()

    def used(self, address: str) -> int:
        """How many requests the server says were counted of this token, this one too."""
        line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        try:
            found = re.search(r"remaining\W+(\d+)", str(self.send(line, "GET", "members").headers))
            assert found is not None
            return LIMIT - int(found[1])
        finally:
            line.close()

    def send(self, line: http.client.HTTPConnection, method: str, path: str, request: Request | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if request is not None:
            headers["Idempotency-Key"] = request.key
        line.request(method, self._base + path, json.dumps(request.body) if request else None, headers)
        found = line.getresponse()
        body = found.read()
        self.answered_at.append(time.time())
        return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, json.loads(body))

    def _ask(self, line: http.client.HTTPConnection) -> None:
        request = self.unanswered = self.unanswered or self._next()
        answer = self.send(line, "POST", request.path, request)
        assert answer.status in {200, 201}, (request, answer)
        self.told[request.key] = (request, answer)
        self.unanswered = None
        if request.path == "challenges":
            self._challenges.append(answer.body["stream"])
            self._read(line, request, answer)

    def _read(self, line: http.client.HTTPConnection, request: Request, answer: Answer) -> None:
        """What was just written is there for whoever asks for its position."""
        path = f"challenges/{answer.body['stream']}?after_position={answer.body['position']}"
        found = self.send(line, "GET", path)
        assert found.status == 200, (request, answer, found)
        assert found.body["title"] == request.body["title"]

    def _repeat(self, line: http.client.HTTPConnection) -> None:
        """The same key, in this life of the server or an earlier one, is answered the same."""
        request, before = self.told[self._random.choice(list(self.told))]
        answer = self.send(line, "POST", request.path, request)
        assert (answer.status, answer.body) == (before.status, before.body), (request, before, answer)

    def _next(self) -> Request:
        self._number += 1
        key, chance = f"key-{self._number}", self._random.random()
        if chance < 0.4 and self._challenges:
            known = self._random.choice(self._challenges)
            return Request(key, f"challenges/{known}/answers", {"text": f"Answer {self._number}"})
        if chance < 0.7:  # one of the two streams that move together is the helper's budget, which all callers share
            return Request(key, "introductions", {"helper": self._helper, "minutes": 1})
        return Request(key, "challenges", {"title": f"Challenge {self._number} of {self.member}", "text": "Words."})
