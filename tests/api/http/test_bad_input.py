"""Whatever comes in that cannot be read is answered with a problem document that names the place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http.problems import ALL_KINDS, KINDS, kind_of
from domain import refusals
from domain.refusals import Refused, TooMany
from models.encoder import Encoder
from tests.api.http.house import ADA, BASE, CLEO, Client, House, opened, problem
from tests.engine.town import ABSENT

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[House]:
    """One for all: what is refused leaves nothing behind that another refusal would meet."""
    with House(tmp_path_factory.mktemp("house"), encoder) as house:
        yield house


@pytest.fixture(scope="module")
def client(house: House) -> Iterator[Client]:
    with opened(house) as client:
        yield client


@pytest.fixture
def own(tmp_path: Path, encoder: Encoder) -> Iterator[House]:
    """A house of one's own, whose settings may be changed."""
    with House(tmp_path, encoder) as house:
        yield house


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"1",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"title": "\\ud800"}',
        b'{"title": "a\\u0000b"}',
        b'{"title": "\\u0007"}',
        b'{"title": ""}',
        b'{"title": 7}',
        b'{"title": NaN}',
        b'{"title": "x", "stage": "unknown"}',
        b'{"title": "x", "extra": 1}',
        b'{"title": "x", "challenge": "challenge-XYZ"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_a_body_that_cannot_be_read_is_malformed(client: Client, body: bytes) -> None:
    answer = client.post("challenges", content=body, headers=JSON)
    assert problem(answer, 400)["type"] == "/problems#malformed"


def test_the_field_is_named_and_the_value_is_not_repeated(client: Client) -> None:
    found = problem(client.post("challenges", {"title": "x", "stage": "canary word"}), 400)
    assert found["field"] == "stage"
    stranger = problem(client.post("challenges", {"title": "x", "tilte": "canary"}), 400)
    assert stranger["field"] == "tilte"
    assert "canary" not in str(found) + str(stranger)


@pytest.mark.parametrize(
    ("body", "field", "detail", "remedy"),
    [
        ({"title": 7}, "title", "a text is needed, not a number", None),
        ({"title": "x", "category": ["a"]}, "category", "a text is needed, not a list", None),
        ({"title": "x", "occurred_at": "x"}, "occurred_at", "an instant as 2026-03-02T15:00:00Z is needed", None),
        ({"title": "x", "stage": "soon"}, "stage", "a word that is not known here", "one of: naming, exploring"),
        ({}, "title", "this is needed", None),
        ([], None, "an object with fields is needed, not a list", None),
    ],
)
def test_what_is_needed_is_told_in_plain_words(
    client: Client, body: Any, field: str | None, detail: str, remedy: str | None
) -> None:
    found = problem(client.post("challenges", body), 400)
    assert (found.get("field"), found["detail"]) == (field, detail)
    assert found.get("remedy", "").startswith(remedy or "")


def test_choices_are_told_wherever_they_stand(client: Client) -> None:
    deep = problem(client.post("calendar", {"terms": [{"name": "x", "first": 3, "last": "y"}]}, CLEO), 400)
    assert deep["field"] == "terms[0].first"
    assert problem(client.get("challenges?status=closed"), 400)["remedy"].startswith("one of: open, ")
    assert problem(client.get("search?q=x&kind=site"), 400)["remedy"] == "one of: challenge, member, resource"
    assert "title" in problem(client.post("challenges", {"tilte": "x"}), 400)["remedy"]


def test_an_empty_body_says_as_much_as_an_empty_object(client: Client) -> None:
    assert problem(client.post("challenges", content=b""), 400)["field"] == "title"
    assert client.post(f"challenges/{ABSENT}/resolve", content=b"").status_code == 200


@pytest.mark.parametrize("stars", ["1" * 400, "-1", "6", "1e400", '"5"', "true", "4.5"])
def test_numbers_out_of_all_measure_are_malformed(client: Client, stars: str) -> None:
    body = b'{"stars": %b}' % stars.encode()
    answer = client.post("resources/resource-00000001/reviews", content=body, headers=JSON)
    assert problem(answer, 400)


