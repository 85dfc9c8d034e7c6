"""What a request asks for, decoded once: path, query and body; each bad form is refused with its place."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct

from api.http.access import OFFICIAL, Access, permit
from api.http.problems import Undecodable, WrongContent
from api.http.visit import Tables
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import StreamId
from engine.access import Seen, with_look
from engine.followers import Views
from engine.forms import malformed
from engine.runtime import Confrere
from engine.settings import Settings
from engine.tokens import Bearer
from engine.when import NOW, When, no_instant, when_of
from projections.reading import Reader

T = TypeVar("T")
Q = TypeVar("Q", bound=Struct)

_PLAIN: Final = re.compile(r"[A-Za-z0-9-]{1,100}")  # what ids and hashes are written with
_CALLED: Final = {"coaching": "coaching case"}  # where the id is not called as the thing is
_FORWARD: Final = "read_burden_board"  # also of a day to come: the time that is taken by then
_QUERY_LIMIT: Final = 4_000  # characters
_FIELDS_LIMIT: Final = 20

Position = Annotated[int, Meta(ge=0, le=2**53, description="Wait until this position is reached: read what one wrote.")]
Limit = Annotated[int, Meta(ge=1, le=200, description="Items on the page; at most as many as the server allows.")]
Cursor = Annotated[
    str, Meta(max_length=400, pattern=r"^[A-Za-z0-9_=-]+$(?!\n)", description="The `next` of the page before.")
]


Known = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{4,15}(Z|[+-][0-9]{2}:[0-9]{2}))$(?!\n)",
        description="As it was known: at a position of the log, or at a time, written as 2026-03-01T15:30:00Z.",
    ),
]
Day = Annotated[date, Meta(description="As it had happened by the end of this day, where the network is.")]


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No parameters."""


class Fresh(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As things stand, or stood. Rights are those of now."""

    as_of: Known | None = None
    on: Day | None = None
    after_position: Position | None = None


class Paged(Fresh, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: Limit | None = None


class Looked(Struct, Generic[T], frozen=True, kw_only=True):
    """What was found, and at which position."""

    found: T
    position: int
    by_office: bool  # any of it: that is on record then


class Call(Struct, frozen=True, kw_only=True):
    """One request of somebody known, with all it says."""

    system: Confrere
    settings: Settings
    bearer: Bearer
    access: Access
    name: str  # of the operation
    path: Mapping[str, str]
    query: Any
    body: Any
    headers: Mapping[str, str]
    for_tag: bool = False  # nothing but the tag of the answer goes out

    @property
    def network(self) -> StreamId:
        return self.bearer.network

    @property
    def after(self) -> int | None:
        """The position that the answer must have seen; it is waited for before any thread is taken."""
        found: int | None = getattr(self.query, "after_position", None)
        return found

    @property
    def limit(self) -> int:
        """Items on a page, as far as the settings allow."""
        wanted: int = self.query.limit or self.settings.page_size
        return min(wanted, self.settings.page_limit)

    @property
    def when(self) -> When:
        as_of, on = getattr(self.query, "as_of", None), getattr(self.query, "on", None)
        found = when_of(as_of, on.isoformat() if on else None)
        ahead = self.name == _FORWARD and found.on is not None and found.on > self.system.clock().date()
        return NOW if ahead else found

    def at_present(self) -> None:
        """Refuse to tell of the past, where nothing is kept of it."""
        if not self.when.now:
            field = "on" if self.when.as_of is None else "as_of"
            raise IllegalMove("this is told as things stand now alone", field=field, remedy="leave it out")

    def look(self, query: Callable[[Tables, Reader], T]) -> Looked[T]:
        """The answer, recorded as a look before it leaves where the caller sees any of it by office alone."""
        official = self.access in OFFICIAL
        position, (found, seen) = self.read_at(
            lambda connection, reader: with_look(query, connection, reader, self.network, official=official)
        )
        self.record(seen)
        return Looked(found=found, position=position, by_office=seen is not None)

    def record(self, seen: Seen | None) -> None:
        if seen is not None and not self.for_tag:
            self.system.looks.record(self.network, self.bearer.member, self.name.replace("_", " "), seen)

    def read(self, query: Callable[[Tables, Reader], T]) -> T:
        """The answer, if the caller's roles reach at the position that is read."""
        return self.read_at(query)[1]

    def read_at(self, query: Callable[[Tables, Reader], T]) -> tuple[int, T]:
        """The same with that position."""
        asked = partial(_permitted, self.access, query)
        return self.system.queries.read(self.network, self.bearer.member, asked, when=self.when)


def _permitted(
    access: Access, query: Callable[[Tables, Reader], T], connection: Tables, reader: Reader
) -> tuple[int, T]:
    permit(access, reader)
    return Views.position_in(connection), query(connection, reader)


def absent(kind: str) -> Unknown:
    """There is none, or none for this reader: told alike."""
    return Unknown(f"there is no such {_CALLED.get(kind, kind)} in this network", field=kind)


def named_in(path: Mapping[str, str]) -> Mapping[str, str]:
    """What the path names; nothing is called by anything else than letters, digits and dashes."""
    for kind, value in path.items():
        if not _PLAIN.fullmatch(value):
            raise absent(kind) if kind != "network" else Unknown("there is no such network", field="network")
    return path


def decoded_query(raw: bytes, into: type[Q]) -> Q:
    """Each parameter at most once, and none that nobody knows."""
    if len(raw) > _QUERY_LIMIT:
        raise Undecodable("the query is too long", remedy=f"use at most {_QUERY_LIMIT} characters")
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_LIMIT)
    except ValueError:
        raise Undecodable("the query cannot be read", remedy="percent-encode it as UTF-8") from None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Undecodable("a parameter of the query came twice")
    try:
        found = msgspec.convert(values, into, strict=False)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise _undecodable(error, into) from None
    for name in values:
        if getattr(found, name) is None:  # the word null stands for nothing in JSON alone
            raise Undecodable("this is no value", field=name)
    return found


def decoded_body(raw: bytes, content_type: str, into: type[Q]) -> Q:
    """JSON; an empty body says as much as `{}`."""
    if raw and content_type.partition(";")[0].strip().lower() != "application/json":
        raise WrongContent("the body has to be JSON", field="Content-Type", remedy="send application/json")
    raw = raw or b"{}"
    try:
        try:
            return msgspec.json.decode(raw, type=into)
        except msgspec.ValidationError as error:
            if "got `float`" not in str(error):
                raise
            return msgspec.convert(_whole(msgspec.json.decode(raw)), into)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise _undecodable(error, into) from None
    except (msgspec.DecodeError, RecursionError):
        raise Undecodable("the body is no JSON", field="body") from None


def _whole(value: object) -> object:
    """In JSON 8.0 is a whole number too."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {name: _whole(each) for name, each in value.items()}
        case list():
            return [_whole(each) for each in value]
        case _:
            return value


def _undecodable(error: Exception, into: type[Struct]) -> Undecodable:
    refusal = malformed(error, into)
    if refusal.field == "as_of":
        refusal = no_instant()
    return Undecodable(refusal.words, field=refusal.field, remedy=refusal.remedy)
