"""The description of the API (OpenAPI 3.1), made of the same tables as its routes."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from api.http.access import Access
from api.http.endpoints import Endpoint
from api.http.problems import ALL_KINDS, MEDIA, Problem
from api.http.words import PROSE, WARNING, described

_REF: Final = "#/components/schemas/{name}"
_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_VISIBLE: Final = re.compile(r"\^\(\?=\[\\s\\S\]\*\[\^(?P<unseen>[^\]]*)\]\)\[\^(?P<never>[^\]]*)\]\*\$\(\?!\\n\)")
_SURROGATES: Final = r"\ud800-\udfff"
_HASH: Final = "^[0-9a-f]{64}$"
_ABOUT: Final = """
Confrere records what happens in a network of educators and matches its members with people and resources that fit
their problem.

**Getting in.** The operator makes a token (`confrere token create --member …`); send it as `Authorization: Bearer …`.
It stands for one member of one network; `GET /api/v1/me` tells which.
What is not yours to see answers as if it did not exist.

**Changing.** Each command is a POST that answers with the stream it changed and the position of the log.
Send an `Idempotency-Key` and a retry is carried out once; the same key with another body is refused (409).
Send `If-Match` with the ETag of what you read and the command is refused (412) if somebody changed it since.
`occurred_at` may lie in the past, but for what promises time; a facilitator may name a member in `on_behalf_of`.

**As things stood.** Every question takes `as_of` (a position or a time: what was known by then) or `on` (a day: what
had happened by its end). Rights are those of now.

**Who looked.** What is read by office, and could not be without, is on record before the answer leaves; whom it
concerns finds it at `GET …/me/accesses`.

**Reading what you wrote.** Give the `position` of the answer as `after_position`.
Answers carry an ETag; send it as `If-None-Match` and get 304 while nothing changed.
Lists come in pages: give `next` as `cursor`.

**Refusals** are problem documents (RFC 9457) that name the field and the remedy; `type` leads to their explanation.

