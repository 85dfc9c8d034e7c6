"""Our tables written as CSV, which an import reads back and a spreadsheet shows without running anything."""

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeAlias

from domain.refusals import StorageTrouble
from engine.importing.tables import TABLES

Cell: TypeAlias = str | int | date | datetime | None

_RUNS: Final = re.compile(r"'*[=+\-@\t\r]")  # apostrophes before it count too, so that an import takes off exactly one


def write_table(path: Path, table: str, rows: Iterable[Mapping[str, Cell]]) -> int:
    """Write `table` whole or not at all, and tell how many rows. Columns that a row leaves out stay empty."""
    columns = TABLES[table].columns
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, start=1):  # noqa: B007 - told at the end
        strange = set(row) - set(columns)
        if strange:
            raise ValueError(f"{table} has no column {', '.join(sorted(strange))}")
        writer.writerow([guarded(_text(row.get(column))) for column in columns])
    write_whole(path, text.getvalue().encode())
    return count


def guarded(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _RUNS.match(cell) else cell


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)  # a datetime is a date too


def write_whole(path: Path, content: bytes) -> None:
    """Readers see the old file or the whole new one."""
    try:
        file, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        beside = Path(name)
        try:
            with os.fdopen(file, "wb") as opened:
                opened.write(content)
                opened.flush()
                os.fsync(opened.fileno())
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise StorageTrouble(
            "this file cannot be written; what stood there is as it was", field=str(path), remedy="check the disk"
        ) from error
