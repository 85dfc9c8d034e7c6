"""Where requests become calls: answered at once from what is kept, else in a thread of a few."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from litestar import Request
from litestar.exceptions import InternalServerException
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from api.http.access import ACCESS, admit
from api.http.answers import Answer
from api.http.calling import Call, decoded_body, decoded_query, named_in
from api.http.endpoints import Endpoint, routed
from api.http.problems import TooLong, Undecodable, WrongContent
from api.http.streams import Stream, Watch
from api.http.visit import Visit, visit_of
from domain.refusals import IllegalMove
from engine.runtime import Confrere
from engine.settings import Settings
from engine.tokens import Bearer

PATIENCE = 2.0  # seconds a request waits for a position that is still to come
_AHEAD: Final = 10_000
_KEPT: Final = 2_000  # answers …
_LARGEST: Final = 50_000  # … of at most so many bytes

_Head = tuple[int, int]  # of the log, and how many keys were destroyed
_Key = tuple[str, str, bytes]  # member, path, query: a member is of one network


class Kept:
    """Answers that hold as long as nothing is recorded anywhere. Used in the event loop alone."""

    def __init__(self) -> None:
        self._head = (-1, -1)
        self._answers: Final[dict[_Key, Answer]] = {}

    def get(self, key: _Key, head: _Head) -> Answer | None:
        return self._answers.get(key) if head == self._head else None

    def put(self, key: _Key, head: _Head, answer: Answer) -> None:
        """`head` is where the log stood before the answer was made."""
        if head < self._head:  # others were quicker
            return
        if head != self._head or len(self._answers) >= _KEPT:
            self._answers.clear()
            self._head = head
        if answer.size <= _LARGEST:
            self._answers[key] = answer


class Pools:
    """The threads that answer: a few for what is read or written, one for what may take long."""

    def __init__(self, quick: int) -> None:
        self.quick: Final = ThreadPoolExecutor(quick, thread_name_prefix="answers")
        self.slow: Final = ThreadPoolExecutor(1, thread_name_prefix="lists")

    def close(self) -> None:
        for each in (self.quick, self.slow):
            each.shutdown(cancel_futures=True)


class Desk:
    def __init__(self, system: Confrere, settings: Settings, pools: Pools, watch: Callable[[], Watch]) -> None:
        """`watch` gives the one that watches the log, once the server runs."""
        self._system: Final = system
        self._settings: Final = settings
        self._pools: Final = pools
        self._watch: Final = watch
        self._kept: Final = Kept()

    def handler(self, endpoint: Endpoint) -> HTTPRouteHandler:
        """The route of an address, with its access declared."""

        async def answer(request: Request[Any, Any, Any]) -> ASGIApp:
            return await self._answer(endpoint, request)

        route = HTTPRouteHandler(
            routed(endpoint.path),
            http_method=endpoint.method,
            opt={ACCESS: endpoint.access},
            name=endpoint.name,
            include_in_schema=False,
        )
        return route(answer)

    async def _answer(self, endpoint: Endpoint, request: Request[Any, Any, Any]) -> ASGIApp:
        visit = visit_of(request.scope)
        bearer = admit(visit, request.scope["path_params"])  # the framework would copy the route for a guard each time
        if endpoint.follows is not None:
            call = await self._call(endpoint, request, visit, bearer)
            return Stream(endpoint.follows, call, self._watch(), self._pools.quick)
        if not endpoint.lasting:
            return await self._made(endpoint, request, visit, bearer)
        head = (self._system.store.head(), self._system.store.erasures)
        key = (bearer.member, request.scope["path"], request.scope["query_string"])
        ready = self._kept.get(key, head)
        if ready is None:
            ready = await self._made(endpoint, request, visit, bearer)
            if not ready.by_office:  # the next one who asks looks anew
                self._kept.put(key, head, ready)
        return ready.unless(visit.headers.get("if-none-match"))

    async def _made(self, endpoint: Endpoint, request: Request[Any, Any, Any], visit: Visit, bearer: Bearer) -> Answer:
        call = await self._call(endpoint, request, visit, bearer)
        if call.after is not None:
            await self._arrival(call.after)
        assert endpoint.answer is not None  # noqa: S101 - only a stream has none
        pool = self._pools.slow if endpoint.slow else self._pools.quick
        return await asyncio.get_running_loop().run_in_executor(pool, endpoint.answer, call)

    async def _arrival(self, position: int) -> None:
        """Wait for what another process has just written; nobody was told of anything much further on."""
        head = self._system.store.head()
        if position > head and position - head <= _AHEAD:
            await self._watch().reached(position, PATIENCE)
            head = self._system.store.head()
        if head < position:
            raise IllegalMove("the log has not come to this position yet", field="after_position", remedy="ask again")

    async def _call(self, endpoint: Endpoint, request: Request[Any, Any, Any], visit: Visit, bearer: Bearer) -> Call:
        body = None
        if endpoint.body is not None:
            raw = await _body_of(request, self._settings.body_limit)
            body = decoded_body(raw, visit.headers.get("content-type", ""), endpoint.body)
        return Call(
            system=self._system,
            settings=self._settings,
            bearer=bearer,
            access=endpoint.access,
            name=endpoint.name,
            path=named_in(request.scope["path_params"]),
            query=decoded_query(request.scope["query_string"], endpoint.query),
            body=body,
            headers=visit.headers,
        )


async def _body_of(request: Request[Any, Any, Any], limit: int) -> bytes:
    """Whole, and not packed: what a packed one would grow to is not known."""
    if "content-encoding" in request.headers:
        raise WrongContent("a packed body is not taken", field="Content-Encoding", remedy="send it as it is")
    try:
        return await request.body()
    except RequestEntityTooLarge:
        raise TooLong(f"the body is longer than {limit:,} bytes", remedy="send less at once") from None
    except InternalServerException:
        raise Undecodable("the body broke off") from None  # the one who sent it is gone
