"""What tables projections declare: columns, keys and indexes, read off their schemas."""

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from typing import Final

from msgspec import Struct

from projections.shape import Projection


class IndexShape(Struct, frozen=True, kw_only=True):
    name: str
    columns: tuple[str, ...]
    unique: bool
    condition: str  # `where …`, or nothing


class TableShape(Struct, frozen=True, kw_only=True):
    name: str
    columns: tuple[str, ...]
    declared: tuple[str, ...]  # the same with their types, by which they are compared
    primary: tuple[str, ...]
    numbered: bool  # whether it is kept by its rows' numbers
    indexes: tuple[IndexShape, ...]


def shapes_of(projections: Sequence[Projection]) -> tuple[TableShape, ...]:
    return _shapes("".join(each.schema for each in projections))


@cache
def _shapes(schema: str) -> tuple[TableShape, ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        found = connection.execute("select name, sql from sqlite_schema where type = 'table' order by rowid").fetchall()
        return tuple(_shape(connection, name, sql) for name, sql in found)


def _shape(connection: sqlite3.Connection, name: str, sql: str) -> TableShape:
    found = connection.execute(f"select name, type, pk from pragma_table_info('{name}')").fetchall()
    primary = tuple(column for column, _, place in sorted(found, key=lambda each: int(each[2])) if place)
    indexes = connection.execute(
        "select sql from sqlite_schema where type = 'index' and tbl_name = ? and sql is not null order by rowid",
        (name,),
    )
    return TableShape(
        name=name,
        columns=tuple(column for column, *_ in found),
        declared=tuple(f"{column} {kind}" for column, kind, _ in found),
        primary=primary,
        numbered=re.search(r"\bwithout\s+rowid\b", sql, re.IGNORECASE) is None,
        indexes=tuple(_index(index) for (index,) in indexes),
    )


def _index(sql: str) -> IndexShape:
    found = _INDEX.fullmatch(sql)
    assert found, sql  # noqa: S101 - every schema is tried by the tests
    unique, name, columns, condition = found.groups()
    split = tuple(each.strip() for each in columns.split(","))
    return IndexShape(name=name, columns=split, unique=unique is not None, condition=condition)


_INDEX: Final = re.compile(
    r"create (unique )?index (?:if not exists )?(\w+) on \w+ \(([^()]*)\)(.*)", re.IGNORECASE | re.DOTALL
)
