"""A network that is in memory alone, as recommending sees it: evidence by the million, and people with simple facts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from msgspec.structs import replace

from benchmarks.crowd import POSTED, says
from benchmarks.network import DISTRICTS, SITES, member
from benchmarks.search import PER_ITEM, some_texts
from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import ListKind
from domain.vocabulary import Level, MemberId, OwnerId, RoleFamily, Stage, StreamId, WaivableRule
from engine.evidence_index import kind_of
from engine.snapshot import Need, NeedTexts, Search
from models.corpus import Corpus
from models.encoder import Vectors
from models.people import Done, Facts
from models.ranking import Hit
from projections.evidence import Shown, Strength

AT: Final = datetime(2025, 9, 3, 12, tzinfo=UTC)


class Onlooker:
    """Every need is the challenge of another member; what is asked of projections elsewhere is looked up or made up."""

    position = 1
    encoder = "none"

    def __init__(self, corpus: Corpus, vectors: Vectors, people: int, random: np.random.Generator) -> None:
        self.policy: Final = MatchingPolicy()
        self.policy_hash: Final = hash_of(self.policy)
        self._corpus: Final = corpus
        self._vectors: Final = vectors  # of the needs
        self._texts: Final = some_texts(random, len(vectors), PER_ITEM)
        self._members: Final = {member(number): _candidate(number) for number in range(people)}

    def need(self, number: int, kind: ListKind) -> Need:
        return Need(reader=member(number), subject=f"challenge-{number:08x}", kind=kind, mode=Mode.ANY, at=AT)

    def need_texts(self, need: Need) -> NeedTexts:
        number = int(need.subject.partition("-")[2], 16)
        return NeedTexts((self._texts[number],), self._vectors[[number]])

    def near(self, subjects: str, said: Collection[str]) -> Search:
        return self._corpus.as_of(self.position, kinds=[kind_of(subjects, word) for word in said])

    def shown(self, hits: Sequence[Hit]) -> Sequence[Shown]:
        return [
            Shown(hit.person, hit.person, says(number), Strength.DEMONSTRATED, _about(number))
            for hit in hits
            for number in (int(hit.id[1:]),)
        ]

    def reached(self, challenges: Collection[StreamId]) -> Mapping[StreamId, str]:
        return {each: list(Stage)[int(each[-2:], 16) % len(Stage)] for each in challenges}

    def made_by(self, things: Collection[StreamId]) -> Mapping[StreamId, OwnerId]:  # noqa: ARG002 - there are none
        return {}

    def people(self, members: Collection[MemberId]) -> Mapping[MemberId, Candidate]:
        return {each: self._members[each] for each in members}

    def done(self, need: Need, members: Sequence[MemberId]) -> Done:  # noqa: ARG002 - as the next
        numbers = np.array([int(each[-8:], 16) for each in members], dtype=np.float64)
        return Done(
            tied=(numbers % 50 == 0).astype(np.float64),
            in_category=np.minimum(numbers % 3, numbers % 7),
            answered=numbers % 7,
            since_answered=numbers % 90,
            exposure=numbers % 4,
        )

    def surrounded(self, need: Need, facts: Mapping[MemberId, Facts]) -> Mapping[MemberId, Facts]:  # noqa: ARG002
        return {each: replace(theirs, context=0.5, load=0.25) for each, theirs in facts.items()}

    def back(self, need: Need, problems: Mapping[MemberId, Hit], alike: float) -> Mapping[MemberId, float]:  # noqa: ARG002
        return dict.fromkeys(problems, 1.0)

    def newcomers(self, need: Need, members: Sequence[MemberId]) -> frozenset[MemberId]:  # noqa: ARG002
        return frozenset(each for each in members if each.endswith("00"))

    def waived(self, need: Need) -> frozenset[WaivableRule]:  # noqa: ARG002
        return frozenset()

    def suggested_lately(self, need: Need) -> frozenset[str]:  # noqa: ARG002
        return frozenset()

    def dismissed(self, need: Need) -> frozenset[str]:  # noqa: ARG002
        return frozenset()


def _about(number: int) -> StreamId | None:
    return None if number % POSTED else f"challenge-{number:08x}"


def _candidate(number: int) -> Candidate:
    site = number % SITES
    return Candidate(
        member=member(number),
        level=Level.PARTNER if number % 2 else None,
        free_minutes=120 if number % 2 else None,
        families=frozenset({list(RoleFamily)[number % len(RoleFamily)]}),
        sites=frozenset({f"site-{site:08x}"}),
        districts=frozenset({f"district-{site % DISTRICTS:08x}"}),
    )
