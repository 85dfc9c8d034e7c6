"""CSV in: bytes to lines of named cells, or every reason why not."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from engine.importing.report import Findings

FILE_LIMIT: Final = 100_000_000  # bytes; one import is one save and is held in memory

_GUARDED: Final = re.compile(r"'+[=+\-@\t\r]")
_BOM: Final = b"\xef\xbb\xbf"
_AS_UTF8: Final = "save it as CSV UTF-8, with commas"


class Sheet(Struct, frozen=True, kw_only=True):
    """A file's lines by the names in its first line; cells without the blanks around them."""

    file: str
    header: tuple[str, ...]
    lines: tuple[tuple[int, dict[str, str]], ...]  # the line on which a row begins, its cells


def read_sheet(path: Path, findings: Findings, *, guarded: bool = False) -> Sheet | None:
    """None when the file cannot be used; what is wrong then stands in `findings`.

    `guarded`: take off the apostrophe that our own export puts before what a spreadsheet would run.
    """
    text = _text(path, findings)
    if text is None:
        return None
    records = list(_records(text, path.name, findings))
    if not records:
        findings.refuse(path.name, 1, "empty", remedy="the first line names the columns")
        return None
    header = tuple(name.strip() for name in records[0][1])
    if not _usable(header, path.name, findings):
        return None
    return Sheet(
        file=path.name, header=header, lines=tuple(_lines(header, records[1:], path.name, findings, guarded=guarded))
    )


def unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _text(path: Path, findings: Findings) -> str | None:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= FILE_LIMIT else b""
    except OSError as error:
        findings.refuse(path.name, 0, f"cannot be read: {error.strerror}")
        return None
    if size > FILE_LIMIT:
        findings.refuse(
            path.name, 0, f"larger than {FILE_LIMIT // 1_000_000} MB", remedy="import it in several smaller parts"
        )
        return None
    data = data.removeprefix(_BOM)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        findings.refuse(path.name, data.count(b"\n", 0, error.start) + 1, "not in UTF-8", remedy=_AS_UTF8)
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        findings.refuse(path.name, line, "holds a NUL byte", remedy=_AS_UTF8)
        return None
    return text


def _records(text: str, file: str, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins; blank lines say nothing."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger than" in str(error):
            words = f"a value is longer than {csv.field_size_limit():,} characters"
            findings.refuse(file, begins, words, remedy="shorten it, or close a quotation mark that was left open")
            return
        findings.refuse(
            file, begins, "a quotation mark is out of place here", remedy='close it, or write " inside a text as ""'
        )


def _usable(header: tuple[str, ...], file: str, findings: Findings) -> bool:
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if len(header) == 1 and re.search("[;\t]", header[0]):
        findings.refuse(file, 1, "the columns are not parted by commas", remedy=_AS_UTF8)
    elif not all(header):
        findings.refuse(file, 1, f"column {header.index('') + 1} has no name")
    elif twice:
        findings.refuse(file, 1, f"named twice: {', '.join(twice)}")
    else:
        return True
    return False


def _lines(
    header: tuple[str, ...], records: list[tuple[int, list[str]]], file: str, findings: Findings, *, guarded: bool
) -> Iterator[tuple[int, dict[str, str]]]:
    for line, cells in records:
        if len(cells) != len(header):
            findings.refuse(
                file,
                line,
                f"{len(cells)} values where the first line names {len(header)} columns",
                remedy="put texts with commas or line ends in quotation marks",
            )
        else:
            opened = map(unguarded, cells) if guarded else cells
            yield line, dict(zip(header, (cell.strip() for cell in opened), strict=True))