**A first walk**, as a facilitator: `POST …/members` (its `stream` is the new member) → `POST …/members/{member}/join`
(by their own token, or yours with `on_behalf_of`) → `POST …/challenges` → `POST …/recommendations` with that
challenge as `need` → `POST …/recommendations/{recommendation}/accept` → as an auditor `GET …/events/stream`.
""".strip()
_TAGS: Final = {
    "network": "The network itself",
    "shape": "The network's shape, in figures",
    "me": "Who one is here, and what comes for oneself",
    "members": "People: joining, profiles, roles, conflicts, time",
    "erasures": "Who asked to be erased, and who was",
    "challenges": "Problems of practice and their answers",
    "recommendations": "Lists of people, resources and challenges that fit a need",
    "introductions": "Connecting two members, by consent, and what came of it",
    "coaching": "From a need to the right support: requests, triage, offers, engagements",
    "boards": "Who is asked for how much, and what is covered",
    "themes": "Needs that several have in common",
    "expert-budget": "What the network spends on experts",
    "resources": "Material that can be used without its author",
    "search": "Looking for things by words and meaning",
    "sites": "Schools, districts, organisations",
    "ties": "Who helped whom",
    "charter": "What the network set out to do",
    "cohorts": "Who began together",
    "calendar": "Terms and holidays",
    "policies": "How matching is weighed",
    "waivers": "Rules set aside",
    "events": "The log",
    "proof": "What shows that the log only grew",
}
_READ: Final = (400, 401, 403, 404, 409, 429, 500, 503)
_WRITTEN: Final = (400, 401, 403, 404, 409, 412, 413, 415, 429, 500, 503)
_TITLES: Final = {
    status: " · ".join(sorted({kind.title for kind in ALL_KINDS if kind.status == status}))
    for status in sorted({kind.status for kind in ALL_KINDS})
}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same request is carried out once, however often it is sent.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_HEADERS: Final = {
    "ETag": {"description": "Tells this state apart.", "schema": {"type": "string"}},
    "X-Position": {"description": "How far the log had come.", "schema": {"type": "integer"}},
}
_LOCATION: Final = {"Location": {"description": "Where it stands.", "schema": {"type": "string"}}}


def published(pattern: str) -> str:
    """The same texts without looking ahead, and without surrogates, which JSON cannot hold: every tool reads it."""
    plain = _VISIBLE.sub(lambda found: _seen(found["unseen"], found["never"]), pattern)
    return plain.replace(r"$(?!\n)", "$").replace(_SURROGATES, "")


def _seen(unseen: str, never: str) -> str:
    return f"^[^{never}]*[^{unseen}{never}][^{never}]*$"


def _publish(schema: Any) -> Any:  # noqa: ANN401 - JSON
    match schema:
        case dict():
            return {name: published(value) if name == "pattern" else _publish(value) for name, value in schema.items()}
        case list():
            return [_publish(each) for each in schema]
        case _:
            return schema


def _describe(components: dict[str, Any]) -> None:
    for struct, component in components.items():
        for name, schema in component.get("properties", {}).items():
            own = [each["description"] for each in (schema, *schema.get("anyOf", ())) if "description" in each]
            warning = [WARNING] if name in PROSE and "maxLength" in schema else []  # what is only read has no limits
            schema["description"] = " ".join([*(own or [described(struct, name)]), *warning])


def document(endpoints: Sequence[Endpoint], *, version: str, server: str | None) -> bytes:
    types = [kind for each in endpoints for kind in (each.gives, each.query, each.body) if kind is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template=_REF)
    schemas, components = _publish(schemas), _publish(components)
    _describe(components)
    known = {id(kind): schema for kind, schema in zip(types, schemas, strict=False)}
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, known, components)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Confrere",
                "version": version,
                "description": _ABOUT,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": server or "/"}],
            "tags": [{"name": name, "description": about} for name, about in _TAGS.items()],
            "paths": paths,
            "components": {
                "schemas": components,
                "responses": {_name(status): _problem(status) for status in _TITLES},
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "confrere_…"}},
            },
        }
    )


def _operation(endpoint: Endpoint, known: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    about = [endpoint.about, f"**For** {endpoint.access}."]
    writes = endpoint.body is not None
    parameters = [*_path_parameters(endpoint.path), *_query_parameters(known[id(endpoint.query)], components)]
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": "\n\n".join(filter(None, about)),
        "parameters": [*parameters, *([_KEY] if writes else [])],
        "responses": {**_successes(endpoint, known), **_refusals(_WRITTEN if writes else _READ)},
        "security": [] if endpoint.access is Access.PUBLIC else [{"bearer": []}],
    }
    if writes:
        operation["requestBody"] = _request_body(endpoint, known[id(endpoint.body)], components)
    return operation


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in _PLACEHOLDER.findall(path):
        kind = "[a-z]+" if name == "candidate" else name
        pattern = _HASH if name == "policy_hash" else f"^{kind}-[0-9a-f]{{8,64}}$"
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": described("", name),
            "schema": {"type": "string", "pattern": pattern},
        }


def _query_parameters(schema: dict[str, Any], components: dict[str, Any]) -> Iterable[dict[str, Any]]:
    struct = _resolved(schema, components)
    for name, property_ in struct["properties"].items():
        given = _without_null(property_)
        given.pop("description", None)
        yield {
            "name": name,
            "in": "query",
            "required": name in struct.get("required", ()),
            "description": property_["description"],
            "schema": given,
        }


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query cannot say null: what may be left out is simply left out."""
    kept = {name: value for name, value in schema.items() if name != "default" or value is not None}
    choices = [each for each in kept.get("anyOf", ()) if each != {"type": "null"}]
    return dict(choices[0]) if len(choices) == 1 else kept


def _request_body(endpoint: Endpoint, schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if endpoint.example is not None:
        content["example"] = endpoint.example
    return {
        "required": bool(_resolved(schema, components).get("required")),
        "content": {"application/json": content},
    }


def _successes(endpoint: Endpoint, known: dict[int, Any]) -> dict[str, Any]:
    media = endpoint.media if endpoint.follows is None else "text/event-stream"
    content = {media: {"schema": known[id(endpoint.gives)]}}
    if endpoint.follows is not None:
        return {"200": {"description": "A stream of these", "content": content}}
    done = {"200": {"description": "Done", "headers": _HEADERS, "content": content}}
    if endpoint.makes:
        done["201"] = {"description": "Made", "headers": _HEADERS | _LOCATION, "content": content}
    if endpoint.lasting:
        done["304"] = {"description": "Nothing changed", "headers": _HEADERS}
    return done


def _refusals(statuses: Iterable[int]) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": _TITLES[status],
        "content": {MEDIA: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }


def _name(status: int) -> str:
    return f"Problem{status}"


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return found
