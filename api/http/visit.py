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
    """Headers by lower-case name; of one that came twice the last."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    given = headers.get("x-request-id", "")
    visit = Visit(
        headers=headers, request_id=given if _REQUEST_ID.fullmatch(given) else f"{_PROCESS}-{next(_REQUESTS):06x}"
    )
    scope["state"]["visit"] = visit
    return visit


def token_in(headers: Mapping[str, str]) -> str | None:
    """What stands after `Bearer`, however that is spelt."""
    presented = headers.get("authorization")
    if presented is None:
        return None
    return presented[len(_BEARER) :].strip() if presented[: len(_BEARER)].lower() == _BEARER else ""
