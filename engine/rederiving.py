"""Why, then: derives stored lists and suggestions again from the history up to the position they were derived from."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.commands import Suggestion
from domain.coaching.events import DispositionSuggested
from domain.kernel import Recorded
from domain.policies import MatchingPolicy
from domain.recommendations import Listing, RecommendationsIssued
from domain.refusals import IllegalMove, Refused, Unknown
from domain.vocabulary import ENGINE, StreamId
from engine.comparing import Difference, Gone, lists
from engine.comparing_suggestions import suggestions
from engine.counted import Counted, read
from engine.event_store import EventStore
from engine.gone import Decision, gone_since
from engine.intake import intake
from engine.live_snapshot import Given
from engine.passages import figures_of
from engine.past_snapshot import Snapshots, Stood
from engine.queries import Queries
from engine.recommending import recommend
from engine.sight import look
from engine.snapshot import SOUGHT, Need
from engine.triage import suggestion
from engine.vector_store import VectorStore
from engine.when import NOW, When
from models.lexical import terms

_PAGE: Final = 2000
_NOTHING: Final = Gone()


class Verdict(StrEnum):
    IDENTICAL = "identical"
    DIFFERS = "differs"  # a fault
    PARTLY = "not wholly re-derivable"
    TOLD = "told with the history, not derived here"


class Rederived(Struct, frozen=True, kw_only=True):
    decision: StreamId  # the list, or the case that a suggestion is for
    what: str
    recorded: int  # its position in the log
    at: datetime
    position: int  # that it was derived from
    policy_hash: str
    encoder: str
    outcome: Verdict
    gone: tuple[str, ...] = ()  # what was erased, or is not kept any more
    differences: tuple[Difference, ...] = ()


class Rederiving:
    """Safe to use from several threads."""

    def __init__(self, store: EventStore, queries: Queries, vectors: Callable[[], VectorStore]) -> None:
        self._store: Final = store
        self._queries: Final = queries
        self.snapshots: Final = Snapshots(queries, vectors, store.erased)

    def latest(self, network: StreamId, decision: StreamId, when: When = NOW) -> Recorded:
        """The newest list or suggestion of a stream, as of some time or day. Raises Unknown."""
        until = None if when.as_of is None else self._queries.reach.position(network, when)
        there = self._store.network_of(decision) == network
        told = self._store.stream(decision, until=until) if there else ()
        before = None if when.on is None else self._queries.end_of(network, when)
        found = [
            each
            for each in told
            if isinstance(each.event, Decision) and (before is None or each.envelope.occurred_at < before)
        ]
        if not found:
            raise Unknown("nothing was recommended or suggested under this id", field="decision")
        return found[-1]

    def every(self, network: StreamId, progress: Callable[[int], None] | None = None) -> Iterator[Rederived]:
        """Each list and suggestion of the whole log, in the order in which they were recorded."""
        head, page = self._store.head(), self._store.page(0, limit=_PAGE, network=network)
        while page:
            yield from (self.again(network, each) for each in page if isinstance(each.event, Decision))
            if progress is not None:
                progress(page[-1].position)
            page = self._store.page(page[-1].position, limit=_PAGE, network=network, until=head)

    def again(self, network: StreamId, recorded: Recorded) -> Rederived:
        """Derive a decision again, and say how the two compare."""
        event = decision_of(recorded)
        if recorded.envelope.actor != ENGINE:
            return _of(recorded, Verdict.TOLD)
        try:
            with self.snapshots.standing(network, position_of(event), encoder_of(event)) as stood:
                gone = gone_since(event, stood)
                gone = replace(gone, need=gone.need or (bool(gone) and not _asks_the_same(recorded, stood)))
                return _compared(recorded, _derived(recorded, stood, given_by(event, gone)), gone)
        except IllegalMove as refusal:  # nothing of that encoder is kept
            return _of(recorded, Verdict.PARTLY, gone=(refusal.words,))


def decision_of(recorded: Recorded) -> Decision:
    event = recorded.event
    if not isinstance(event, Decision):
        raise TypeError(f"{type(event).__name__} is no decision")
    return event


def position_of(event: Decision) -> int:
    return event.position if isinstance(event, DispositionSuggested) else event.inputs.position


def encoder_of(event: Decision) -> str:
    return event.encoder if isinstance(event, DispositionSuggested) else event.inputs.encoder


def given_by(event: Decision, gone: Gone, policy: MatchingPolicy | None = None) -> Given:
    """With nothing gone all is counted again; else the stored figures keep every other score as it was."""
    counted = counted_by(event) if gone or policy is not None else None
    return Given(counted=counted or Counted({}), policy=policy)


def counted_by(event: Decision) -> Counted | None:
    if isinstance(event, DispositionSuggested):
        return read(event.figures)
    return Counted({SOUGHT[event.kind][0]: figures_of(event.terms, event.inputs)})


def _asks_the_same(recorded: Recorded, stood: Stood) -> bool:
    """Whether all the words are there that a list was searched by: others too may have written of its reader."""
    event = decision_of(recorded)
    if isinstance(event, DispositionSuggested):
        return True
    with suppress(Refused):
        need = need_of(event, recorded.envelope.occurred_at)
        texts = stood.look(need.at).need_texts(need).texts
        return {term for text in texts for term in terms(text)} == figures_of(event.terms, event.inputs).spread.keys()
    return False


def need_of(issued: RecommendationsIssued, at: datetime) -> Need:
    return Need(reader=issued.reader, subject=issued.need, kind=issued.kind, mode=issued.mode, at=at)


def _derived(recorded: Recorded, stood: Stood, given: Given) -> Listing | Suggestion | Refused:
    try:
        return derive(recorded, stood, given)
    except Refused as refusal:
        return refusal


def derive(recorded: Recorded, stood: Stood, given: Given) -> Listing | Suggestion:
    """What live code makes of the same case. Raises a Refused where it makes nothing of it."""
    event, at = decision_of(recorded), recorded.envelope.occurred_at
    snapshot = stood.look(at, given)
    if isinstance(event, RecommendationsIssued):
        return recommend(need_of(event, at), snapshot.policy, snapshot, event.inputs.seed)
    told = intake(stood.connection, recorded.stream)
    if told is None:
        raise Unknown("nobody has its words any more", field="coaching")
    stood.coaches.needs.keep_up(stood.connection, stood.position)
    sight = look(told, stood.connection, snapshot, stood.coaches)
    return suggestion(sight, stood.position, snapshot.policy_hash, snapshot.encoder)


def _compared(recorded: Recorded, found: Listing | Suggestion | Refused, gone: Gone) -> Rederived:
    event = decision_of(recorded)
    differences = differing(event, found, gone)
    if any(not each.gone for each in differences):
        return _of(recorded, Verdict.DIFFERS, gone.words if gone else (), differences)
    if not differing(event, found, _NOTHING):  # whoever is gone had no part in it
        return _of(recorded, Verdict.IDENTICAL)
    return _of(recorded, Verdict.PARTLY, gone.words, differences)


def differing(event: Decision, found: Listing | Suggestion | Refused, gone: Gone) -> tuple[Difference, ...]:
    if isinstance(event, RecommendationsIssued) and isinstance(found, Listing):
        return tuple(lists(event, found, gone))
    if isinstance(event, DispositionSuggested) and isinstance(found, Suggestion):
        return tuple(suggestions(event, found, gone))
    return (Difference("whether it can be derived", "yes", str(found), gone=bool(gone)),)


def _of(
    recorded: Recorded, outcome: Verdict, gone: tuple[str, ...] = (), differences: tuple[Difference, ...] = ()
) -> Rederived:
    event = decision_of(recorded)
    return Rederived(
        decision=recorded.stream,
        what="suggested disposition" if isinstance(event, DispositionSuggested) else str(event.kind),
        recorded=recorded.position,
        at=recorded.envelope.occurred_at,
        position=position_of(event),
        policy_hash=event.policy_hash if isinstance(event, DispositionSuggested) else event.inputs.policy_hash,
        encoder=encoder_of(event),
        outcome=outcome,
        gone=gone,
        differences=differences,
    )
