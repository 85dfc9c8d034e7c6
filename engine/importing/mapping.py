"""The mapping file: which foreign columns make which of ours. A small language of names and values; no code in it."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from domain.refusals import BadFile
from engine.importing.tables import LIST, TABLES

_REMEDY: Final = "see docs/importing.md"
_NAMED: Final = re.compile(r"\{([^{}]+)\}")

FileName = Annotated[str, Meta(pattern=r"^[^/\\\x00]+\.csv$(?!\n)")]


class Cell(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one of our cells is put together: of what is not empty, all parts joined, or one."""

    parts: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()  # instead of parts: the first that is filled
    by: Annotated[str, Meta(min_length=1)] = LIST
    rows: Literal["first", "all"] = "first"  # of the rows that share a grouping key

    def of(self, rows: list[dict[str, str]]) -> str:
        """From the first row, or each piece of all rows once, in the order in which they are met."""
        if self.rows == "first":
            return self.by.join(self._filled(rows[0]))
        pieces = (piece.strip() for row in rows for text in self._filled(row) for piece in text.split(self.by))
        return self.by.join(dict.fromkeys(piece for piece in pieces if piece))

    def _filled(self, row: dict[str, str]) -> list[str]:
        filled = [text for part in self.parts or self.one_of if (text := _filled(part, row))]
        return filled if self.parts else filled[:1]

    def columns(self) -> set[str]:
        return {column for part in (*self.parts, *self.one_of) for column in columns_in(part)}


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One foreign file as the source of rows of one table of ours."""

    source: FileName
    columns: dict[str, str | Cell]
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}  # foreign column → its words → ours; applied before all that follows
    where: tuple[str, ...] = ()  # only rows in which at least one of these is filled
    group_by: tuple[str, ...] = ()  # rows alike in all of these become one
    number_repeats: bool = False  # a key that comes again is one more thing, not a mistake
    earliest: str = ""  # the row with the earliest instant here leads its group, else the first one

    def cell(self, column: str) -> Cell:
        given = self.columns[column]
        return Cell(parts=(given,)) if isinstance(given, str) else given

    def foreign(self) -> set[str]:
        """Every foreign column that is named anywhere."""
        used = {name for column in self.columns for name in self.cell(column).columns()}
        return used | set(self.values) | set(self.where) | set(self.group_by) | ({self.earliest} - {""})


class Mapping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping file."""

    zone: str = ""
    sites: tuple[Entry, ...] = ()
    members: tuple[Entry, ...] = ()
    challenges: tuple[Entry, ...] = ()
    posts: tuple[Entry, ...] = ()
    resources: tuple[Entry, ...] = ()

    def entries(self) -> list[tuple[str, Entry]]:
        return [(name, entry) for name in TABLES for entry in getattr(self, name)]


def load_mapping(path: Path) -> Mapping:
    """Raises BadFile with the place in the mapping file."""
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text("utf-8-sig")), Mapping)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        words = error.strerror if isinstance(error, OSError) else str(error)
        raise BadFile(f"this mapping cannot be used: {words}", field=path.name, remedy=_REMEDY) from error
    if not mapping.entries():
        raise BadFile("this mapping fills no table", field=path.name, remedy=f"it may fill {', '.join(TABLES)}")
    for name, entry in mapping.entries():
        _check(name, entry, path.name)
    return mapping


def columns_in(part: str) -> list[str]:
    """A part with braces is a template; without, it is the name of a column."""
    return _NAMED.findall(part) if "{" in part else [part]


def _filled(part: str, row: dict[str, str]) -> str:
    """Empty when any column that is named is empty."""
    if not all(row[column] for column in columns_in(part)):
        return ""
    return _NAMED.sub(lambda named: row[named[1]], part) if "{" in part else row[part]


def _check(name: str, entry: Entry, file: str) -> None:
    table = TABLES[name]
    place = f"{file}: {name} from {entry.source}"
    given = set(entry.columns) | set(entry.constants)
    complaints = (
        ("we have no such column", given - set(table.columns)),
        ("both a column and a constant", set(entry.columns) & set(entry.constants)),
        ("required, and given by nothing", table.required - given),
        (
            "either parts or one_of",
            {c for c in entry.columns if bool(entry.cell(c).parts) == bool(entry.cell(c).one_of)},
        ),
        ("a template without a column in braces", {c for c in entry.columns if not entry.cell(c).columns()}),
    )
    for words, columns in complaints:
        if columns:
            raise BadFile(f"{words}: {', '.join(sorted(columns))}", field=place, remedy=_REMEDY)
