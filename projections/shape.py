"""What a projection is: tables of its own, filled from events, with query functions beside them."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar

from msgspec import Struct, convert
from msgspec.structs import fields

from domain.kernel import Recorded

Fill: TypeAlias = Callable[[sqlite3.Connection, Recorded], None]

R = TypeVar("R", bound=Struct)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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


def rows(connection: sqlite3.Connection, of: type[R], sql: str, parameters: tuple[object, ...] = ()) -> Iterator[R]:
    """Select columns named as the fields of a row type."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    instants = [i for i, name in enumerate(names) if name in _instants(of)]
    for row in cursor:
        values: list[Any] = list(row)
        for i in instants:
            values[i] = None if values[i] is None else instant(values[i])
        yield convert(dict(zip(names, values, strict=True)), of)


def only(connection: sqlite3.Connection, of: type[R], sql: str, parameters: tuple[object, ...] = ()) -> R | None:
    """The one row, if there is one."""
    return next(rows(connection, of, sql, parameters), None)


@cache
def _instants(of: type[Struct]) -> frozenset[str]:
    return frozenset(field.name for field in fields(of) if field.type in (datetime, datetime | None))