def test_a_whole_number_may_be_written_with_a_point(client: Client) -> None:
    answer = client.post("resources/resource-00000001/reviews", content=b'{"stars": 4.0}', headers=JSON)
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "é"])
def test_bodies_are_json_and_say_so(client: Client, kind: str) -> None:
    headers = {"Content-Type": kind.encode("latin-1")}
    found = problem(client.post("challenges", content=b'{"title": "x"}', headers=headers), 415)
    assert found["remedy"] == "send application/json"
    named = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post("challenges", content=b'{"title": "x"}', headers=named).status_code == 201


def test_a_body_that_is_too_long_is_refused_also_in_pieces(client: Client, house: House) -> None:
    limit = house.settings.body_limit
    found = problem(client.post("challenges", content=b" " * (limit + 1), headers=JSON), 413)
    assert f"{limit:,}" in found["detail"]
    pieces = (b" " * 1000 for _ in range(limit // 1000 + 1))
    assert problem(client.post("challenges", content=pieces, headers=JSON), 413)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=null", "limit"),
        ("limit=" + "9" * 300, "limit"),
        ("after_position=-1", "after_position"),
        ("nobody=1", "nobody"),
        ("status=closed", "status"),
        ("author=%00", "author"),
        ("cursor=%0a", "cursor"),
        ("limit=1&limit=2", None),
        ("%ff=1", None),
        ("cursor=%ff", None),
        ("cursor=" + "x" * 5000, None),
        ("&".join(f"a{n}=1" for n in range(30)), None),
    ],
)
def test_a_query_that_cannot_be_read_names_the_parameter(client: Client, query: str, field: str | None) -> None:
    found = problem(client.get(f"challenges?{query}"), 400)
    assert found.get("field") == field


@pytest.mark.parametrize("cursor", ["x", "AAAA", "eyJhIjoxfQ", "e30", "0"])
def test_a_cursor_from_elsewhere_is_refused(client: Client, cursor: str) -> None:
    """Its form is right, as far as the description can tell: it does not fit what stands, hence no 400."""
    assert problem(client.get("challenges", params={"cursor": cursor}), 409)["field"] == "cursor"


@pytest.mark.parametrize("name", ["%00", "%ff", "%0a", "..%2f..", "challenge-%ed%a0%80", "x" * 3000, "challenge-', 1"])
def test_ids_that_can_be_none_are_unknown(client: Client, name: str) -> None:
    assert problem(client.get(f"challenges/{name}"), 404)
    assert problem(client.post(f"challenges/{name}/resolve", {}), 404)
    assert problem(client.get(f"/api/v1/networks/{name}/members"), 404)


@pytest.mark.parametrize("path", ["/nope", "/api/v1", "/api/v1/networks", f"{BASE}/nope", f"{BASE}/challenges/a/b/c"])
def test_unknown_addresses_are_problems_too(client: Client, path: str) -> None:
    for who in (ADA, None):
        assert problem(client.get(path, who), 404)["detail"] == "there is nothing at this address"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "TRACE", "QUERY"])
def test_a_method_that_an_address_does_not_answer_is_told_which_it_does(client: Client, method: str) -> None:
    answer = client.send(method, "challenges")
    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} == {"GET", "POST", "OPTIONS"}
    if answer.content:
        assert problem(answer, 405)["remedy"] == f"use {answer.headers['allow']}"


def test_an_address_tells_its_methods(client: Client) -> None:
    for who in (ADA, None):
        answer = client.send("OPTIONS", f"{BASE}/challenges/{ABSENT}/answers", who)
        assert answer.status_code == 204
        assert answer.headers["allow"] == "GET, OPTIONS, POST"


def test_every_answer_carries_the_guarding_headers(client: Client, house: House) -> None:
    answers = [
        client.get("/api/v1/me"),
        client.get("/api/v1/me", None),
        client.get("events"),
        client.get("nope"),
        client.send("PUT", "/api/v1/me"),
        client.post("challenges", content=b"{", headers=JSON),
        client.post("challenges", content=b" " * 2_000_000, headers=JSON),
        client.post("challenges", content=b"{}", headers={"Content-Type": "text/plain"}),
        client.get("/healthz", None),
        client.get("/docs", None),
        client.get("/api/v1/me", headers={"If-None-Match": "*"}),
    ]
    assert [each.status_code for each in answers] == [200, 401, 403, 404, 405, 400, 413, 415, 200, 200, 304]
    for each in answers:
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in each.headers["content-security-policy"]
        assert each.headers["x-request-id"]
        assert "strict-transport-security" not in each.headers  # nobody said that it is reached over HTTPS


