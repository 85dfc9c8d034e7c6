"""The corpus figures that scores depend on: kept with a decision, so that it can be derived again by the same ones."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from engine.snapshot import Search, Vectors
from models.lexical import Figures
from models.ranking import Hit, within

MEMBER: Final = "member"
RESOURCE: Final = "resource"


class Counted(Struct, frozen=True):
    """Of each search for one need, by what kind of subject it looks for; what a list or a suggestion took."""

    near: Mapping[str, Figures]
    usual: float | None = None  # likeness of the need with all that anybody knows, where coaches were looked for


def written(counted: Counted) -> str:
    """As it is kept: the need's own words stand in it."""
    return msgspec.json.encode(counted, order="deterministic").decode()


def read(kept: str) -> Counted | None:
    """None where nothing was kept, or whose words it held was erased."""
    try:
        return msgspec.json.decode(kept, type=Counted)
    except msgspec.DecodeError:
        return None


class AsCounted(Struct, frozen=True):
    """A search by figures as they were once counted, whoever came or went since."""

    among: Search
    counted: Figures

    def figures(self, texts: Sequence[str], vectors: Vectors) -> Figures:  # noqa: ARG002 - a search's form
        return self.counted

    def search(
        self, texts: Sequence[str], vectors: Vectors, *, figures: Figures | None = None, floor: float = -1.0
    ) -> Sequence[Hit]:
        found = self.among.search(texts, vectors, figures=figures or self.counted, floor=floor)
        return [hit for hit in found if within(hit, self.counted.edge)]

    def speaking(self, ids: Sequence[str], words: Collection[str]) -> Mapping[str, frozenset[str]]:
        return self.among.speaking(ids, words)
