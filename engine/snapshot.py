"""What recommending is told: a need, and a network at one position."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy
from domain.recommendations import ListKind, list_id
from domain.vocabulary import MemberId, OwnerId, Stage, StreamId, WaivableRule
from models.lexical import Figures
from models.people import Done, Facts
from models.ranking import Hit
from projections.evidence import Shown

Vectors = npt.NDArray[np.float32]

KNOWING: Final = ("profile", "claims", "endorsed", "answered", "shared", "helped", "site statement")
SOUGHT: Final[Mapping[ListKind, tuple[str, tuple[str, ...]]]] = {
    ListKind.PEERS: ("member", ("posted",)),
    ListKind.AHEAD: ("member", ("posted",)),
    ListKind.EXPERTS: ("member", KNOWING),
    ListKind.RESOURCES: ("resource", ("is about", "reviewed")),
    ListKind.CHALLENGES: ("challenge", ("is about",)),
    ListKind.CONSULTANCY: ("member", (*KNOWING, "posted")),
}  # about what kind of subject, and by what kinds of evidence
STAGES: Final = (*(str(stage) for stage in Stage), "resolved")


class Need(Struct, frozen=True, kw_only=True):
    """What one reader asks for."""

    reader: MemberId
    subject: StreamId  # a challenge of theirs, or the reader for a need that lies in the person
    kind: ListKind
    mode: Mode = Mode.ANY
    at: datetime

    @property
    def recommendation(self) -> StreamId:
        """The list that answers it."""
        return list_id(self.reader, self.subject, self.kind, self.mode)


class NeedTexts(Struct, frozen=True):
    """The need in words, and as vectors in the same order."""

    texts: tuple[str, ...]
    vectors: Vectors


class Search(Protocol):
    """Evidence near a need, and the corpus figures that its scores depend on."""

    def figures(self, texts: Sequence[str], vectors: Vectors) -> Figures: ...

    def search(
        self, texts: Sequence[str], vectors: Vectors, *, figures: Figures | None = None, floor: float = -1.0
    ) -> Sequence[Hit]:
        """What is as near as `floor`, in meaning or in words."""

    def speaking(self, ids: Sequence[str], words: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Which of these terms each of these pieces has."""


class Snapshot(Protocol):
    """The network at one position. Live, past and file-made snapshots differ in nothing but this."""

    @property
    def position(self) -> int: ...

    @property
    def policy(self) -> MatchingPolicy: ...

    @property
    def policy_hash(self) -> str: ...

    @property
    def encoder(self) -> str: ...

    def need_texts(self, need: Need) -> NeedTexts: ...

    def near(self, subjects: str, says: Collection[str]) -> Search:
        """Evidence about `member`, `resource` or `challenge` subjects that says one of these."""

    def shown(self, hits: Sequence[Hit]) -> Sequence[Shown]:
        """What the pieces of evidence are that were found."""

    def reached(self, challenges: Collection[StreamId]) -> Mapping[StreamId, str]:
        """The stage of each open challenge, and how each ended one ended."""

    def made_by(self, things: Collection[StreamId]) -> Mapping[StreamId, OwnerId]:
        """Who shared each resource (a member, or the network itself) or posted each challenge."""

    def people(self, members: Collection[MemberId]) -> Mapping[MemberId, Candidate]:
        """Those of these who ever joined."""

    def done(self, need: Need, members: Sequence[MemberId]) -> Done:
        """What each of these did, and what places they were given, in their order."""

    def surrounded(self, need: Need, facts: Mapping[MemberId, Facts]) -> Mapping[MemberId, Facts]:
        """These facts with how full each one's time is, and how like the reader's their setting."""

    def back(self, need: Need, problems: Mapping[MemberId, Hit], alike: float) -> Mapping[MemberId, float]:
        """How many times as well as the need alone all that the reader shows fits the problem that each is here by."""

    def newcomers(self, need: Need, members: Sequence[MemberId]) -> frozenset[MemberId]:
        """Those of these who joined lately and were given few places so far."""

    def waived(self, need: Need) -> frozenset[WaivableRule]:
        """The rules that staff set aside for this need."""

    def suggested_lately(self, need: Need) -> frozenset[str]:
        """Whom the reader was suggested for another need within the policy's cool-down."""

    def dismissed(self, need: Need) -> frozenset[str]:
        """What the reader dismissed for this need."""
