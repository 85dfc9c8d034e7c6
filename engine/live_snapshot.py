"""The network as it stands at the position of its projections: what recommending sees while the network lives."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import product
from sqlite3 import Connection
from typing import Final

from msgspec import Struct

from domain.budgets import Budget
from domain.calendar import day_of
from domain.eligibility import Candidate, Mode
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import ListKind, RecommendationsIssued, list_id
from domain.refusals import Unknown
from domain.vocabulary import OPEN, MemberId, OwnerId, StreamId, WaivableRule
from engine.counted import AsCounted, Counted
from engine.evidence_index import EvidenceIndex, kind_of
from engine.known import done, giving_back, surrounded
from engine.ledger import Ledger
from engine.snapshot import KNOWING, Need, NeedTexts, Search
from engine.vector_store import Vector
from models.people import Done, Facts
from models.ranking import Hit
from projections import (
    challenge_board,
    evidence,
    member_directory,
    places,
    recommendation_lists,
    resource_shelf,
    site_tree,
    time_budgets,
)
from projections.evidence import Evidence, Says, Shown, Strength
from projections.member_directory import DirectoryEntry, Standing
from projections.network_setting import Setting, setting
from projections.recommendation_lists import IssuedList
from projections.shape import AsOf, microseconds

_OWN_PIECES: Final = 50  # of what a member shows, when it is asked whom they could be a peer to
_OWN_TEXTS: Final = 8  # how much of what a member knows makes up a need that lies in the person


class Given(Struct, frozen=True, kw_only=True):
    """What a decision is derived by that does not come from the tables."""

    counted: Counted = Counted({})  # corpus figures as they were once stored; others are counted
    policy: MatchingPolicy | None = None  # in place of the one in force


class LiveSnapshot:
    """Reads one connection, which must stand at `position` as long as this lives, and what is kept up to it."""

    def __init__(
        self,
        connection: Connection,
        position: int,
        index: EvidenceIndex,
        ledger: Ledger,
        encoder: str,
        at: datetime,
        given: Given | None = None,
    ) -> None:
        self._given: Final = given or Given()
        self._connection: Final = connection
        self._index: Final = index
        self._ledger: Final = ledger
        self.at: Final = at
        self._budgets: dict[MemberId, Budget | None] = {}
        self.position: Final = position
        self.encoder: Final = encoder

    @cached_property
    def _setting(self) -> Setting:
        return setting(self._connection)

    @property
    def policy(self) -> MatchingPolicy:
        return self._given.policy or self._setting.policy

    @property
    def policy_hash(self) -> str:
        return self._setting.policy_hash if self._given.policy is None else hash_of(self._given.policy)

    def need_texts(self, need: Need) -> NeedTexts:
        """A challenge's own words; for a need that lies in the person, what shows best what they know."""
        own = self.own(need)
        return NeedTexts(
            tuple(each.text for each in own), self._index.vectors_of([(each.owner, each.text) for each in own])
        )

    def own(self, need: Need) -> list[Evidence]:
        in_person = need.kind is ListKind.CHALLENGES
        return self._known_best(need.reader) if in_person else [self._problem(need)]

    def pieces(self, ids: Collection[str]) -> Mapping[str, Evidence]:
        return evidence.evidence(self._connection, ids)

    @property
    def ready(self) -> bool:
        return self._index.ready

    def meanings(self, passages: Sequence[tuple[OwnerId, str]]) -> Sequence[Vector | None]:
        return self._index.meanings(passages)

    def _known_best(self, member: MemberId) -> list[Evidence]:
        shown = [
            each
            for each in evidence.of_subject(self._connection, member)
            if each.says in KNOWING and (each.owner == member or each.confidentiality in OPEN)
        ]
        shown.sort(key=lambda each: (each.strength is not Strength.DEMONSTRATED, -each.since, each.id))
        best = {(each.owner, each.text): each for each in reversed(shown)}  # of several with the same words the first
        return [each for each in shown if best[each.owner, each.text] is each][:_OWN_TEXTS]

    def _problem(self, need: Need) -> Evidence:
        for each in evidence.of_subject(self._connection, need.subject):
            if each.says is Says.IS_ABOUT and each.owner == need.reader and each.challenge == need.subject:
                return each
        raise Unknown("this reader has no such challenge", field="need")

    def near(self, subjects: str, says: Collection[str]) -> Search:
        kinds = [kind_of(subjects, word) for word in says]
        found = self._index.corpus.as_of(self.position, kinds=kinds)
        counted = self._given.counted.near.get(subjects)
        return found if counted is None else AsCounted(found, counted)

    @property
    def usual(self) -> float | None:
        """How like a need is to just anything, where that was stored."""
        return self._given.counted.usual

    def shown(self, hits: Sequence[Hit]) -> Sequence[Shown]:
        return self._index.shown(hits)

    def reached(self, challenges: Collection[StreamId]) -> Mapping[StreamId, str]:
        return challenge_board.reached(self._connection, challenges)

    def made_by(self, things: Collection[StreamId]) -> Mapping[StreamId, OwnerId]:
        of_resources = resource_shelf.contributors(self._connection, things)
        return of_resources | challenge_board.authors(self._connection, things)

    def people(self, members: Collection[MemberId]) -> Mapping[MemberId, Candidate]:
        entries = member_directory.candidates(self._connection, members)
        districts = site_tree.districts(self._connection, {site for each in entries.values() for site in each.sites})
        budgets = self._budgets_of(members)
        today, calendar = day_of(self.at, self._setting.calendar), self._setting.calendar
        free = {member: budget.free_on(today, calendar) for member, budget in budgets.items()}
        return {member: _candidate(entry, districts, free.get(member)) for member, entry in entries.items()}

    def _budgets_of(self, members: Collection[MemberId]) -> dict[MemberId, Budget]:
        """Of those who ever offered time."""
        if new := set(members) - self._budgets.keys():
            self._budgets |= dict.fromkeys(new) | dict(time_budgets.budgets(self._connection, new))
        return {member: found for member in members if (found := self._budgets[member]) is not None}

    def done(self, need: Need, members: Sequence[MemberId]) -> Done:
        return done(self._connection, self._ledger, need, members, self._as_of(need), self.policy)

    def surrounded(self, need: Need, facts: Mapping[MemberId, Facts]) -> Mapping[MemberId, Facts]:
        today, calendar = day_of(self.at, self._setting.calendar), self._setting.calendar
        loads = {each: budget.load_on(today, calendar) for each, budget in self._budgets_of(facts.keys()).items()}
        return surrounded(self._connection, need, facts, loads)

    def back(self, need: Need, problems: Mapping[MemberId, Hit], alike: float) -> Mapping[MemberId, float]:
        said = (*KNOWING, Says.POSTED)
        own = evidence.open_of(self._connection, need.reader, said, _OWN_PIECES)
        return giving_back(self._index.corpus, need, own, problems, alike, self.policy)

    def newcomers(self, need: Need, members: Sequence[MemberId]) -> frozenset[MemberId]:
        as_of = self._as_of(need)
        since = as_of.back(self.policy.newcomer_days)
        new = sorted(member_directory.joined_between(self._connection, members, since, as_of.at))
        given = self._ledger.places(new, need.reader, need.subject, as_of)
        return frozenset(each for each, places in zip(new, given, strict=True) if places < self.policy.newcomer_places)

    def _as_of(self, need: Need) -> AsOf:
        """When the list that the reader has now was first derived: what was counted then keeps its order.

        Otherwise each list, by giving places to some, would change the others, and none would stay as it was read.
        """
        begun = recommendation_lists.begun(self._connection, need.recommendation)
        return begun or AsOf(self.position, microseconds(need.at))

    def waived(self, need: Need) -> frozenset[WaivableRule]:
        return frozenset(rule for rule, subject in self._setting.waivers if subject == need.subject)

    def suggested_lately(self, need: Need) -> frozenset[str]:
        since = need.at - timedelta(days=self.policy.cool_down_days)
        lately = places.suggested_lately(self._connection, need.reader, need.subject, since)
        # whoever stands on a list for this very need stays on it, whatever was suggested for others since
        return lately - recommendation_lists.listed_for(self._connection, need.reader, need.subject)

    def issued(self, recommendation: StreamId) -> IssuedList | None:
        return recommendation_lists.latest(self._connection, recommendation)

    def quotes_hold(self, issued: RecommendationsIssued) -> bool:
        """Whether nothing that its reasons quote of the reader's own was put otherwise since."""
        met = {reason.met for pick in issued.picks for reason in pick.reasons if reason.met is not None}
        return all(each.until is None for each in evidence.evidence(self._connection, met).values())

    def newest_list(self, need: Need) -> int:
        """The position of the reader's newest list for any need, 0 before the first."""
        return recommendation_lists.newest(self._connection, need.reader)

    def lists_for(self, need: Need) -> list[StreamId]:
        """All lists that the reader may have for this very need: what is dismissed on one is on none of them."""
        return [list_id(need.reader, need.subject, kind, mode) for kind, mode in product(ListKind, Mode)]

    def dismissed(self, need: Need) -> frozenset[str]:
        return recommendation_lists.dismissed(self._connection, need.reader, need.subject)


def _candidate(entry: DirectoryEntry, districts: Mapping[str, str], free_minutes: int | None) -> Candidate:
    return Candidate(
        member=entry.member,
        present=entry.standing in {Standing.ACTIVE, Standing.PAUSED},
        away=entry.standing is Standing.PAUSED,
        level=entry.level,
        free_minutes=free_minutes,
        same_as=entry.same_as,
        conflicts=entry.conflicts,
        muted=entry.muted,
        families=entry.families,
        sites=entry.sites,
        districts=frozenset(districts.get(site, site) for site in entry.sites),
    )
