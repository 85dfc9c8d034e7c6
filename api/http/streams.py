"""Server-sent events: what happens, as it happens, resumable by position; one thread watches the log for all."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from threading import Event as Ending
from threading import Thread
from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar.types import Receive, Scope, Send
from msgspec import Meta, Struct

from api.http.access import OFFICIAL, Access
from api.http.calling import Call
from api.http.endpoints import BASE, NETWORK, Endpoint
from api.http.problems import Undecodable
from api.http.visit import Tables, token_in
from domain.refusals import IllegalMove, Refused, TooMany
from engine.access import Seen
from engine.event_store import EventStore
from projections import timeline
from projections.reading import Reader
from projections.timeline import Moment, News

T = TypeVar("T")

PAGE: Final = 100
KEEPALIVE: Final = 15.0  # seconds of silence after which a comment says that somebody is there
EACH: Final = 8  # streams that one member may have open
_TICK: Final = 1.0  # seconds the watching thread waits at most before it looks whether it should end
_BEGIN: Final = b"id: %d\nretry: 2000\n\n"  # who loses the connection before anything happened comes back to here
_SILENCE: Final = b": nothing new\n\n"

Happened = Moment | News
Query = Callable[[Tables, Reader, int], list[Any]]


Start = Annotated[
    int, Meta(ge=0, le=2**53, description="Begin beyond this position; when left out, with what happens from now on.")
]


class Following(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to begin; `Last-Event-ID`, which browsers send when they come back, goes before it."""

    after_position: Start | None = None


class Watch:
    """Wakes whoever waits in the event loop as the log grows, whichever process writes it."""

    def __init__(self, store: EventStore, ending: Ending) -> None:
        """Begin to watch; made in the event loop. `ending` tells lists that wait for texts to leave off."""
        self._ending: Final = ending
        self.news = asyncio.Event()  # set at the next news, then another one takes its place
        self.ended = False
        self.open: Final[Counter[str]] = Counter()  # streams of each member
        self._store: Final = store
        self._loop: Final = asyncio.get_running_loop()
        self._thread: Final = Thread(target=self._watch, args=(store.head(),), name="watch", daemon=True)
        self._thread.start()

    async def reached(self, position: int, patience: float) -> None:
        """Return once the log reaches there, or after this many seconds."""
        until = self._loop.time() + patience
        news = self.news
        while self._store.head() < position and (left := until - self._loop.time()) > 0 and not self.ended:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left)
            news = self.news

    def end(self) -> None:
        """Send everybody home, those too who wait for a list; called in the event loop."""
        self.ended = True
        self._ending.set()
        self._ring()

    async def join(self) -> None:
        self.end()
        await self._loop.run_in_executor(None, self._thread.join)

    def _watch(self, head: int) -> None:
        while not self.ended:
            try:
                if not self._store.wait(head, _TICK) or self.ended:
                    continue
                head = self._store.head()
            except Refused:  # the storage's trouble, which readiness tells of; it may pass
                time.sleep(_TICK)
            else:
                self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        rung, self.news = self.news, asyncio.Event()
        rung.set()


class Stream:
    """An ASGI application that sends what a query finds beyond a position, until the client goes or the server ends."""

    def __init__(self, query: Query, call: Call, watch: Watch, pool: Executor) -> None:
        self._query: Final = query
        self._call: Final = call
        self._watch: Final = watch
        self._pool: Final = pool
        asked = _asked(call)
        self._from_now: Final = asked is None
        self._after = asked or 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        streams, who = self._watch.open, self._call.bearer.member
        if streams[who] >= EACH:
            raise TooMany(f"{EACH} streams are open already", retry_after=30, remedy="close one of them")
        streams[who] += 1
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await self._aside(self._admit)  # what refuses does so before anything is sent
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            await self._send_all(gone, partial(_chunk, send))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            streams[who] -= 1
            if not streams[who]:
                del streams[who]

    async def _send_all(self, gone: "asyncio.Future[None]", send: Callable[[bytes], Awaitable[None]]) -> None:
        await send(_BEGIN % self._after)
        while not gone.done() and not self._watch.ended:
            news = self._watch.news  # before looking, so that nothing falls in between
            try:
                page = await self._aside(self._look)
            except Refused:  # they left, lost the role or the token: when they come again, they are told
                return
            for each in page:
                self._after = each.position
                await send(_event(each))
            if len(page) < PAGE and not await _first_of(news, gone):
                await send(_SILENCE)

    async def _aside(self, asked: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, asked)

    def _admit(self) -> None:
        """To follow by office is a look from its beginning on; who begins with now begins after that."""
        self._call.read(lambda _, reader: reader)
        if self._call.access in OFFICIAL:
            self._call.record(Seen(subjects=frozenset({self._call.network})))
        if self._from_now:
            self._after = self._call.system.store.head()

    def _look(self) -> list[Any]:
        """What happened since, if the token and the roles still reach; by office, on record before it is sent."""
        self._call.system.tokens.bearer(token_in(self._call.headers) or "")
        return self._call.look(lambda connection, reader: self._query(connection, reader, self._after)).found


def _asked(call: Call) -> int | None:
    """Where to go on, if that is said: nobody was told of anything beyond the head."""
    last = call.headers.get("last-event-id")
    asked: Following = call.query
    after = asked.after_position if last is None else _position(last)
    if after is not None and after > call.system.store.head():
        field = "after_position" if last is None else "Last-Event-ID"
        raise IllegalMove("the log has not come to this position yet", field=field, remedy="leave it out")
    return after


def _position(last: str) -> int:
    if not last.isascii() or not last.isdecimal() or len(last) > 15:
        raise Undecodable("a position is needed", field="Last-Event-ID")
    return int(last)


async def _first_of(news: asyncio.Event, gone: "asyncio.Future[None]") -> bool:
    """Whether anything happened before the silence grew long."""
    waiting: asyncio.Future[Any] = asyncio.ensure_future(news.wait())
    try:
        done, _ = await asyncio.wait({waiting, gone}, timeout=KEEPALIVE, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return bool(done)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunk(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _event(happened: Happened) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (happened.position, msgspec.json.encode(happened))


def _moments(connection: Tables, reader: Reader, after: int) -> list[Moment]:
    return timeline.log(connection, reader, after=after, limit=PAGE)


def _suggestions(connection: Tables, reader: Reader, after: int) -> list[News]:
    return timeline.news(connection, reader, after=after, limit=PAGE)


_HEADERS: Final = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_ABOUT: Final = (
    "Server-sent events; `id` is the position of the log, `data` the JSON described here. "
    "Come back with Last-Event-ID and nothing is missed."
)

STREAMS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="GET",
        path=f"{NETWORK}/events/stream",
        name="follow_events",
        tag="events",
        access=Access.AUDITOR,
        summary="Follow the log as it grows",
        about=_ABOUT,
        gives=Moment,
        query=Following,
        follows=_moments,
    ),
    Endpoint(
        method="GET",
        path=f"{BASE}/me/suggestions/stream",
        name="follow_suggestions",
        tag="me",
        access=Access.MEMBER,
        summary="Follow what comes for oneself: lists, and introductions that others offer",
        about=_ABOUT,
        gives=News,
        query=Following,
        follows=_suggestions,
    ),
)
