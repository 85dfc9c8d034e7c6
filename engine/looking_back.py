"""Looks back at who answered: each first answer beside all who could have given it, by what was known just before."""

from collections.abc import Callable, Sequence
from sqlite3 import Connection
from typing import Final

from msgspec.structs import replace

from domain.policies import MatchingPolicy
from domain.recommendations import ListKind
from domain.vocabulary import MemberId
from engine.evidence_index import EvidenceIndex, kind_of
from engine.known import done, surrounded
from engine.ledger import Ledger
from engine.snapshot import KNOWING, Need
from models.learning import Choice, choice
from models.ranking import Pooled, pool
from projections import evidence, introductions, ties
from projections.shape import AsOf, instant
from projections.ties import FirstAnswer

_MOST: Final = 1_000  # needs, the latest: enough to learn four numbers from
_KINDS: Final = tuple(kind_of("member", says) for says in KNOWING)


class Record:
    """A network's past at the position of a connection."""

    def __init__(self, connection: Connection, index: EvidenceIndex, ledger: Ledger, policy: MatchingPolicy) -> None:
        self._connection: Final = connection
        self._index: Final = index
        self._ledger: Final = ledger
        self._policy: Final = policy
        self._weights: Final = {
            "claimed": policy.claimed,
            "endorsed": policy.endorsed,
            "demonstrated": policy.demonstrated,
        }

    def choices(self, progress: Callable[[int], None] | None = None) -> list[Choice]:
        """One for each need open to all that somebody answered who was near enough to have been found.

        Who declined to help with a need is not counted among those who did not answer it (rule 5).
        """
        declined = introductions.declined(self._connection)
        found = []
        for number, first in enumerate(ties.first_answers(self._connection, _MOST), start=1):
            made = self._choice(first, declined.get(first.challenge, frozenset()))
            found += [] if made is None else [made]
            if progress is not None:
                progress(number)
        return found

    def _choice(self, first: FirstAnswer, declined: frozenset[MemberId]) -> Choice | None:
        before = AsOf(first.position - 1, first.at)
        near = [
            each
            for each in self._near(first, before)
            if each.person not in declined - {first.member} and each.person != first.author
        ]
        members = [each.person for each in near]
        if first.member not in members or len(members) < 2:
            return None
        need = Need(reader=first.author, subject=first.challenge, kind=ListKind.EXPERTS, at=instant(first.at))
        known = done(self._connection, self._ledger, need, members, before, self._policy)
        facts = {each.person: known.of(row, min(1.0, each.score)) for row, each in enumerate(near)}
        all_facts = surrounded(self._connection, need, facts, {})
        half_life = self._policy.readiness_half_life_days
        return choice([all_facts[each] for each in members], members.index(first.member), half_life)

    def _near(self, first: FirstAnswer, before: AsOf) -> Sequence[Pooled]:
        words = evidence.about(self._connection, first.challenge)
        if words is None:  # its author was erased
            return ()
        view = self._index.corpus.as_of(before.position, kinds=_KINDS)
        hits = view.search([words[1]], self._index.vectors_of([words]), floor=self._policy.floor)
        shown = zip(hits, self._index.shown(hits), strict=True)
        return pool(
            replace(hit, weight=self._weights[piece.strength])
            for hit, piece in shown
            if piece.challenge != first.challenge
        )
