"""What goes out: bytes with a status and headers, ready to be sent as often as it holds."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

import msgspec
from litestar.types import Receive, Scope, Send

_EMPTY: Final = {204, 304, 307}
JSON: Final = "application/json"
_DIGITS: Final = 24  # of a tag: for the thing itself, and where others move what is shown of it, as many again


class Answer:
    """An ASGI application that sends itself. `tag` is its entity tag, if it has one.

    `by_office`: it holds what its reader sees by office. That was recorded, and is each time that it is asked for.
    """

    __slots__ = ("_body", "_start", "by_office", "size", "tag")

    def __init__(
        self,
        status: int,
        body: bytes,
        *,
        media: str,
        headers: Mapping[str, str],
        tag: str | None = None,
        by_office: bool = False,
    ) -> None:
        entity = {} if status in _EMPTY else {"content-type": media, "content-length": str(len(body))}
        given = {**entity, **headers}
        if tag is not None:
            given = {**given, "etag": tag}
        encoded = [(name.encode(), value.encode()) for name, value in given.items()]
        self._start: Final[Any] = {"type": "http.response.start", "status": status, "headers": encoded}
        self._body: Final[Any] = {"type": "http.response.body", "body": body, "more_body": False}
        self.tag: Final = tag
        self.by_office: Final = by_office
        self.size: Final = len(body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's
        await send(self._start)
        await send(self._body)

    def unless(self, known: str | None) -> "Answer":
        """Only that nothing changed, for who knows this tag already."""
        if self.tag is None or known is None or not _matches(known, self.tag):
            return self
        kept = {name.decode(): value.decode() for name, value in self._start["headers"] if name == b"x-position"}
        return Answer(304, b"", media=JSON, headers=kept, tag=self.tag)


def read(value: object, *, position: int, own: object = None, by_office: bool = False) -> Answer:
    """What a reader asked for. Its tag is made of what was shown: a version would tell of what was not.

    `own` is the part that nothing but the thing itself moves: it makes the beginning of the tag.
    """
    body = msgspec.json.encode(value, order="deterministic")
    digests = (body,) if own is None else (msgspec.json.encode(own, order="deterministic"), body)
    tag = f'"{"".join(sha256(each).hexdigest()[:_DIGITS] for each in digests)}"'
    headers = {"x-position": str(position), "cache-control": "private, no-cache"}
    return Answer(200, body, media=JSON, headers=headers, tag=tag, by_office=by_office)


def done(value: object, *, position: int, tag: str | None = None, location: str | None = None) -> Answer:
    """What came of a change; at an address of its own when something new stands there."""
    headers = {"x-position": str(position), "cache-control": "no-store"}
    if location is not None:
        headers["location"] = location
    status = 200 if location is None else 201
    return Answer(status, msgspec.json.encode(value), media=JSON, headers=headers, tag=tag)


def unchanged(known: str, tag: str) -> bool:
    """Whether nothing happened to the thing itself between two tags."""
    return known[: _DIGITS + 1] == tag[: _DIGITS + 1]


def _matches(known: str, tag: str) -> bool:
    return known.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(","))
