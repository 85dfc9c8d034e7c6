"""What a projection is: tables of its own, filled from events, with query functions beside them."""

import binascii
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, convert, json
from msgspec.structs import fields

from domain.kernel import Recorded
from domain.refusals import Malformed

Fill: TypeAlias = Callable[[sqlite3.Connection, Recorded], None]
Parameters: TypeAlias = tuple[object, ...] | Mapping[str, object]

R = TypeVar("R", bound=Struct)
T = TypeVar("T")

MOST: Final = 200  # items on one page
USUAL: Final = 50

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
DAY: Final = timedelta(days=1) // _MICROSECOND


class Projection(Struct, frozen=True, kw_only=True):
    """`fill` is a pure function of (position, event): no clock, no other projection's tables.

    A table that holds personal text has a column `owner`: whose key seals that text on disk.
    """

    name: str
    schema: str  # `create … if not exists`: it is run at every opening
    fill: Fill


def microseconds(at: datetime) -> int:
    """Since 1970 UTC: how tables keep instants."""
    return (at - _EPOCH) // _MICROSECOND


def instant(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


class AsOf(Struct, frozen=True):
    """Up to which position things count, and the instant, in microseconds, to which they have aged."""

    position: int
    at: int

    def back(self, days: int) -> int:
        """The instant so many days before."""
        return self.at - days * DAY

    def age(self, at: int) -> float:
        """In days; what was told to happen later has not aged."""
        return max(0, self.at - at) / DAY


def rows(connection: sqlite3.Connection, of: type[R], sql: str, parameters: Parameters = ()) -> Iterator[R]:
    """Select columns named as the fields of a row type."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    turned = [(i, turn) for i, name in enumerate(names) if (turn := _turned(of).get(name))]
    for row in cursor:
        values: list[Any] = list(row)
        for i, turn in turned:
            values[i] = None if values[i] is None else turn(values[i])
        yield convert(dict(zip(names, values, strict=True)), of)


def only(connection: sqlite3.Connection, of: type[R], sql: str, parameters: Parameters = ()) -> R | None:
    """The one row, if there is one."""
    return next(rows(connection, of, sql, parameters), None)


_TURNS: Final[Mapping[object, Callable[[int], object]]] = {datetime: instant, datetime | None: instant, bool: bool}


@cache
def _turned(of: type[Struct]) -> dict[str, Callable[[int], object]]:
    """Fields that tables keep as numbers."""
    return {field.name: _TURNS[field.type] for field in fields(of) if field.type in _TURNS}


def bounded(limit: int) -> int:
    """How many items a page may hold; refused beyond that."""
    if not 1 <= limit <= MOST:
        raise Malformed(f"a page holds 1 to {MOST} items", field="limit")
    return limit


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """A part of a list, and where the next one begins."""

    items: tuple[T, ...]
    count: int  # of all that this reader may see, on whatever page
    next: str | None = None  # the cursor of the next page


class Listed(Struct, Generic[R], frozen=True, kw_only=True):
    """A list that is read page by page: what of, which of them, in which order."""

    name: str  # stands in its cursors: they fit no other list
    of: type[R]
    select: str
    table: str
    key: tuple[str, ...]  # columns that are fields too; together unique
    newest_first: bool = False
    turn: Callable[[tuple[Any, ...]], R] | None = None  # columns into a row; by their names where it is not given

    def page(
        self,
        connection: sqlite3.Connection,
        where: str,
        parameters: Mapping[str, object],
        *,
        cursor: str | None = None,
        limit: int = USUAL,
        count: int | None = None,
    ) -> Page[R]:
        """The rows for which `where` holds, beyond the cursor; counted here unless the caller knows how many they are.

        Raises Malformed for a limit or cursor out of place.
        """
        if count is None:
            sql = f"select count(*) from {self.table} where {where}"
            count = int(connection.execute(sql, parameters).fetchone()[0])
        named = [f":key{place}" for place in range(len(self.key))]
        values = {} if cursor is None else dict(zip((name[1:] for name in named), self._in(cursor), strict=True))
        direction, beyond = ("desc", "<") if self.newest_first else ("asc", ">")
        further = f" and ({', '.join(self.key)}) {beyond} ({', '.join(named)})" if values else ""
        order = ", ".join(f"{each} {direction}" for each in self.key)
        sql = f"{self.select} where {where}{further} order by {order} limit :limit"
        found = self._found(connection, sql, {**parameters, **values, "limit": bounded(limit) + 1})
        items = found[:limit]
        return Page(items=items, count=count, next=self._after(items[-1]) if len(found) > limit else None)

    def _found(self, connection: sqlite3.Connection, sql: str, parameters: Mapping[str, object]) -> tuple[R, ...]:
        if self.turn is None:
            return tuple(rows(connection, self.of, sql, parameters))
        return tuple(map(self.turn, connection.execute(sql, parameters)))

    def _after(self, last: R) -> str:
        body = [self.name, *(getattr(last, name) for name in self.key)]
        return urlsafe_b64encode(msgspec.json.encode(body)).decode().rstrip("=")

    def _in(self, cursor: str) -> list[int | str]:
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            name, *values = msgspec.json.decode(urlsafe_b64decode(padded), type=list[int | str])
        except (UnicodeError, binascii.Error, msgspec.DecodeError, ValueError):
            raise _no_cursor() from None
        types = _types(self.of)
        fits = name == self.name and [type(value) for value in values] == [types[name] for name in self.key]
        if not fits or any(isinstance(value, int) and abs(value) >= _LARGEST for value in values):
            raise _no_cursor()
        return values


@cache
def _types(of: type[Struct]) -> dict[str, object]:
    return {field.name: field.type for field in fields(of)}


_LARGEST: Final = 2**63


def _no_cursor() -> Malformed:
    return Malformed("this marks no place in this list", field="cursor", remedy="begin without one")


def among(column: str, values: Collection[str] | None) -> tuple[str, dict[str, str]]:
    """A condition with its parameters: the column is one of the values; always true where no values are given."""
    if values is None:
        return "true", {}
    return f"{column} in (select value from json_each(:among))", {"among": json.encode(list(values)).decode()}
