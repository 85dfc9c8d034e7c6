"""What an import found and did, by table, file and line."""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from domain.refusals import Refused

FIRST_LINES: Final = 5  # of a warning that many lines share


class Refusal(Struct, frozen=True, kw_only=True):
    """One reason why nothing was recorded."""

    file: str
    line: int  # 0: the file as a whole
    field: str | None = None
    words: str
    remedy: str | None = None

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line or "")) if part)
        told = ": ".join(part for part in (place, self.field, self.words) if part)
        return told + (f" ({self.remedy})" if self.remedy else "")


class Warned(Struct, frozen=True, kw_only=True):
    """Something odd that stops nothing, and how often it was met."""

    file: str
    words: str
    count: int
    lines: tuple[int, ...]  # the first ones

    def __str__(self) -> str:
        more = ", …" if self.count > len(self.lines) else ""
        return f"{self.file}: {self.words}: {self.count} × (lines {', '.join(map(str, self.lines))}{more})"


class TableCount(Struct, frozen=True, kw_only=True):
    """read = merged + left_out + unchanged + rows with something new in them."""

    table: str
    read: int
    merged: int  # into an earlier row of the same grouping key
    left_out: int  # by `where`
    unchanged: int  # recorded before, just so
    events: int  # recorded now; in a dry run: that would be


class Report(Struct, frozen=True, kw_only=True):
    """What came of an import. With a single refusal, nothing was recorded."""

    network: str
    dry_run: bool
    events: int = 0  # recorded now; in a dry run: that would be
    tables: tuple[TableCount, ...] = ()
    warnings: tuple[Warned, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def changed_nothing(self) -> bool:
        """Whether all of it stood already."""
        return not self.refusals and not self.events


class Findings:
    """Collects what is wrong and what is odd, in every file and line, so that all of it is told at once."""

    def __init__(self) -> None:
        self.refusals: dict[Refusal, None] = {}  # each once: one cell may feed several commands
        self._warned: dict[tuple[str, str], list[int]] = {}

    def refuse(self, file: str, line: int, words: str, *, field: str | None = None, remedy: str | None = None) -> None:
        self.refusals[Refusal(file=file, line=line, field=field, words=words, remedy=remedy)] = None

    def warn(self, file: str, line: int, words: str) -> None:
        self._warned.setdefault((file, words), []).append(line)

    @property
    def warnings(self) -> tuple[Warned, ...]:
        return tuple(
            Warned(file=file, words=words, count=len(lines), lines=tuple(lines[:FIRST_LINES]))
            for (file, words), lines in self._warned.items()
        )


def as_refusal(refused: Refused, file: str, line: int, columns: Mapping[str, str]) -> Refusal:
    """A decider's no, at its line and in the words of the table's columns."""
    field = columns.get(refused.field, refused.field) if refused.field else None
    return Refusal(file=file, line=line, field=field, words=refused.words, remedy=refused.remedy)


def in_order(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    return tuple(sorted(set(refusals), key=lambda refusal: (refusal.file, refusal.line, refusal.field or "")))
