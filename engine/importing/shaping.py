"""Lines of a file as rows of our tables: ours as they stand, foreign ones through a mapping."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.vocabulary import names_students
from engine.importing.mapping import Entry
from engine.importing.reading import Sheet
from engine.importing.report import Findings
from engine.importing.tables import Row, Table

_ROLE_COLUMNS: Final = frozenset({"role", "roles", "user_role", "userrole"})  # looked at whether mapped or not

NO_STUDENTS: Final = "a student, pupil or rostered parent, whose data is not taken in"
WITHOUT_THEM: Final = "take these rows out of the file"

Line = tuple[int, dict[str, str]]


class Shaped(Struct, frozen=True, kw_only=True):
    """The rows that one file gives to one table."""

    rows: tuple[Row, ...] = ()
    read: int = 0
    merged: int = 0
    left_out: int = 0


def ours(sheet: Sheet, table: Table, findings: Findings) -> Shaped:
    """A file in our own format. Unknown columns are refused, so that nothing is lost in silence."""
    if not set(table.columns) & set(sheet.header):  # then it may be a row of somebody's words, which are not repeated
        findings.refuse(
            sheet.file,
            1,
            "the first line names none of our columns",
            remedy=f"begin with their names: {', '.join(table.columns)}",
        )
        return Shaped()
    for name in sheet.header:
        if name not in table.columns:
            near = difflib.get_close_matches(name, table.columns, n=1)
            findings.refuse(
                sheet.file,
                1,
                f"unknown column {name}",
                remedy=f"did you mean {near[0]}?" if near else f"the columns are {', '.join(table.columns)}",
            )
    lacking = [column for column in table.columns if column in table.required and column not in sheet.header]
    if lacking:
        findings.refuse(sheet.file, 1, f"without the required column {', '.join(lacking)}")
        return Shaped()
    if table.name == "members":
        _refuse_students(sheet, {"role"}, findings)
    rows = tuple(Row(table=table.name, file=sheet.file, line=line, values=values) for line, values in sheet.lines)
    return Shaped(rows=rows, read=len(rows))


def foreign(sheet: Sheet, table: Table, entry: Entry, earlier: Callable[[str], datetime], findings: Findings) -> Shaped:
    """A foreign file by its mapping. `earlier` makes of a cell what its instant is compared by."""
    lacking = sorted(entry.foreign() - set(sheet.header))
    if lacking:
        findings.refuse(
            sheet.file, 1, f"without the column {', '.join(lacking)}", remedy="the mapping names it for " + table.name
        )
        return Shaped()
    if table.name == "members":
        _refuse_students(sheet, entry.cell("role").columns() if "role" in entry.columns else set(), findings)
    lines = [(line, _translated(cells, entry)) for line, cells in sheet.lines]
    kept = [(line, cells) for line, cells in lines if not entry.where or any(cells[c] for c in entry.where)]
    groups = _groups(kept, entry, earlier)
    rows = [_row(group, table, entry, sheet.file) for group in groups]
    return Shaped(
        rows=tuple(_numbered(rows, table, findings) if entry.number_repeats else rows),
        read=len(sheet.lines),
        merged=len(kept) - len(groups),
        left_out=len(sheet.lines) - len(kept),
    )


def _groups(lines: list[Line], entry: Entry, earlier: Callable[[str], datetime]) -> list[list[Line]]:
    """Rows that share a grouping key, the leading one first."""
    if not entry.group_by:
        return [[line] for line in lines]
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        groups.setdefault(tuple(line[1][column] for column in entry.group_by), []).append(line)
    if entry.earliest:
        return [sorted(group, key=lambda line: earlier(line[1][entry.earliest])) for group in groups.values()]
    return list(groups.values())


def _row(group: list[Line], table: Table, entry: Entry, file: str) -> Row:
    rows = [cells for _, cells in group]
    values = {column: entry.cell(column).of(rows) for column in entry.columns}
    return Row(table=table.name, file=file, line=group[0][0], values={**values, **entry.constants})


def _numbered(rows: list[Row], table: Table, findings: Findings) -> Iterator[Row]:
    """The second row of a key gets the key `… (2)`."""
    met: Counter[str] = Counter()
    for row in rows:
        met[row.key] += 1
        if met[row.key] == 1 or not row.key:
            yield row
        else:
            findings.warn(row.file, row.line, f"{table.name} with a key that came before, kept and numbered")
            yield replace(row, values={**row.values, table.key: f"{row.key} ({met[row.key]})"})


def _translated(cells: dict[str, str], entry: Entry) -> dict[str, str]:
    if not entry.values:
        return cells
    words = {column: table.get(cells[column], cells[column]) for column, table in entry.values.items()}
    return {**cells, **words}


def _refuse_students(sheet: Sheet, columns: Iterable[str], findings: Findings) -> None:
    """Rule 30: looked for in what the file says, before any mapping."""
    looked_at = [name for name in sheet.header if name in columns or name.lower() in _ROLE_COLUMNS]
    for line, cells in sheet.lines:
        for column in looked_at:
            if is_student(cells[column]):
                findings.refuse(sheet.file, line, NO_STUDENTS, field=column, remedy=WITHOUT_THEM)


def is_student(role: str) -> bool:
    return names_students(role)
