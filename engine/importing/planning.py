"""From files to a plan: read, map, check every row, and work out the orders."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from domain.refusals import BadFile, Malformed
from domain.sites import RegisterSite
from domain.vocabulary import StreamId
from engine.commands import Order
from engine.importing.drafting import Draft, Outside, Planned
from engine.importing.ids import Ids
from engine.importing.instants import moment, zone_named
from engine.importing.mapping import Entry, load_mapping
from engine.importing.orders import planned
from engine.importing.reading import Sheet, read_sheet
from engine.importing.report import Findings, Refusal, Warned
from engine.importing.shaping import Shaped, foreign, ours
from engine.importing.tables import TABLES, Row, Table
from engine.sealing import KeyRing

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Import(Struct, frozen=True, kw_only=True):
    """What files ask for, with the place of every order. Refusals mean that it cannot be carried out."""

    network: StreamId
    orders: tuple[Planned, ...]
    outside: tuple[Outside, ...]
    shaped: dict[str, Shaped]  # by table
    warnings: tuple[Warned, ...]
    refusals: tuple[Refusal, ...]
    ids: Ids

    def command_id(self, orders: Sequence[Order]) -> str:
        """The same orders have the same id. Keyed, so that it tells nothing about what they say."""
        body = [(type(order.command).__name__, order.command, order.on_behalf_of, _when(order)) for order in orders]
        return f"import-{self.ids.hashed(sha256(msgspec.msgpack.encode(body, order='deterministic')).digest())}"


def plan_import(
    source: Path | Sequence[Path],
    network: StreamId,
    keys: KeyRing,
    mapping: Path | None = None,
    *,
    zone: str = "",
    now: datetime | None = None,
) -> Import:
    """Plan the import of a folder or of single files, in our own format or by a mapping.

    `zone` holds for local times where a mapping names none. Raises BadFile when there is nothing to read at all;
    everything that is wrong inside the files is told in the plan.
    """
    findings = Findings()
    files = _files(source)
    shaped, zone_there = _mapped(files, mapping, zone, findings) if mapping else _own(files, zone, findings)
    tables = {name: _checked(one.rows, TABLES[name], findings) for name, one in shaped.items()}
    if not findings.refusals and not any(tables.values()):
        raise BadFile("there is no row to import", field=", ".join(sorted(files)))
    ids = Ids(network, keys)
    draft = Draft(tables, network, ids, zone_there, now or datetime.now(UTC), findings)
    orders = planned(draft, tables)
    return Import(
        network=network,
        orders=orders,
        outside=tuple(draft.outside),
        shaped=shaped,
        warnings=findings.warnings,
        refusals=tuple(findings.refusals),
        ids=ids,
    )


def _when(order: Order) -> datetime | None:
    """No table says when a site was registered, so it counts for nothing."""
    return None if isinstance(order.command, RegisterSite) else order.at


def _files(source: Path | Sequence[Path]) -> dict[str, Path]:
    paths = [source] if isinstance(source, Path) else list(source)
    absent = [str(path) for path in paths if not path.exists()]
    if absent:
        raise BadFile("there is no such file or folder", field=", ".join(absent))
    found = [file for path in paths for file in (sorted(path.glob("*.csv")) if path.is_dir() else [path])]
    files = {path.name: path for path in found}
    if not files or len(files) < len(found):
        words = "two files of one name" if files else "there is no CSV file"
        raise BadFile(words, field=", ".join(str(path) for path in paths))
    return files


def _own(files: Mapping[str, Path], zone: str, findings: Findings) -> tuple[dict[str, Shaped], ZoneInfo | None]:
    names = {table.file: table for table in TABLES.values()}
    for name in sorted(set(files) - set(names)):
        findings.refuse(
            name, 0, "not one of our tables", remedy=f"they are {', '.join(names)}; other files need a mapping"
        )
    shaped = {name: Shaped() for name in TABLES}
    for file, table in names.items():
        sheet = read_sheet(files[file], findings, guarded=True) if file in files else None
        if sheet:
            shaped[table.name] = ours(sheet, table, findings)
    return shaped, zone_named(zone)


def _mapped(
    files: Mapping[str, Path], mapping: Path, zone: str, findings: Findings
) -> tuple[dict[str, Shaped], ZoneInfo | None]:
    rules = load_mapping(mapping)
    try:
        there = zone_named(rules.zone or zone)
    except Malformed as refused:
        raise BadFile(refused.words, field=f"{mapping.name}: zone", remedy=refused.remedy) from refused
    missing = sorted({entry.source for _, entry in rules.entries()} - set(files))
    if missing:
        raise BadFile("the mapping reads a file that is not here", field=", ".join(missing))
    sheets: dict[str, Sheet | None] = {}
    shaped = {name: Shaped() for name in TABLES}
    for name, entry in rules.entries():
        if entry.source not in sheets:
            sheets[entry.source] = read_sheet(files[entry.source], findings)
        sheet = sheets[entry.source]
        if sheet:
            shaped[name] = _joined(shaped[name], _foreign(sheet, name, entry, there, findings))
    return shaped, there


def _foreign(sheet: Sheet, name: str, entry: Entry, zone: ZoneInfo | None, findings: Findings) -> Shaped:
    return foreign(sheet, TABLES[name], entry, partial(_instant, zone=zone), findings)


def _instant(text: str, zone: ZoneInfo | None) -> datetime:
    try:
        return moment(text, zone).at
    except Malformed:
        return _NEVER  # told where the cell itself is used


def _joined(one: Shaped, other: Shaped) -> Shaped:
    return Shaped(
        rows=one.rows + other.rows,
        read=one.read + other.read,
        merged=one.merged + other.merged,
        left_out=one.left_out + other.left_out,
    )


def _checked(rows: Sequence[Row], table: Table, findings: Findings) -> tuple[Row, ...]:
    """Rows of a key of their own. Missing values are told, and the rest of the row is looked at all the same."""
    first: dict[str, Row] = {}
    for row in rows:
        for column in table.columns:
            if not row[column] and column in table.required:
                findings.refuse(row.file, row.line, "missing", field=column)
            elif not row[column] and column in table.missed:
                findings.warn(row.file, row.line, f"{table.name} with an empty {column}")
        earlier = first.setdefault(row.key or f"\0{row.file}:{row.line}", row)
        if earlier is not row:
            findings.refuse(
                row.file,
                row.line,
                f"the same key as {earlier.file}:{earlier.line}",
                field=table.key,
            )
    return tuple(first.values())
