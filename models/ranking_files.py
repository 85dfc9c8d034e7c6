"""Files of candidates and queries, each line used or refused by its number; a table of scores, whole or not at all."""

import math
import os
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Container, Iterable, Iterator
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, TypeVar

import msgspec

from models.legible import doubts
from models.ranking import PLACES

BREAK: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
HEADER: Final = "query\tcandidate\tscore\n"
LONGEST_LINE: Final = 64 * 2**20  # bytes
LONGEST_ID: Final = 1000  # letters
SHOWN: Final = 60  # letters of an id in a refusal

Row = tuple[str, str, float]  # query, candidate, score
Note = Callable[[str], None]  # hears what is to be known of a line that is used all the same


class BadLine(ValueError):  # noqa: N818 - a plain fact
    """A line of a file cannot be used; says which and why, and never what stands in its texts."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}, line {line}: {why}")
        self.path = path
        self.line = line
        self.why = why


class BadScores(ValueError):  # noqa: N818 - a plain fact
    """Scores that cannot be written as a table, or not to this place."""


class Candidate(msgspec.Struct, frozen=True):
    """A person's pieces of evidence, or one text of a problem; may be empty."""

    id: str
    texts: tuple[str, ...]


class Query(msgspec.Struct, frozen=True):
    """A need, and whom to rank for it (None: everybody)."""

    id: str
    texts: tuple[str, ...]
    candidates: tuple[str, ...] | None = None


Line = TypeVar("Line", Candidate, Query)


def load_candidates(path: Path, note: Note | None = None) -> tuple[Candidate, ...]:
    """Lines of `{"id", "texts"}`."""
    return tuple(candidate for _, candidate in _lines(path, Candidate, note))


def load_queries(path: Path, known: Container[str], note: Note | None = None) -> tuple[Query, ...]:
    """Lines of `{"id", "texts", "candidates"}`; `known` holds the ids of all candidates."""
    queries = []
    for number, query in _lines(path, Query, note):
        named = query.candidates or ()
        unknown = next((candidate for candidate in named if candidate not in known), None)
        if unknown is not None:
            raise BadLine(path, number, f"there is no candidate {_short(unknown)}")
        if len(set(named)) < len(named):
            raise BadLine(path, number, "a candidate is named twice")
        queries.append(query)
    return tuple(queries)


def write_scores(path: Path, rows: Iterable[Row]) -> int:
    """Write the whole table or nothing, and return how many rows it has; of a link, what it names is replaced."""
    target = Path(os.path.realpath(path))  # Path.resolve fails at a link to itself
    if target.exists() and not target.is_file():
        raise BadScores(f"{path} is there and is no file that could be replaced")
    try:
        return _replace(target, rows)
    except OSError as fault:
        fault.filename = str(path)  # and not the temporary one beside it
        raise


def _replace(path: Path, rows: Iterable[Row]) -> int:
    with NamedTemporaryFile("w", encoding="utf-8", newline="", dir=path.parent, prefix=".scores-", delete=False) as new:
        try:
            written = _write(new.write, rows)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(0o644)
            Path(new.name).replace(path)
        except BaseException:
            Path(new.name).unlink(missing_ok=True)
            raise
    return written


def _write(write: Callable[[str], object], rows: Iterable[Row]) -> int:
    write(HEADER)
    written = 0
    for query, candidate, score in rows:
        if not math.isfinite(score) or not (_plain(query) and _plain(candidate)):
            pair = f"query {_short(query)}, candidate {_short(candidate)}"
            raise BadScores(f"{pair}: a score must be finite, an id within one cell")
        write(f"{query}\t{candidate}\t{score:.{PLACES}f}\n")
        written += 1
    return written


def _lines(path: Path, shape: type[Line], note: Note | None) -> Iterator[tuple[int, Line]]:
    decoder = msgspec.json.Decoder(shape)
    seen: set[str] = set()
    for number, line in _numbered(path):
        found = _line(decoder, path, number, line)
        if not _plain(found.id):
            why = f"must be a word of at most {LONGEST_ID} letters without tabs and line breaks"
            raise BadLine(path, number, f"the id {_short(found.id)} {why}")
        if found.id in seen:
            raise BadLine(path, number, f"the id {_short(found.id)} was there before")
        seen.add(found.id)
        if note is not None:
            for doubt in doubts(found.texts):
                note(f"{path}, line {number}: {doubt}")
        yield number, found


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """Those that are not blank, with their numbers from 1 on."""
    with path.open("rb") as lines:
        for number, line in enumerate(iter(partial(lines.readline, LONGEST_LINE + 1), b""), 1):
            if len(line) > LONGEST_LINE:
                raise BadLine(path, number, f"is longer than {LONGEST_LINE // 2**20} MiB")
            said = line.removeprefix(BOM_UTF8) if number == 1 else line
            if said.strip():
                yield number, said


def _line(decoder: msgspec.json.Decoder[Line], path: Path, number: int, line: bytes) -> Line:
    try:
        return decoder.decode(line.decode())
    except UnicodeDecodeError as wrong:
        raise BadLine(path, number, "is not UTF-8") from wrong
    except msgspec.DecodeError as wrong:
        raise BadLine(path, number, f"is not as described: {wrong}") from wrong
    except RecursionError as wrong:
        raise BadLine(path, number, "is not as described: too deep") from wrong


def _plain(name: str) -> bool:
    """Something that stays within one cell of a table."""
    return bool(name.strip()) and len(name) <= LONGEST_ID and BREAK.search(name) is None


def _short(name: str) -> str:
    return repr(name if len(name) <= SHOWN else f"{name[:SHOWN]}…")
