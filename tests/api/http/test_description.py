"""The description of the API: complete, true, readable by every tool; its page needs nobody else's server."""

import hashlib
import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.routes import HTTPRoute

from api.http.app import endpoints
from api.http.endpoints import routed
from api.http.openapi import document, published
from api.http.pages import VENDORED
from api.http.words import PROSE, WARNING, WORDS
from domain.resources import ShareResource
from domain.vocabulary import Id, Label, Name, OptionalText, Text, Title
from tests.api.http.house import Client

DESCRIPTION: dict[str, Any] = json.loads(document(endpoints(), version="0", server=None))
OPERATIONS = [(path, method, each) for path, item in DESCRIPTION["paths"].items() for method, each in item.items()]
SWAGGER = files("api.http.swagger")


def test_every_route_of_the_api_is_described_and_nothing_else(client: Client) -> None:
    app: Any = client.web.app
    routes = {
        (route.path_format, method.lower())
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/")
        for method in route.methods - {"OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in OPERATIONS}
    assert client.get("/openapi.json", None).json()["paths"] == DESCRIPTION["paths"]


def test_operations_are_called_once_each_and_lie_under_a_subject() -> None:
    names = [each["operationId"] for _, _, each in OPERATIONS]
    assert len(names) == len(set(names))
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in names)
    tags = {each["name"] for each in DESCRIPTION["tags"]}
    assert {tag for _, _, each in OPERATIONS for tag in each["tags"]} == tags


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda each: str(each)[:60])
def test_every_operation_is_told_whole(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert "**For** " in operation["description"]
    assert operation["security"] == [{"bearer": []}]
    assert {"401", "404", "429", "500", "503"} <= set(operation["responses"])
    given = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
    assert given == set(re.findall(r"{(\w+)}", path))
    if method == "post":
        assert "example" in operation["requestBody"]["content"]["application/json"]


def test_every_reference_leads_somewhere() -> None:
    for reference in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(DESCRIPTION)):
        kind, name = reference
        assert name in DESCRIPTION["components"][kind]


def test_limits_reach_the_description() -> None:
    posted = DESCRIPTION["components"]["schemas"]["PostChallenge"]
    assert posted["additionalProperties"] is False
    assert posted["properties"]["title"]["maxLength"] == 300
    assert posted["required"] == ["title"]
    limit = next(each for each in _parameters("list_challenges") if each["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 200)


def test_every_field_is_told_in_words_and_every_free_text_warns() -> None:
    structs = DESCRIPTION["components"]["schemas"].items()
    fields = [(struct, name, each) for struct, it in structs for name, each in it.get("properties", {}).items()]
    parameters = [(each["name"], each) for _, _, it in OPERATIONS for each in it["parameters"]]
    assert [(struct, name) for struct, name, each in fields if not each["description"]] == []
    assert [name for name, each in parameters if not each["description"]] == []
    limited = {(struct, name, each["description"]) for struct, name, each in fields if "maxLength" in each}
    free = {each for each in limited if each[1] not in {"policy_hash", "q", "url", "zone"}}
    assert [each for each in free if not each[2].endswith(f" {WARNING}")] == []
    assert {name for _, name, _ in free} == PROSE
    used = {f"{struct}.{name}" if f"{struct}.{name}" in WORDS else name for struct, name, _ in fields}
    assert set(WORDS) - used - {name for name, _ in parameters} == set()
    assert {key for key in WORDS if WORDS[key] == WORDS.get(key.rpartition(".")[2]) and "." in key} == set()


def _parameters(name: str) -> list[dict[str, Any]]:
    return next(each["parameters"] for _, _, each in OPERATIONS if each["operationId"] == name)


PATTERNS = {
    meta.pattern
    for kind in (Id, Name, Title, Text, OptionalText, Label, ShareResource.__annotations__["url"])
    for meta in kind.__metadata__
    if meta.pattern
}


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(["", " ", "\u200b", "\u2060a"]))
def test_the_described_pattern_takes_the_same_texts(text: str) -> None:
    for pattern in PATTERNS:
        simple = published(pattern)
        assert "(?" not in simple
        assert "\\ud800" not in simple
        ours, theirs = re.search(pattern, text), re.search(simple.replace("$", r"\Z"), text)
        assert (ours is None) == (theirs is None), (pattern, text)


def test_the_page_asks_nobody_else(client: Client) -> None:
    page = client.get("/docs", None)
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text.replace("<!doctype html>", "")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert links
    for link in links:
        assert client.get(link, None).status_code == 200
    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in client.get("/openapi.json", None).headers["content-security-policy"]


def test_the_bare_address_leads_to_the_page(client: Client) -> None:
    answer = client.get("/", None, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


def test_what_is_vendored_is_as_its_makers_published_it() -> None:
    manifest = json.loads((SWAGGER / "manifest.json").read_text())
    present = {each.name for each in SWAGGER.iterdir() if each.is_file()} - {"__init__.py", "start.js", "manifest.json"}
    assert set(manifest["sha256"]) == present
    assert set(VENDORED) < present
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((SWAGGER / name).read_bytes()).hexdigest() == digest


def test_addresses_are_written_as_routes_write_them() -> None:
    assert routed("/a/{b}/c/{d}") == "/a/{b:str}/c/{d:str}"