def test_a_request_keeps_the_id_it_came_with_if_that_is_one(client: Client) -> None:
    assert (
        client.get("/api/v1/me", headers={"X-Request-ID": "0af7651916cd43dd8448eb211c80319c"}).headers["x-request-id"]
        == "0af7651916cd43dd8448eb211c80319c"
    )
    for bad in ("words-of-a-member", "0" * 300, ""):
        assert client.get("/api/v1/me", headers={"X-Request-ID": bad}).headers["x-request-id"] != bad


def test_who_asks_too_often_is_told_when_to_come_again(own: House) -> None:
    own.settings = _with(own.settings, rate_limit=3)
    with opened(own) as client:
        answers = [client.get("/api/v1/me") for _ in range(4)]
        assert [each.status_code for each in answers] == [200, 200, 200, 429]
        assert answers[3].headers["ratelimit"].startswith("limit=3, remaining=0, reset=")
        assert answers[0].headers["ratelimit"].startswith("limit=3, remaining=2, reset=")
        assert problem(answers[3], 429)["remedy"]
        assert 1 <= int(answers[3].headers["retry-after"]) <= 61
        assert client.get("/api/v1/me", None).status_code == 401  # counted by address
        assert client.get("/healthz", None).status_code == 200


def test_a_host_that_is_not_served_is_refused(own: House) -> None:
    own.settings = _with(own.settings, allowed_hosts=("confrere.example.org", "*.example.com"))
    with opened(own) as client:
        assert problem(client.get("/api/v1/me"), 400)["field"] == "Host"
        for host in ("confrere.example.org", "confrere.example.org:8443", "a.example.com"):
            assert client.get("/api/v1/me", headers={"Host": host}).status_code == 200


def test_a_fault_of_ours_tells_nothing(client: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary words of a member")

    monkeypatch.setattr(house.queries, "read", broken)
    answer = client.get("members")
    found = problem(answer, 500)
    assert set(found) == {"type", "title", "status"}
    assert "canary" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_trouble_with_the_disk_is_ours_and_passes(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise refusals.StorageTrouble("the disk is full", field="/a/path")

    monkeypatch.setattr(house.queries, "read", full)
    answer = client.get("members")
    assert set(problem(answer, 503)) == {"type", "title", "status"}
    assert answer.headers["retry-after"]


def test_every_refusal_has_a_kind_and_every_kind_is_explained(client: Client) -> None:
    every = [each for each in vars(refusals).values() if isinstance(each, type) and issubclass(each, Refused)]
    assert set(every) <= set(KINDS)
    assert kind_of(TooMany("", retry_after=1)).status == 429
    page = client.get("/problems", None)
    assert all(f'id="{kind.slug}"' in page.text for kind in ALL_KINDS)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), tag=st.binary(max_size=40), path=st.text(max_size=40))
def test_no_bytes_whatever_break_the_service(client: Client, body: bytes, tag: bytes, path: str) -> None:
    safe = bytes(each for each in tag if each >= 32 and each != 127)
    headers = {**JSON, "If-Match": safe, "Idempotency-Key": safe, "If-None-Match": safe, "X-Request-ID": safe}
    for answer in (
        client.post("challenges", content=body, headers=headers),
        client.web.get(f"{BASE}/challenges", params={"cursor": path}, headers=headers | _bearer(client)),
        client.web.get(f"{BASE}/members/" + quote(path, safe=""), headers=_bearer(client)),
    ):
        assert answer.status_code < 500


def _bearer(client: Client) -> dict[str, str]:
    return {"Authorization": f"Bearer {client.tokens[ADA]}"}


def _with(given: Any, **changed: Any) -> Any:
    return msgspec.structs.replace(given, **changed)
