"""The outermost layer: who comes and how often; on every answer, errors too, guarding headers and a line in the log."""

import asyncio
import time
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct
from structlog.typing import FilteringBoundLogger

from api.http.answers import Answer
from api.http.logs import Observed, fault, observe
from api.http.metrics import Metrics
from api.http.problems import MEDIA, Fault, Undecodable, document_of
from api.http.visit import Visit, arrive, token_in
from domain.refusals import Refused, StorageTrouble, TooMany, Unauthenticated
from engine.rate_limits import Allowance, RateLimits
from engine.tokens import Tokens

Headers = list[tuple[bytes, bytes]]

CSP: Final = b"content-security-policy"
STRICT: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (CSP, b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
]
_OF_PAGES: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)  # the page of the API sets styles while it runs
PAGES: Final[Headers] = [
    *STRICT[:2],
    (CSP, _OF_PAGES),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
SECURE: Final = (b"strict-transport-security", b"max-age=31536000")  # where others reach us over HTTPS
_UNCOUNTED: Final = frozenset({"/healthz", "/readyz", "/metrics"})  # probes are not turned away


class Watchmen(Struct, frozen=True, kw_only=True):
    """Whom the door asks and tells."""

    tokens: Tokens
    limits: RateLimits
    metrics: Metrics
    log: FilteringBoundLogger
    hosts: tuple[str, ...] = ()  # that are served; any when empty
    secure: bool = False  # reached over HTTPS


class Door:
    """An ASGI application around another."""

    def __init__(self, inside: ASGIApp, watchmen: Watchmen) -> None:
        self._inside: Final = inside
        self._asked: Final = watchmen
        secure = [SECURE] if watchmen.secure else []
        self._always: Final = [*STRICT, *secure]
        self._for_pages: Final = [*PAGES, *secure]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._inside(scope, receive, send)
            return
        begun = time.perf_counter()
        visit = arrive(scope)
        guarded = Guarded(send, visit, self._for_pages if scope["path"].startswith("/docs") else self._always)
        self._asked.metrics.in_flight.inc()
        try:
            await self._let_in(scope, visit, guarded)(scope, receive, guarded)
        except asyncio.CancelledError:  # the server ends, and the grace is over
            if guarded.status:
                raise
            await _refusal(StorageTrouble("the server is ending"))(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - nothing stands outside of this
            scope["state"]["trouble"] = error
            if not guarded.status:
                await _failure()(scope, receive, guarded)
        finally:
            self._asked.metrics.in_flight.dec()
            self._note(scope, visit, guarded.status, time.perf_counter() - begun)

    def _let_in(self, scope: Any, visit: Visit, guarded: "Guarded") -> ASGIApp:  # noqa: ANN401 - a scope
        """What answers: the inside, or a refusal at the door."""
        try:
            self._welcome(visit.headers.get("host", ""))
            self._know(visit)
            if scope["path"] not in _UNCOUNTED:
                self._count(visit, scope.get("client"), guarded)
        except Refused as refusal:
            scope["state"]["trouble"] = refusal
            return _refusal(refusal)
        return self._inside

    def _welcome(self, host: str) -> None:
        hosts = self._asked.hosts
        name = host.rpartition(":")[0] if host.rpartition("]")[2].count(":") else host
        fits = any(name == each or (each[:2] == "*." and name.endswith(each[1:])) for each in hosts)
        if hosts and not fits:
            raise Undecodable("this host is not served here", field="Host")

    def _know(self, visit: Visit) -> None:
        """Whose token it is. That it is none, only those who ask for one are told."""
        presented = token_in(visit.headers)
        if presented is None:
            return
        try:
            visit.bearer = self._asked.tokens.bearer(presented)
        except Unauthenticated as refusal:
            visit.refusal = refusal

    def _count(self, visit: Visit, client: tuple[str, int] | None, guarded: "Guarded") -> None:
        key = visit.bearer.token_id if visit.bearer else _home_of(client[0] if client else "")
        guarded.allowance = allowance = self._asked.limits.take(key)
        if not allowance.allowed:
            raise TooMany(
                f"more than {allowance.limit} requests came in a minute",
                retry_after=allowance.reset_after,
                remedy="wait as long as Retry-After says",
            )

    def _note(self, scope: Any, visit: Visit, status: int, seconds: float) -> None:  # noqa: ANN401 - a scope
        seen = Observed(
            method=scope["method"],
            route=scope.get("path_template"),
            status=status,
            seconds=seconds,
            request_id=visit.request_id,
            token_id=visit.bearer.token_id if visit.bearer else None,
        )
        observe(self._asked.metrics, self._asked.log, seen)
        trouble = scope["state"].get("trouble")
        if trouble is not None and (status >= 500 or not isinstance(trouble, Refused | HTTPException)):
            fault(self._asked.log, trouble, request_id=visit.request_id)


class Guarded:
    """Sends on, with what every answer carries. `status` is 0 until one was sent."""

    __slots__ = ("_always", "_send", "_visit", "allowance", "status")

    def __init__(self, send: Send, visit: Visit, always: Headers) -> None:
        self._send = send
        self._always = always
        self._visit = visit
        self.status = 0
        self.allowance: Allowance | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], *self._always, (b"x-request-id", self._visit.request_id.encode())]
            if self.allowance is not None:
                headers.append(_told(self.allowance))
            message = {**message, "headers": headers}
        await self._send(message)


def _told(allowance: Allowance) -> tuple[bytes, bytes]:
    told = b"limit=%d, remaining=%d, reset=%d" % (allowance.limit, allowance.remaining, allowance.reset_after)
    return b"ratelimit", told


def _refusal(refusal: Refused) -> Answer:
    status, body, headers = document_of(refusal)
    return Answer(status, body, media=MEDIA, headers={name.lower(): value for name, value in headers.items()})


def _failure() -> Answer:
    return _refusal(Fault("a fault of our own"))


def _home_of(address: str) -> str:
    """An address as it is counted: of IPv6 the part that one household has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "nowhere"
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ":".join(parsed.exploded.split(":")[:4]))
