"""Rank candidates for queries from files, with the code that serves members, and write every score or nothing."""

import math
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, TypeVar

import msgspec
import numpy as np

from models.corpus import Corpus, Item
from models.encoder import Encoder
from models.ranking import EVERYTHING, PLACES, Recipe, pool
from models.vector_index import Vectors
from models.view import View

BREAK: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
HEADER: Final = "query\tcandidate\tscore\n"
LOWEST: Final = -1.0  # of who has no text at all: nothing that was read can score lower

Progress = Callable[[int, int], None]  # steps done, steps in all
Row = tuple[str, str, float]


class BadLine(ValueError):  # noqa: N818 - a plain fact
    """A line of a file cannot be used; says which and why, and never what stands in its texts."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}, line {line}: {why}")
        self.path = path
        self.line = line
        self.why = why


class BadScores(ValueError):  # noqa: N818 - a plain fact
    """Scores that cannot be written as a table."""


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


def load_candidates(path: Path) -> tuple[Candidate, ...]:
    """Lines of `{"id", "texts"}`."""
    return tuple(candidate for _, candidate in _lines(path, Candidate))


def load_queries(path: Path, known: Container[str]) -> tuple[Query, ...]:
    """Lines of `{"id", "texts", "candidates"}`; `known` holds the ids of all candidates."""
    queries = []
    for number, query in _lines(path, Query):
        named = query.candidates or ()
        if unknown := next((candidate for candidate in named if candidate not in known), None):
            raise BadLine(path, number, f"there is no candidate {unknown!r}")
        if len(set(named)) < len(named):
            raise BadLine(path, number, "a candidate is named twice")
        queries.append(query)
    return tuple(queries)


def rank(
    candidates: Sequence[Candidate],
    queries: Sequence[Query],
    encoder: Encoder,
    progress: Progress | None = None,
    recipe: Recipe = EVERYTHING,
) -> Iterator[Row]:
    """A finite score for every query and each of its candidates, in their order; higher is nearer."""
    step = progress or (lambda _done, _all: None)
    read = (*map(_texts, candidates), *map(_texts, queries))
    texts = list(dict.fromkeys(text for each in read for text in each))
    steps = len(texts) + len(queries)
    vectors = encoder.encode(texts, lambda done: step(done, steps))
    places = {text: place for place, text in enumerate(texts)}
    everybody = _corpus(candidates, vectors, places).as_of()
    names = tuple(candidate.id for candidate in candidates)
    for number, query in enumerate(queries, 1):
        need = _texts(query)
        named = names if query.candidates is None else query.candidates
        scores = _scores(need, vectors[[places[text] for text in need]], everybody.among(named), recipe)
        yield from ((query.id, name, scores.get(name, LOWEST)) for name in named)
        step(len(texts) + number, steps)


def write_scores(path: Path, rows: Iterable[Row]) -> int:
    """Write the whole table or nothing, and return how many rows it has."""
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
            raise BadScores(f"query {query!r}, candidate {candidate!r}: a score must be finite, an id within one cell")
        write(f"{query}\t{candidate}\t{score:.{PLACES}f}\n")
        written += 1
    return written


def _scores(need: Sequence[str], vectors: Vectors, within: View, recipe: Recipe) -> dict[str, float]:
    hits = within.search(need, vectors, limit=max(1, int(within.mask.sum())), recipe=recipe)
    return {each.person: each.score for each in pool(hits)}


def _corpus(candidates: Sequence[Candidate], vectors: Vectors, places: dict[str, int]) -> Corpus:
    corpus = Corpus(vectors.shape[1])
    pieces = [(candidate.id, text) for candidate in candidates for text in _texts(candidate)]
    items = [Item(id=f"{at:09}", person=person, text=text, since=0) for at, (person, text) in enumerate(pieces)]
    corpus.add(items, vectors[np.array([places[text] for _, text in pieces], dtype=np.int64)])
    return corpus


def _texts(of: Candidate | Query) -> tuple[str, ...]:
    """Those that say something."""
    return tuple(text for text in of.texts if text.strip())


def _lines(path: Path, shape: type[Line]) -> Iterator[tuple[int, Line]]:
    decoder = msgspec.json.Decoder(shape)
    seen: set[str] = set()
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            found = _line(decoder, path, number, line)
            if found.id in seen or not _plain(found.id):
                why = "was there before" if found.id in seen else "must be a word without tabs and line breaks"
                raise BadLine(path, number, f"the id {found.id!r} {why}")
            seen.add(found.id)
            yield number, found


def _line(decoder: msgspec.json.Decoder[Line], path: Path, number: int, line: bytes) -> Line:
    try:
        return decoder.decode(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except UnicodeDecodeError as wrong:
        raise BadLine(path, number, "is not UTF-8") from wrong
    except msgspec.DecodeError as wrong:
        raise BadLine(path, number, f"is not as described: {wrong}") from wrong


def _plain(name: str) -> bool:
    """Something that stays within one cell of a table."""
    return bool(name.strip()) and BREAK.search(name) is None
