"""A network's members, sites, challenges, posts and resources as the tables that an import takes whole."""

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection
from typing import Final

from engine.exporting import write_table
from engine.exports import Wrote
from engine.followers import Views
from engine.network_tables import tables_of

TABLES: Final = ("sites", "members", "challenges", "posts", "resources")
FILES: Final = tuple(f"{table}.csv" for table in TABLES)


def write_tables(draft: Path, connection: Connection, told: Callable[[str, int], None]) -> Wrote:
    """`told` of each file how many rows it has."""
    rows = tables_of(connection)
    for table in TABLES:
        told(f"{table}.csv", write_table(draft / f"{table}.csv", table, rows[table]))
    return Wrote(sum(map(len, rows.values())), Views.position_in(connection))
