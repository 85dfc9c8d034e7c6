"""A history in which every text that is sealed is a marked word, so that it can be looked for in every file."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from domain.erasure import ErasureBegun
from domain.kernel import STREAM, Event, owners_of
from domain.members import ConflictDeclared
from domain.vocabulary import OPERATOR
from tests.domain.scenario import NET, World
from tests.domain.test_story import STORY
from tests.histories import History

_IDS = {"other", "same_as"}  # others' ids, and fixed words: nothing that somebody wrote


class Marked(Struct, frozen=True):
    """A word that stands where somebody's text stood."""

    word: str
    owner: str
    stream: str
    field: str


class Canaries:
    """The whole story of the domain's tests up to the erasure, every text of it marked; empty ones too."""

    def __init__(self) -> None:
        self.marked: dict[tuple[str, str], Marked] = {}
        self.history = History(NET)
        world = World()
        for said in STORY:
            before = len(world.log)
            world.tell(said)
            new = world.log[before:]
            if any(isinstance(event, ErasureBegun) for _, event in new):
                return
            self.history.now = max(self.history.now, said.at)
            self.history._commands += 1
            for stream, event in new:
                speaker = said.by if said.by != OPERATOR else None
                self.history._record(stream, self._sung(stream, event), speaker)

    def of(self, owner: str) -> list[Marked]:
        return [each for each in self.marked.values() if each.owner == owner]

    def _sung(self, stream: str, event: Event) -> Event:
        values: dict[str, Any] = {}
        for field, owner in owners_of(type(event)).items():
            if field in _IDS or (isinstance(event, ConflictDeclared) and field == "kind"):
                continue
            whose = stream if owner == STREAM else getattr(event, owner)
            values[field] = self._mark(stream, whose, field, getattr(event, field))
        return replace(event, **values)

    def _mark(self, stream: str, owner: str, field: str, text: str) -> str:
        """The same word for the same text, so that what is retired is what was claimed."""
        key = (owner, text or f"{stream}{field}{len(self.marked)}")
        if key not in self.marked:
            letters = "".join(chr(ord("a") + int(digit)) for digit in f"{len(self.marked):03}")
            self.marked[key] = Marked(f"zebrafinch{letters}x", owner, stream, field)
        word = self.marked[key].word
        return json.dumps({word: 3}) if field == "terms" else word


def found_in(folder: Path, words: set[str]) -> dict[str, set[str]]:
    """Which files of a folder hold which of these words, however they are written."""
    found: dict[str, set[str]] = {}
    alike = os.path.commonprefix(list(words))  # noqa: RUF071 - letters: most files do not even hold what all begin with
    for file in _files(folder):
        body = file.read_bytes().lower()
        there = {word for word in words if _is_in(body, word)} if _is_in(body, alike) else set()
        if there:
            found[str(file.relative_to(folder))] = there
    return found


def _is_in(body: bytes, word: str) -> bool:
    return word.encode() in body or word.encode("utf-16-le") in body


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())
