"""What the door learns of a request once: its headers, its id, whose token it shows."""

import re
import secrets
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, TypeAlias

from litestar.types import Scope
from msgspec import Struct

from domain.refusals import Refused
from engine.tokens import Bearer

Tables: TypeAlias = Any  # a connection to projections, which is opened and closed elsewhere

_REQUEST_ID: Final = re.compile(r"[0-9a-fA-F-]{8,64}")  # as tracing makes them; words would end in the logs
_PROCESS: Final = secrets.token_hex(4)
_REQUESTS: Final = count(1)
_BEARER: Final = "bearer "


class Visit(Struct, kw_only=True):
    headers: Mapping[str, str]
    request_id: str
    bearer: Bearer | None = None
    refusal: Refused | None = None  # why the token that came is none


def visit_of(scope: Scope) -> Visit:
    visit: Visit = scope["state"]["visit"]
    return visit


def arrive(scope: Scope) -> Visit:
    """Headers by lower-case name; one that came twice is a list, which says nothing where one value is needed."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    given = headers.get("x-request-id", "")
    fits = _REQUEST_ID.fullmatch(given) is not None
    visit = Visit(headers=headers, request_id=given if fits else f"{_PROCESS}-{next(_REQUESTS):06x}")
    scope["state"]["visit"] = visit
    return visit


def token_in(headers: Mapping[str, str]) -> str | None:
    """What stands after `Bearer`, however that is spelt."""
    presented = headers.get("authorization")
    if presented is None:
        return None
    return presented[len(_BEARER) :].strip() if presented[: len(_BEARER)].lower() == _BEARER else ""
