"""Every no as a problem document (RFC 9457): one table from refusals to statuses, and the page that explains them."""

import html
from collections.abc import Mapping
from math import ceil
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from msgspec import UNSET, Struct, UnsetType

from domain.refusals import (
    BadFile,
    Beaten,
    CommandReused,
    IllegalMove,
    KeyTrouble,
    Malformed,
    ModelTrouble,
    NewerSoftware,
    NotTheirs,
    OverBudget,
    Refused,
    StorageTrouble,
    TooMany,
    Unauthenticated,
    Unknown,
)

MEDIA: Final = "application/problem+json"
PAGE: Final = "/problems"


class Problem(Struct, frozen=True, kw_only=True):
    """Why a request was refused. `field` names the value at fault, `remedy` what to do about it."""

    type: str
    title: str
    status: int
    detail: str | UnsetType = UNSET
    field: str | UnsetType = UNSET
    remedy: str | UnsetType = UNSET


class Undecodable(Malformed):
    """What was sent has not the form that the description asks for."""


class TooLong(Malformed):
    """More bytes than the server takes."""


class WrongContent(Malformed):
    """The body is not JSON, or packed."""


class Stale(Beaten):
    """The version that If-Match names is not the one that stands."""


class Late(Malformed):
    """The request did not arrive whole in time."""


class Crowded(Refused):
    """More connections than can be served."""


class Fault(Refused):
    """Something broke in here."""


class Kind(Struct, frozen=True):
    slug: str
    status: int
    title: str
    about: str


_RULE: Final = Kind("against-a-rule", 409, "Against a rule", "It was well-formed, but what stands does not allow it.")
_FAULT: Final = Kind("failure", 500, "Failure", "A fault of the service's own. The X-Request-ID helps to find it.")
_TROUBLE: Final = Kind("out-of-order", 503, "Out of order", "The service cannot do this now. Try again later.")

KINDS: Final[Mapping[type[Refused], Kind]] = {
    Undecodable: Kind(
        "malformed", 400, "Malformed", "The request has not the form that the API's description asks for."
    ),
    TooLong: Kind("too-large", 413, "Too large", "The body is longer than this server takes."),
    WrongContent: Kind("wrong-content-type", 415, "Wrong content type", "Bodies are sent as application/json."),
    Late: Kind("late", 408, "Late", "The request did not arrive whole in time. Send it again."),
    Unauthenticated: Kind("unauthenticated", 401, "Unauthenticated", "No token came, or one that is not valid here."),
    NotTheirs: Kind("not-theirs", 403, "Not theirs", "Only another person, or another role, may do this."),
    Unknown: Kind("unknown", 404, "Unknown", "There is no such thing, or none that this reader may see."),
    Stale: Kind("stale", 412, "Stale", "Somebody changed it since it was read. Read it again and decide anew."),
    CommandReused: Kind(
        "key-reused", 409, "Key reused", "This Idempotency-Key came before with another request. Choose a new key."
    ),
    Beaten: Kind("beaten", 409, "Beaten", "Others changed the same thing at the same time. Try again."),
    OverBudget: Kind("over-budget", 409, "Over budget", "More minutes were asked for than are offered."),
    TooMany: Kind("too-many", 429, "Too many requests", "Wait as long as Retry-After says."),
    Malformed: _RULE,
    IllegalMove: _RULE,
    BadFile: _RULE,
    Refused: _RULE,
    Fault: _FAULT,
    Crowded: _TROUBLE,
    StorageTrouble: _TROUBLE,
    KeyTrouble: _TROUBLE,
    ModelTrouble: _TROUBLE,
    NewerSoftware: _TROUBLE,
}
_BY_STATUS: Final[Mapping[int, Kind]] = {
    400: KINDS[Undecodable],
    404: KINDS[Unknown],
    405: Kind("no-such-method", 405, "No such method", "This address answers other methods: Allow names them."),
    413: KINDS[TooLong],
    500: _FAULT,
}
_WORDS: Final[Mapping[int, str]] = {
    400: "this request cannot be read",
    404: "there is nothing at this address",
    405: "this address does not answer this method",
    413: "the body is too long",
}
ALL_KINDS: Final = tuple({kind.slug: kind for kind in (*KINDS.values(), *_BY_STATUS.values())}.values())
_RETRY_AFTER: Final = "2"  # seconds


def kind_of(refusal: Refused) -> Kind:
    return next(KINDS[each] for each in type(refusal).__mro__ if each in KINDS)


def document_of(refusal: Refused) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of a refusal. What went wrong inside is for the log alone."""
    kind = kind_of(refusal)
    if kind.status >= 500:
        return kind.status, msgspec.json.encode(_document(kind)), {"Retry-After": _RETRY_AFTER}
    document = _document(kind, detail=refusal.words, field=refusal.field, remedy=refusal.remedy)
    return kind.status, msgspec.json.encode(document), _headers_of(refusal)


def refused(request: Request[Any, Any, Any], refusal: Refused) -> Response[bytes]:
    status, body, headers = document_of(refusal)
    if status >= 500:
        request.scope["state"]["trouble"] = refusal
    return Response(body, status_code=status, media_type=MEDIA, headers=headers)


def http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """The document of what the framework refuses: unknown paths and methods, long bodies."""
    kind = _BY_STATUS.get(error.status_code) or _BY_STATUS[500 if error.status_code >= 500 else 400]
    if kind.status >= 500:
        request.scope["state"]["trouble"] = error
    allow = (error.headers or {}).get("allow")
    if allow is None:
        return _response(_document(kind, detail=_WORDS.get(kind.status)), {})
    return _response(_document(kind, detail=_WORDS[405], remedy=f"use {allow}"), {"Allow": allow})


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A fault of ours."""
    request.scope["state"]["trouble"] = error
    return _response(_document(_BY_STATUS[500]), {})


def _headers_of(refusal: Refused) -> dict[str, str]:
    if isinstance(refusal, Unauthenticated):
        return {"WWW-Authenticate": 'Bearer realm="confrere"'}
    if isinstance(refusal, TooMany):
        return {"Retry-After": str(ceil(refusal.retry_after))}
    return {}


def _document(kind: Kind, *, detail: str | None = None, field: str | None = None, remedy: str | None = None) -> Problem:
    return Problem(
        type=f"{PAGE}#{kind.slug}",
        title=kind.title,
        status=kind.status,
        detail=detail or UNSET,
        field=field or UNSET,
        remedy=remedy or UNSET,
    )


def _response(problem: Problem, headers: Mapping[str, str]) -> Response[bytes]:
    body = msgspec.json.encode(problem)
    return Response(body, status_code=problem.status, media_type=MEDIA, headers=dict(headers))


def page() -> str:
    """What each kind means, for people who follow the `type` of a problem."""
    rows = "".join(
        f'<h2 id="{kind.slug}">{html.escape(kind.title)} <small>{kind.status}</small></h2>'
        f"<p>{html.escape(kind.about)}</p>"
        for kind in sorted(ALL_KINDS, key=lambda kind: kind.status)
    )
    return f'<!doctype html><html lang="en"><title>Problems</title><h1>Problems</h1>{rows}</html>'
