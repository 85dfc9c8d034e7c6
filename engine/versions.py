"""Tables that keep every version of every row, made for whatever tables projections have, and views as of a position.

Beside each table stands `past_<table>`, kept up by triggers: a version of a row holds from the position `past_from`
until the position `past_until`. Once a table has changed more than twice over, all its rows are written down again and
an epoch begins; a reader looks through one epoch alone, so that a state long past costs not much more than one of now.
A reader's temporary views have the names of the tables and come first: a query need not know that it asks about the
past.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from engine.table_shapes import IndexShape, TableShape, shapes_of
from projections.shape import Projection

_STILL: Final = 2**63 - 1  # until when a version holds that was not replaced yet
FEW: Final = 500  # changes for which no epoch begins
_HERE: Final = "(select position from past)"
_ASKED: Final = "(select position from temp.asked)"


def versioned(projections: Sequence[Projection], few: int = FEW) -> tuple[Projection, ...]:
    """The same projections in tables that keep all their versions."""
    tables = shapes_of(projections)
    again = {each.name: _again(each) for each in tables}
    due = f"changes > {few} + 2 * rows"

    def move(connection: sqlite3.Connection, recorded: Recorded) -> None:
        """Between two events: whatever changed enough begins an epoch where the one before left it."""
        for (name,) in connection.execute(f"select name from past_tables where {due}").fetchall():
            connection.execute(f"insert into past_epochs values (?, {_HERE})", (name,))
            connection.execute(f"update past_tables set epoch = {_HERE}, changes = 0 where name = ?", (name,))
            rows = connection.execute(again[name]).rowcount
            connection.execute("update past_tables set rows = ? where name = ?", (rows, name))
        connection.execute("update past set position = ?", (recorded.position,))

    first = Projection(name="past", schema=_SCHEMA.format(due=due), fill=move)
    last = Projection(name="versions", schema="".join(map(_keeping, tables)), fill=_nothing)
    return first, *projections, last


def make_findable(connection: sqlite3.Connection, projections: Sequence[Projection]) -> None:
    """Make the indexes by which versions are found: quicker once many are there than row by row."""
    if connection.execute("select 1 from sqlite_schema where name = 'sqlite_stat1'").fetchone():
        return
    connection.execute("analyze main.past_tables")  # begins the table of what the planner may take for granted
    connection.execute("delete from sqlite_stat1")
    for index in chain.from_iterable(map(_indexes, shapes_of(projections))):
        connection.execute("insert into sqlite_stat1 values (?, ?, ?)", (index.table, index.name, index.statistics))
        if index.sql:
            connection.execute(index.sql)


def standing_views(projections: Sequence[Projection]) -> str:
    """The script that lets a connection see the tables as of the position in `temp.asked`."""
    return _ASKING + "".join(map(_view, shapes_of(projections)))


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
    create table if not exists past_tables (
        name text primary key, epoch integer not null, rows integer not null, changes integer not null
    ) strict, without rowid;
    create index if not exists past_tables_due on past_tables (name) where {due};
    create table if not exists past_epochs (
        name text not null, epoch integer not null, primary key (name, epoch)
    ) strict, without rowid;
"""
_ASKING: Final = f"""
    create temp table asked (position integer not null) strict;
    insert into temp.asked values (0);
    create temp view follower (one, position) as select 1, {_ASKED};
"""


def _nothing(_connection: sqlite3.Connection, _recorded: Recorded) -> None:
    pass


def _again(table: TableShape) -> str:
    """All rows as they are, at the beginning of an epoch."""
    row = ["rowid"] if table.numbered else []
    values = ", ".join([_epoch(table), *row, _HERE, str(_STILL), *table.columns])
    return f"insert into past_{table.name} select {values} from {table.name}"


def _epoch(table: TableShape) -> str:
    return f"(select epoch from past_tables where name = '{table.name}')"


