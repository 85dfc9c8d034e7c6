"""Whatever comes over the wire, the service answers it with a problem, stays up, and logs none of its words."""

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.runtime import Confrere
from models.encoder import Encoder
from tests.api.http.server import Server, running
from tests.engine.town import ABSENT, ADA, NET, Town
from tests.journeys.raw import Answer, connected, expect_guarded, heard, sent

pytestmark = pytest.mark.slow

BASE = f"/api/v1/networks/{NET}"
CANARY = "Mika"  # a child's name, in every request
BODY_LIMIT = 100_000


class Wired:
    """A running server, and what Ada sends it."""

    def __init__(self, server: Server, token: str) -> None:
        self.server, self.address = server, server.come_up()
        self.token = token.encode()

    def request(self, line: bytes, *headers: bytes, body: bytes = b"", token: bool = True) -> bytes:
        known = b"Authorization: Bearer " + self.token if token else b"X: y"
        return b"\r\n".join((line, b"Host: x", known, b"Connection: close", *headers, b"", body))

    def post(self, *headers: bytes, body: bytes = b"", version: bytes = b"1.1") -> bytes:
        line = b"POST %b/challenges HTTP/%b" % (BASE.encode(), version)
        return self.request(line, b"Content-Type: application/json", *headers, body=body)

    def whole(self, body: bytes, *headers: bytes) -> bytes:
        return self.post(b"Content-Length: %d" % len(body), *headers, body=body)

    def one(self, data: bytes, *, hangs_up: bool = False) -> Answer:
        (answer,) = sent(self.address, data, hangs_up=hangs_up)
        return answer

    def expect_alive(self) -> None:
        assert self.one(self.request(b"GET /healthz HTTP/1.1")).status == 200


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Wired]:
    folder: Path = tmp_path_factory.mktemp("wired")
    with Town(folder, encoder) as town, Confrere(town.settings) as system:
        token = system.tokens.create(NET, ADA)[0]
    limits = {"CONFRERE_RATE_LIMIT": "1000000", "CONFRERE_BODY_LIMIT": str(BODY_LIMIT), "CONFRERE_LOG_LEVEL": "debug"}
    with running(folder, "serve", "--port", "0", **limits) as server:
        yield Wired(server, token)
        assert server.end(signal.SIGTERM) == 0
        lines = [json.loads(line) for line in server.logged]
    assert {line["event"] for line in lines} <= {"request", "library"}, "a fault of the service's own"
    assert CANARY not in "".join((*server.logged, *server.printed))


def chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


