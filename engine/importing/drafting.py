"""One import being worked out: the orders so far, what they lean on, and what is wrong with their rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum, EnumType
from types import MappingProxyType
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from domain.challenges import AnswerChallenge
from domain.kernel import Command
from domain.members import ClaimExpertise, DescribeProfile, GrantNetworkRole, NameGrowthArea
from domain.refusals import Malformed
from domain.sites import DescribeSite
from domain.vocabulary import StreamId
from engine.commands import Order
from engine.forms import malformed
from engine.importing.ids import Ids
from engine.importing.instants import Moment, moment
from engine.importing.report import Findings
from engine.importing.tables import TABLES, Row

C = TypeVar("C", bound=Command)

_AHEAD: Final = timedelta(minutes=1)  # how far clocks may differ before an instant counts as the future
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_DATES: Final = {"members": "joined_at", "challenges": "posted_at", "posts": "posted_at", "resources": "shared_at"}

# where a command's field has another name than the column it comes from
_COLUMNS: Final[dict[type[Command], Mapping[str, str]]] = {
    DescribeSite: {"occurred_at": "described_at"},
    DescribeProfile: {"text": "profile"},
    GrantNetworkRole: {"role": "network_roles"},
    ClaimExpertise: {"topic": "expertise"},
    NameGrowthArea: {"topic": "growth_areas"},
    AnswerChallenge: {"answer": "post", "member": "author"},
}


class Planned(Struct, frozen=True, kw_only=True):
    """An order and the row that it comes from."""

    order: Order
    row: Row

    @property
    def columns(self) -> Mapping[str, str]:
        """Field of the command → column of the table."""
        date = _DATES.get(self.row.table)
        renamed = _COLUMNS.get(type(self.order.command), _NOTHING)
        return {"occurred_at": date, **renamed} if date else renamed


class Outside(Struct, frozen=True, kw_only=True):
    """Something named that is in no table here, so it has to be in the network already."""

    id: StreamId
    kind: str
    row: Row
    column: str


class Draft:
    """Collects orders. Whatever a row says wrongly is told, and the next cell is looked at all the same."""

    def __init__(
        self,
        tables: Mapping[str, Sequence[Row]],
        network: StreamId,
        ids: Ids,
        zone: ZoneInfo | None,
        now: datetime,
        findings: Findings,
    ) -> None:
        self.network: Final = network
        self.findings: Final = findings
        self.now: Final = now
        self.planned: list[Planned] = []
        self.outside: list[Outside] = []
        self._ids = ids
        self._zone = zone
        self._keys = {name: {row.key for row in rows} for name, rows in tables.items()}
        self._begun: dict[str, datetime] = {}

    def give(self, row: Row, command: Command | None, at: Moment | None, on_behalf_of: str | None = None) -> None:
        """Plan an order, unless something of it was refused."""
        if command is not None and at is not None:
            order = Order(command=command, at=at.at, on_behalf_of=on_behalf_of)
            self.planned.append(Planned(order=order, row=row))

    def command(self, asked: type[C], row: Row, /, **fields: object) -> C | None:
        """A command within its limits. Empty cells leave a field out; a required one was missed elsewhere."""
        given = {name: value for name, value in fields.items() if value is not None and value != ""}
        try:
            return msgspec.convert(given, asked, strict=False)
        except msgspec.ValidationError:
            self._tell(asked, row, given)
            return None

    def id(self, row: Row) -> str | None:
        """The id of what this row is about."""
        return self._ids.of(TABLES[row.table].kind, row.key) if row.key else None

    def named(self, row: Row, column: str, table: str) -> str | None:
        """The id of what this cell names; None for an empty one."""
        key = row[column]
        if not key:
            return None
        kind = TABLES[table].kind
        found = self._ids.of(kind, key)
        if key not in self._keys[table]:
            self.outside.append(Outside(id=found, kind=kind, row=row, column=column))
        return found

    def moment(self, row: Row, column: str) -> Moment | None:
        """When it happened; None when that is missing or wrong."""
        if not row[column]:
            return None
        try:
            told = moment(row[column], self._zone)
        except Malformed as refused:
            self.refuse(row, column, refused.words, refused.remedy)
            return None
        if told.at > self.now + _AHEAD:
            self.refuse(row, column, "this lies in the future", "give the instant it happened")
            return None
        return told

    def begins(self, thing: str | None, at: Moment | None) -> None:
        if thing and at:
            self._begun[thing] = at.at

    def after(self, row: Row, at: Moment | None, thing: str | None, words: str) -> None:
        """Warn of an act on something that had not begun."""
        begun = self._begun.get(thing or "")
        if at and begun and at.at < begun:
            self.findings.warn(row.file, row.line, words)

    def refuse(self, row: Row, column: str, words: str, remedy: str | None = None) -> None:
        self.findings.refuse(row.file, row.line, words, field=column, remedy=remedy)

    def _tell(self, asked: type[Command], row: Row, given: Mapping[str, object]) -> None:
        """What is wrong with each field, not only with the first."""
        types = {field.name: field.type for field in msgspec.structs.fields(asked)}
        renamed = _COLUMNS.get(asked, _NOTHING)
        for name, value in given.items():
            try:
                msgspec.convert(value, types[name], strict=False)
            except msgspec.ValidationError as error:
                self.refuse(row, renamed.get(name, name), _plain(name, types[name], malformed(error).words))


def _plain(name: str, kind: object, words: str) -> str:
    if isinstance(kind, EnumType):
        choices: Iterable[Enum] = kind
        return f"none of: {', '.join(str(choice.value) for choice in choices)}"
    if name == "url":
        return "neither a web address nor a path"
    return "not a whole number" if words.startswith("a whole number") else words