def _keeping(table: TableShape) -> str:
    """The versions have numbers of their own, so that a condition on what an index says needs no look at the row.

    They are found in the order of the table itself, so that rows come in the same order.
    """
    row = ["past_row integer"] if table.numbered else []
    columns = ", ".join(["past_epoch integer", *row, "past_from integer", "past_until integer", *table.declared])
    key = ", ".join(["past_epoch", *_told_by(table), "past_until", "past_from"])
    return f"""
    create table if not exists past_{table.name} ({columns}) strict;
    create index if not exists past_{table.name}_in_order_of_rows on past_{table.name} ({key});
    insert or ignore into past_tables values ('{table.name}', 0, 0, 0);
    insert or ignore into past_epochs values ('{table.name}', 0);
    {_triggers(table)}"""


def _told_by(table: TableShape) -> tuple[str, ...]:
    """The key as the table of versions calls it."""
    return ("past_row",) if table.numbered else table.primary


class _Index(Struct, frozen=True):
    table: str
    name: str
    statistics: str
    sql: str


def _indexes(table: TableShape) -> Iterator[_Index]:
    """Those of the table, within an epoch, followed by what says which version is looked for."""
    name, key = f"past_{table.name}", _told_by(table)
    more = (*key, "past_until", "past_from")
    yield _Index(name, f"{name}_in_order_of_rows", _statistics(len(key) - 1, len(key), 2, _TABLE), "")
    own = (IndexShape(name=f"{table.name}_by_key", columns=table.primary, unique=True, condition=""),)
    for index in (own if table.numbered and table.primary else ()) + table.indexes:
        columns = ", ".join(("past_epoch", *index.columns, *more))
        sql = f"create index past_{index.name} on {name} ({columns}) {index.condition}"
        wide = len(index.columns)
        yield _Index(name, f"past_{index.name}", _statistics(wide - index.unique, wide, len(more), _MORE), sql)


def _statistics(open_: int, columns: int, more: int, epoch: int) -> str:
    """What the planner would suppose of the table's own index, for each epoch: how many rows begin alike.

    As long as columns leave it open which row is meant, there are about ten; then there is one.
    """
    alike = [10 - place if place < open_ else 1 for place in range(columns)]
    return " ".join(map(str, (4 * _TABLE, epoch, *alike, *[1] * more)))


_TABLE: Final = 2**20  # rows; what the planner supposes of a table of which it knows nothing
_MORE: Final = _TABLE * 5 // 4  # where an epoch is gone through as a whole, the order of its rows is preferred


def _triggers(table: TableShape) -> str:
    changed = " or ".join(f"old.{column} is not new.{column}" for column in table.columns)
    count = f"update past_tables set changes = changes + 1 where name = '{table.name}';"
    return f"""create trigger if not exists past_{table.name}_begun after insert on {table.name} begin
        {_begin(table)}
        {count}
    end;
    create trigger if not exists past_{table.name}_changed after update on {table.name} when {changed} begin
        {_end(table)}
        {_begin(table)}
        {count}
    end;
    create trigger if not exists past_{table.name}_ended after delete on {table.name} begin
        {_end(table)}
        {count}
    end;
    """


def _begin(table: TableShape) -> str:
    row = ["new.rowid"] if table.numbered else []
    values = ", ".join([_epoch(table), *row, _HERE, str(_STILL), *(f"new.{column}" for column in table.columns)])
    return f"insert into past_{table.name} values ({values});"


def _end(table: TableShape) -> str:
    """What came and went within one event never stood at any position."""
    key = ("rowid",) if table.numbered else table.primary
    theirs = " and ".join(f"{ours} = old.{theirs}" for ours, theirs in zip(_told_by(table), key, strict=True))
    still = f"past_epoch = {_epoch(table)} and {theirs} and past_until = {_STILL}"
    return f"""delete from past_{table.name} where {still} and past_from = {_HERE};
        update past_{table.name} set past_until = {_HERE} where {still};"""


def _view(table: TableShape) -> str:
    columns = ", ".join(table.columns)
    epoch = f"select max(epoch) from main.past_epochs where name = '{table.name}' and epoch <= {_ASKED}"
    return f"""
    create temp view {table.name} ({columns}) as select {columns} from main.past_{table.name}
        where past_epoch = ({epoch}) and past_from <= {_ASKED} and past_until > {_ASKED};"""