@pytest.mark.parametrize(
    "data",
    [
        b"Mika Lind\r\n\r\n",
        b"\x16\x03\x01\x00\xa0\x01\x00\x00Mika" + bytes(60),  # as TLS begins
        b"GET /healthz?Mika\r\n\r\n",  # HTTP/0.9
        b"GET /healthz?Mika HTTP/1.1\r\n\r\n",  # without a host
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: Mika\r\n\r\n",
        b"GET /Mika\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nMika: a\0b\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nMi ka: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nMika: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"".join(b"Mika-%d: a\r\n" % i for i in range(20_000)) + b"\r\n",
        b"GET /" + b"Mika" * 50_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_with_a_problem_too(wired: Wired, data: bytes) -> None:
    assert wired.one(data).problem["status"] in {400, 404}
    wired.expect_alive()


@pytest.mark.parametrize("length", [b"9" * 23, b"-1", b"Mika", b"2, 3", b"0x10", b"1" * 5000])
def test_a_length_that_is_none_is_refused(wired: Wired, length: bytes) -> None:
    answer = wired.one(wired.post(b"Content-Length: " + length, body=b"{}"))
    assert answer.problem["status"] in {400, 413}


def test_two_lengths_are_refused(wired: Wired) -> None:
    assert wired.one(wired.post(b"Content-Length: 2", b"Content-Length: 3", body=b"{}")).problem["status"] == 400


def test_a_body_that_is_said_to_be_too_long_is_refused_before_it_comes(wired: Wired) -> None:
    with connected(wired.address) as line:
        line.sendall(wired.post(b"Content-Length: %d" % (BODY_LIMIT + 1)))
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_is_refused_once_it_is_too_long(wired: Wired) -> None:
    endless = b"".join(chunk(b'{"title": "Mika' + b" " * 10_000) for _ in range(30))
    assert wired.one(wired.post(b"Transfer-Encoding: chunked", body=endless)).problem["status"] == 413


def test_a_body_in_pieces_is_taken_as_one(wired: Wired) -> None:
    pieces = chunk(b'{"title": "Des') + chunk(b'ks"}') + b"0\r\n\r\n"
    assert wired.one(wired.post(b"Transfer-Encoding: chunked", body=pieces)).status == 201


@pytest.mark.parametrize("body", [b"zz\r\nMika\r\n", b"-5\r\nMika\r\n", b"5\r\nMikaMika\r\n0\r\n\r\n"])
def test_pieces_that_are_none_are_refused(wired: Wired, body: bytes) -> None:
    assert wired.one(wired.post(b"Transfer-Encoding: chunked", body=body)).problem["status"] == 400


@pytest.mark.parametrize("header", [b"Transfer-Encoding: gzip", b"Transfer-Encoding: chunked, identity"])
def test_an_unknown_way_to_transfer_a_body_is_refused(wired: Wired, header: bytes) -> None:
    assert wired.one(wired.post(header, body=b"{}")).problem["status"] == 400


def test_a_packed_body_is_not_unpacked(wired: Wired) -> None:
    for coding in (b"gzip", b"br", b"Mika"):
        assert wired.one(wired.whole(b'{"title": "A"}', b"Content-Encoding: " + coding)).problem["status"] == 415


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 90_000,
        b'{"title": ' + b"[" * 90_000,
        b'{"title": ' + b"9" * 5000 + b"}",
        b'{"title": "Mika\xff"}',
        b'{"title": "Mika \\ud800"}',
        b'{"title": "Mika \\u0000"}',
        b'{"title": "Mika"} {}',
        b'{"Mika": 1, "title": "A"}',
        b'\xef\xbb\xbf{"title": "Mika"}',
        '{"title": "Mika"}'.encode("utf-16"),
        b"Mika",
        b"null",
    ],
)
def test_a_body_that_is_no_such_command_is_refused(wired: Wired, body: bytes) -> None:
    assert wired.one(wired.whole(body)).problem["status"] == 400


@pytest.mark.parametrize(
    "name",
    [
        "challenge-%00",
        "challenge%2Fx",
        "%2e%2e%2fMika",
        "challenge-%0d%0aMika:%20x",
        "%zz",
        "%ff%fe",
        "a" * 5000,
        "Mika",
    ],
)
def test_no_name_in_a_path_leads_anywhere_else(wired: Wired, name: str) -> None:
    answer = wired.one(wired.request(f"GET {BASE}/challenges/{name} HTTP/1.1".encode()))
    assert answer.problem["title"] == "Unknown"
    network = wired.one(wired.request(f"GET /api/v1/networks/{name}/members HTTP/1.1".encode()))
    assert network.problem["title"] == "Unknown"
    assert wired.one(wired.request(f"GET {BASE}/challenges/{ABSENT} HTTP/1.1".encode())).status == 200


@pytest.mark.parametrize("query", ["limit=%ff", "Mika=1", "limit=1&limit=2", "cursor=Mi%00ka", "limit=9e9", "a" * 5000])
def test_a_query_that_is_none_is_refused(wired: Wired, query: str) -> None:
    answer = wired.one(wired.request(f"GET {BASE}/challenges?{query} HTTP/1.1".encode()))
    assert answer.problem["status"] == 400


@pytest.mark.parametrize("method", [b"MIKA", b"get", b"DELETE", b"PUT", b"PATCH", b"TRACE", b"CONNECT"])
def test_other_methods_are_refused(wired: Wired, method: bytes) -> None:
    answer = wired.one(wired.request(b"%b /api/v1/me HTTP/1.1" % method))
    assert answer.problem["status"] == 405


@pytest.mark.parametrize("first", [True, False])
def test_of_two_tokens_none_is_taken(wired: Wired, first: bool) -> None:  # noqa: FBT001 - a parameter
    """Whoever stands between might have looked at the other one."""
    ours, other = b"Authorization: Bearer " + wired.token, b"Authorization: Bearer Mika"
    pair = (ours, other) if first else (other, ours)
    answer = wired.one(wired.request(b"GET /api/v1/me HTTP/1.1", *pair, token=False))
    assert answer.problem["status"] == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", [b"\xff\xfe", b"confrere_" + b"a" * 8000, b"", b"confrere__", b"Mika_Mika_Mika"])
