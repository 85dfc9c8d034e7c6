"""Bytes on a socket, as no HTTP library would send them, and the answers that come back."""

import http.client
import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, json

PATIENCE = 60  # seconds that a busy machine may take


class Answer(Struct):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The document of a refusal, which has to be one and to be guarded."""
        assert self.headers["content-type"] == "application/problem+json", self
        expect_guarded(self)
        found: dict[str, Any] = json.decode(self.body)
        assert found["status"] == self.status
        assert found["type"].startswith("/problems#")
        return found


def expect_guarded(answer: Answer) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as line:
        yield line


def sent(address: str, data: bytes, *, hangs_up: bool = False) -> list[Answer]:
    """All answers until the server ends the connection; `hangs_up` when the client sends no more."""
    with connected(address) as line:
        with suppress(ConnectionError):  # refused before all was sent
            line.sendall(data)
        if hangs_up:
            line.shutdown(socket.SHUT_WR)
        return answers(heard(line))


def heard(line: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionError):  # what was not read any more is cut off
        while more := line.recv(65_536):
            found += more
    return found


class _Heard(io.BytesIO):
    def makefile(self, *_: object) -> io.BytesIO:
        return self

    def close(self) -> None:
        """The next answer stands in it too."""


def answers(raw: bytes) -> list[Answer]:
    buffer, found = _Heard(raw), []
    while buffer.tell() < len(raw):
        response = http.client.HTTPResponse(buffer)  # type: ignore[arg-type]  # all it needs of a socket
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        found.append(Answer(response.status, headers, response.read()))
    return found
