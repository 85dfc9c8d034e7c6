"""Tables that keep every version of every row, made for whatever tables projections have, and views as of a position.

Beside each table stands `past_<table>`, kept up by triggers: a version of a row holds from the position `past_from`
until the position `past_until`. A reader's temporary views have the names of the tables and come first, so that a
query need not know that it asks about the past.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from projections.shape import Projection

_STILL: Final = 2**63 - 1  # until when a version holds that was not replaced yet
_HERE: Final = "(select position from past)"
_ASKED: Final = "(select position from temp.asked)"


class _Table(Struct, frozen=True, kw_only=True):
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]  # what tells its rows apart; the row's number where the table is kept by it
    primary: tuple[str, ...]
    indexes: tuple[str, ...]  # as they were declared

    @property
    def numbered(self) -> bool:
        return self.key == ("rowid",)

    @property
    def told_by(self) -> tuple[str, ...]:
        """The key as the table of versions calls it."""
        return ("past_row",) if self.numbered else self.key


def versioned(projections: Sequence[Projection]) -> tuple[Projection, ...]:
    """The same projections in tables that keep all their versions."""
    tables = _tables("".join(each.schema for each in projections))
    keeping = "".join(_keeping(each) for each in tables)
    first = Projection(name="past", schema=_SCHEMA, fill=_move)
    last = Projection(name="versions", schema=keeping, fill=lambda _connection, _recorded: None)
    return first, *projections, last


def standing_views(projections: Sequence[Projection]) -> str:
    """The script that lets a connection see the tables as of the position in `temp.asked`."""
    tables = _tables("".join(each.schema for each in projections))
    return _ASKING + "".join(_view(each) for each in tables)


def stand_at(connection: sqlite3.Connection, position: int) -> None:
    """Let a reader, who may change nothing else, see the tables as of a position."""
    connection.execute("pragma query_only = off")
    connection.execute("update temp.asked set position = ?", (position,))
    connection.execute("pragma query_only = on")


# to replace a row counts as deleting the old one only where triggers may call triggers
_SCHEMA: Final = """
    pragma recursive_triggers = on;
    create table if not exists past (one integer primary key check (one = 1), position integer not null) strict;
    insert or ignore into past values (1, 0);
"""
_ASKING: Final = f"""
    create temp table asked (position integer not null) strict;
    insert into temp.asked values (0);
    create temp view follower (one, position) as select 1, {_ASKED};
"""


def _move(connection: sqlite3.Connection, recorded: Recorded) -> None:
    connection.execute("update past set position = ?", (recorded.position,))


@cache
def _tables(schema: str) -> tuple[_Table, ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(schema)
        found = connection.execute("select name, sql from sqlite_schema where type = 'table' order by rowid").fetchall()
        return tuple(_table(connection, name, sql) for name, sql in found)


def _table(connection: sqlite3.Connection, name: str, sql: str) -> _Table:
    found = connection.execute(f"select name, pk from pragma_table_info('{name}')").fetchall()
    primary = tuple(column for column, place in sorted(found, key=lambda each: int(each[1])) if place)
    indexes = connection.execute(
        "select sql from sqlite_schema where type = 'index' and tbl_name = ? and sql is not null order by rowid",
        (name,),
    )
    return _Table(
        name=name,
        columns=tuple(column for column, _ in found),
        key=primary if re.search(r"\bwithout\s+rowid\b", sql, re.IGNORECASE) else ("rowid",),
        primary=primary,
        indexes=tuple(index for (index,) in indexes),
    )


def _keeping(table: _Table) -> str:
    """The table of versions is ordered as the table itself, so that rows come in the same order."""
    first = (["past_row"] if table.numbered else []) + ["past_from", "past_until"]
    columns = ", ".join([*first, *table.columns])
    key = ", ".join([*table.told_by, "past_until"])
    return f"""
    create table if not exists past_{table.name} ({columns}, primary key ({key})) without rowid;
    {"".join(_indexes(table))}{_triggers(table)}"""


def _indexes(table: _Table) -> Iterator[str]:
    """Those of the table, followed by all that says which version is looked for."""
    more = ", ".join([*table.told_by, "past_until", "past_from"])
    if table.numbered and table.primary:
        columns = ", ".join(table.primary)
        yield f"create index if not exists past_{table.name}_by_key on past_{table.name} ({columns}, {more});\n    "
    for sql in table.indexes:
        found = _INDEX.fullmatch(sql)
        assert found, sql  # noqa: S101 - every schema is tried by the tests
        name, columns, condition = found.groups()
        yield f"create index if not exists past_{name} on past_{table.name} ({columns}, {more}){condition};\n    "


_INDEX: Final = re.compile(
    r"create (?:unique )?index (?:if not exists )?(\w+) on \w+ \(([^()]*)\)(.*)", re.IGNORECASE | re.DOTALL
)


def _triggers(table: _Table) -> str:
    changed = " or ".join(f"old.{column} is not new.{column}" for column in table.columns)
    return f"""create trigger if not exists past_{table.name}_begun after insert on {table.name} begin
        {_begin(table)}
    end;
    create trigger if not exists past_{table.name}_changed after update on {table.name} when {changed} begin
        {_end(table)}
        {_begin(table)}
    end;
    create trigger if not exists past_{table.name}_ended after delete on {table.name} begin
        {_end(table)}
    end;
    """


def _begin(table: _Table) -> str:
    row = ["new.rowid"] if table.numbered else []
    values = ", ".join([*row, _HERE, str(_STILL), *(f"new.{column}" for column in table.columns)])
    return f"insert into past_{table.name} values ({values});"


def _end(table: _Table) -> str:
    """What came and went within one event never stood at any position."""
    theirs = " and ".join(f"{ours} = old.{theirs}" for ours, theirs in zip(table.told_by, table.key, strict=True))
    still = f"{theirs} and past_until = {_STILL}"
    return f"""delete from past_{table.name} where {still} and past_from = {_HERE};
        update past_{table.name} set past_until = {_HERE} where {still};"""


def _view(table: _Table) -> str:
    columns = ", ".join(table.columns)
    return f"""
    create temp view {table.name} ({columns}) as select {columns} from main.past_{table.name}
        where past_from <= {_ASKED} and past_until > {_ASKED};"""