def test_odd_tokens_are_refused(wired: Wired, token: bytes) -> None:
    asked = wired.request(b"GET /api/v1/me HTTP/1.1", b"Authorization: Bearer " + token, token=False)
    assert wired.one(asked).problem["status"] == 401


@pytest.mark.parametrize(
    "headers",
    [
        (b"If-Match: Mika",),
        (b'If-Match: W/"1"',),
        (b'If-Match: "1", "2"',),
        (b'If-Match: "1"', b'If-Match: "1"'),
        (b"Idempotency-Key: Mi\xe9ka",),
        (b"Idempotency-Key: ",),
        (b"Idempotency-Key: " + b"a" * 201,),
        (b"Idempotency-Key: a", b"Idempotency-Key: b"),
    ],
)
def test_headers_that_say_nothing_clear_are_refused(wired: Wired, headers: tuple[bytes, ...]) -> None:
    assert wired.one(wired.whole(b'{"title": "A"}', *headers)).problem["status"] == 400


@pytest.mark.parametrize("kind", [b"text/plain", b"application/xml", b"multipart/form-data; boundary=Mika", b"Mika"])
def test_bodies_of_other_kinds_are_refused(wired: Wired, kind: bytes) -> None:
    data = wired.whole(b'{"title": "A"}').replace(b"application/json", kind)
    assert wired.one(data).problem["status"] == 415


def test_two_kinds_of_body_are_refused(wired: Wired) -> None:
    assert wired.one(wired.whole(b"{}", b"Content-Type: text/plain")).problem["status"] == 415


def test_old_clients_are_answered(wired: Wired) -> None:
    for host in (b"Host: x", b"X: no host"):
        answer = wired.one(b"GET /healthz HTTP/1.0\r\n" + host + b"\r\n\r\n")
        assert answer.status == 200
        expect_guarded(answer)


def test_requests_that_come_at_once_are_answered_in_turn(wired: Wired) -> None:
    token = b"Authorization: Bearer " + wired.token
    asked = [b"GET /api/v1/%b HTTP/1.1\r\nHost: x\r\n%b\r\n" % (what, token) for what in (b"me", b"Mika")]
    last = wired.request(b"GET /healthz HTTP/1.1")
    found = sent(wired.address, b"\r\n".join((*asked * 20, last)))
    assert [each.status for each in found] == [200, 404] * 20 + [200]


def test_a_client_that_breaks_off_leaves_no_trace_of_its_words(wired: Wired) -> None:
    before = wired.one(wired.request(b"GET %b/challenges HTTP/1.1" % BASE.encode())).headers["x-position"]
    broken = (
        b"GET /healthz HT",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Mi",
        wired.post(b"Content-Length: 100", body=b'{"title": "Mika'),
        wired.post(b"Transfer-Encoding: chunked", body=chunk(b'{"title": "Mika"}')),
    )
    for data in broken:
        sent(wired.address, data, hangs_up=True)
    after = wired.one(wired.request(b"GET %b/challenges HTTP/1.1" % BASE.encode())).headers["x-position"]
    assert after == before


def test_those_who_never_send_their_body_keep_nobody_waiting(wired: Wired) -> None:
    slow = [b"GET /hea", wired.post(b"Content-Length: 100", body=b'{"title": "Mika')] * 100
    with ExitStack() as held:
        lines = [held.enter_context(connected(wired.address)) for _ in slow]
        for line, data in zip(lines, slow, strict=True):
            line.sendall(data)
        with ThreadPoolExecutor(4) as pool:
            asked = wired.request(b"GET /api/v1/me HTTP/1.1")
            assert [each.status for each in pool.map(wired.one, [asked] * 40)] == [200] * 40


def test_one_who_asks_first_whether_to_send_is_told_to(wired: Wired) -> None:
    with connected(wired.address) as line:
        line.sendall(wired.post(b"Expect: 100-continue", b"Content-Length: 14"))
        assert line.recv(100).startswith(b"HTTP/1.1 100 ")
        line.sendall(b'{"title": "A"}')
        assert heard(line).startswith(b"HTTP/1.1 201 ")


def test_nobody_is_led_to_another_protocol(wired: Wired) -> None:
    headers = (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: Mika")
    found = sent(wired.address, wired.request(b"GET /api/v1/me HTTP/1.1", *headers))
    assert [each.status for each in found] == [200]
