"""Lists of recommendations: the stored one while its inputs lead to the same, else a new one; and why not."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from sqlite3 import Connection
from typing import Final

from domain.eligibility import Mode
from domain.recommendations import IssueRecommendations, Listing, ListKind, issued_by, same_outcome
from domain.refusals import Beaten, CommandReused, Unknown
from domain.vocabulary import ENGINE, MemberId, StreamId
from engine.at_hand import AtHand, Progress
from engine.changing import WhyNot, why_not
from engine.commands import Commands, Order, Sender
from engine.event_store import EventStore
from engine.explaining import WordedList, in_words
from engine.lot import seed_of
from engine.passages import pointed
from engine.queries import Queries
from engine.recommending import recommend
from engine.snapshot import Need
from projections import recommendation_lists
from projections.recommendation_lists import IssuedList

_TRIES: Final = 10


class Lists:
    """Derives, records and explains. Safe to use from several threads."""

    def __init__(
        self,
        store: EventStore,
        commands: Commands,
        queries: Queries,
        at_hand: AtHand,
        clock: Callable[[], datetime],
    ) -> None:
        self._store: Final = store
        self._commands: Final = commands
        self._queries: Final = queries
        self._at_hand: Final = at_hand
        self._clock: Final = clock

    def recommend(
        self,
        network: StreamId,
        reader: MemberId,
        subject: StreamId,
        kind: ListKind,
        mode: Mode = Mode.ANY,
        progress: Progress | None = None,
    ) -> IssuedList:
        for _ in range(_TRIES):
            need = Need(reader=reader, subject=subject, kind=kind, mode=mode, at=self._clock())
            with self._at_hand.snapshot(network, need, progress) as snapshot:
                listing = recommend(need, snapshot.policy, snapshot, seed_of(need.recommendation))
                before = snapshot.issued(need.recommendation)
                same = before and same_outcome(issued_by(_issue(need, listing)), before.issued)
                if before and same and not before.expired and snapshot.quotes_hold(before.issued):
                    return before
                issue = _issue(need, pointed(need, listing, snapshot))
                newest = snapshot.newest_list(need)
                known = self._store.versions(snapshot.lists_for(need), until=snapshot.position)
            try:
                return self._issued(network, issue, need, newest, known)
            except (Beaten, CommandReused):  # the reader dismissed somebody, or got another list, in between
                continue
        raise Beaten("other lists of this reader keep changing", remedy="ask again")

    def _issued(
        self, network: StreamId, issue: IssueRecommendations, need: Need, newest: int, known: Mapping[StreamId, int]
    ) -> IssuedList:
        """Append the list unless what it was derived from has changed; raises Beaten or CommandReused then.

        Who is on one list has to wait for another need. So a list is sent under an id made of the newest list of this
        reader that it knows of: an id is taken once, so of two that know of the same, one is refused.
        """
        after = self._store.keyed_hash(network, f"{need.reader}|{newest}".encode())
        self._commands.handle(
            Order(command=issue, at=need.at, on_behalf_of=need.reader),
            Sender(network=network, actor=ENGINE, command_id=f"issue-{after.hex()}"),
            expected={stream: version for stream, version in known.items() if version},
        )
        return self._queries.ask(network, partial(_stored, recommendation=issue.recommendation))

    def why_not(self, network: StreamId, recommendation: StreamId, candidate: StreamId) -> WhyNot:
        """In words for its reader, what keeps a candidate off a list as things stand now, and what would change it."""
        issued = self._queries.ask(network, partial(_stored, recommendation=recommendation)).issued
        need = Need(reader=issued.reader, subject=issued.need, kind=issued.kind, mode=issued.mode, at=self._clock())
        with self._at_hand.snapshot(network, need) as snapshot:
            return why_not(need, snapshot.policy, snapshot, seed_of(need.recommendation), candidate)

    def explain(self, network: StreamId, recommendation: StreamId) -> WordedList:
        """A stored list in words."""
        return self._queries.ask(network, lambda connection: in_words(connection, _stored(connection, recommendation)))


def _issue(need: Need, listing: Listing) -> IssueRecommendations:
    return IssueRecommendations(
        recommendation=need.recommendation,
        reader=need.reader,
        need=need.subject,
        kind=need.kind,
        mode=need.mode,
        listing=listing,
    )


def _stored(connection: Connection, recommendation: StreamId) -> IssuedList:
    found = recommendation_lists.latest(connection, recommendation)
    if found is None:
        raise Unknown("there is no such recommendation in this network", field="recommendation")
    return found
