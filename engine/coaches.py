"""Who may coach, and how well each fits the needs that are open: worked out once while evidence and words stand."""

from collections.abc import Mapping, Sequence
from sqlite3 import Connection
from threading import RLock
from typing import Final

import numpy as np
from msgspec import Struct

from domain.policies import MatchingPolicy
from domain.vocabulary import MemberId, NetworkRole, StreamId
from engine.evidence_index import EvidenceIndex, kind_of
from engine.open_needs import OpenNeeds
from engine.snapshot import KNOWING
from models.fitting import Shelf
from models.vector_index import Floats
from models.view import View
from projections import member_directory

COACHING_ROLES: Final = (NetworkRole.COACH, NetworkRole.EXPERT)


class Fits(Struct, frozen=True, kw_only=True):
    """Of some cases how well each of the people fits them, in the order of the people."""

    people: tuple[MemberId, ...]
    holding: Mapping[NetworkRole, frozenset[MemberId]]
    of: Mapping[StreamId, Floats]  # without those whose words nobody has any more
    firm: Mapping[StreamId, Floats]  # the same by what was endorsed or shown by doing, without what is only claimed


class Coaches:
    """One network's."""

    def __init__(self, index: EvidenceIndex) -> None:
        self.needs: Final = OpenNeeds(index)
        self._turn: Final = RLock()
        self._shelf: Shelf | None = None
        self._made_of: object = None
        self._known: Final[dict[StreamId, tuple[int, Floats, Floats]]] = {}  # with the position of the words

    def fits(self, connection: Connection, position: int, policy: MatchingPolicy, cases: Sequence[StreamId]) -> Fits:
        with self._turn:
            holding = member_directory.holding(connection, COACHING_ROLES)
            shelf = self._kept_up(frozenset[str]().union(*holding.values()), position, policy)
            there, vectors = self.needs.vectors([each for each in cases if not self._stands(each)])
            usual = self._evidence(position).alike(vectors)
            for each, row, firm in zip(there, *shelf.fits(vectors, usual), strict=True):
                self._known[each] = (self.needs.since(each) or 0, row, firm)
            known = {each: self._known[each] for each in cases if self._stands(each)}
            of = {each: row for each, (_, row, _) in known.items()}
            firm_of = {each: firm for each, (_, _, firm) in known.items()}
            return Fits(people=shelf.people, holding=holding, of=of, firm=firm_of)

    def fits_exactly(
        self,
        connection: Connection,
        position: int,
        policy: MatchingPolicy,
        coaching: StreamId,
        usual: float | None = None,
    ) -> tuple[Fits, float]:
        """Of one case, in more places than machines differ by; and how like it is to just anything, if not given."""
        with self._turn:
            holding = member_directory.holding(connection, COACHING_ROLES)
            shelf = self._kept_up(frozenset[str]().union(*holding.values()), position, policy)
            there, vectors = self.needs.vectors([coaching])
            alike = self._evidence(position).alike(vectors) if usual is None else np.full(len(vectors), usual)
            of, firm = (dict(zip(there, each, strict=True)) for each in shelf.fits(vectors, alike, exactly=True))
            return Fits(people=shelf.people, holding=holding, of=of, firm=firm), float(alike[0]) if there else 0.0

    def _stands(self, coaching: StreamId) -> bool:
        known = self._known.get(coaching)
        return known is not None and known[0] == self.needs.since(coaching)

    def _evidence(self, position: int) -> View:
        """Over which it is known how near just anything is: as for lists of experts."""
        return self.needs.index.corpus.as_of(position, kinds=[kind_of("member", says) for says in KNOWING])

    def _kept_up(self, people: frozenset[MemberId], position: int, policy: MatchingPolicy) -> Shelf:
        worth = {"claimed": policy.claimed, "endorsed": policy.endorsed, "demonstrated": policy.demonstrated}
        made_of = (people, min(position, self.needs.index.corpus.changed), worth)  # others may be further already
        if self._shelf is None or made_of != self._made_of:
            self._shelf = self.needs.index.shelf(people, KNOWING, position, worth)
            self._made_of = made_of
            self._known.clear()
        return self._shelf
